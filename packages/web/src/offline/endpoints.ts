import type { Endpoint } from '@dure/contract'
import * as contract from '@dure/contract'

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'path' in value && 'method' in value && 'response' in value

/** Every endpoint of the contract by its id, so that an action survives a reload as data. */
const byId = new Map(
  Object.values(contract)
    .flatMap((value: unknown) => [value, ...(typeof value === 'object' && value !== null ? Object.values(value) : [])])
    .filter(isEndpoint)
    .map((endpoint) => [endpoint.id, endpoint]),
)

export const endpointById = (id: string): Endpoint | undefined => byId.get(id)

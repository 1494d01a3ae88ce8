import { bedEndpoints, type Endpoint, facilityEndpoints } from '@dure/contract'

/** Endpoints of actions by their id, so that an action survives a reload as data. Another slice's actions are added here. */
const byId = new Map<string, Endpoint>(
  [...Object.values(bedEndpoints), ...Object.values(facilityEndpoints)].map((endpoint) => [endpoint.id, endpoint]),
)

export const endpointById = (id: string): Endpoint | undefined => byId.get(id)

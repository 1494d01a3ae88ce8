import {
  bedEndpoints,
  type Endpoint,
  facilityEndpoints,
  nationEndpoints,
  roomEndpoints,
  rosterEndpoints,
} from '@dure/contract'

/** Endpoints of actions by their id, so that an action survives a reload as data. Another slice's actions are added here. */
const byId = new Map<string, Endpoint>(
  [bedEndpoints, facilityEndpoints, nationEndpoints, roomEndpoints, rosterEndpoints].flatMap((slice) =>
    Object.values<Endpoint>(slice).map((endpoint) => [endpoint.id, endpoint] as const),
  ),
)

export const endpointById = (id: string): Endpoint | undefined => byId.get(id)

import type { Channel, Role } from '@dure/contract'

/** Who did it, in which capacity, and how we heard of it. `personId` null = this program, on a timer or as a consequence. */
export interface By {
  readonly personId: string | null
  readonly name: string
  readonly role: Role | 'system'
  readonly facilityId: string | null
  readonly channel: Channel
  readonly heardFrom: string | null
}

export const SYSTEM: By = {
  personId: null,
  name: 'Dure',
  role: 'system',
  facilityId: null,
  channel: 'system',
  heardFrom: null,
}

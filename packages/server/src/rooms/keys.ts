import { PARTY_ROLES, type RoomKind, type RoomParty, SIDO_CODES } from '@dure/contract'
import type { FollowedRequest } from '../beds/index.ts'

/**
 * Who reads a room is said by keys: `person:ID`, `role:ROLE:REGION`, `facility:ID:ROLE`, `guest:ID`. A person has some keys, a room
 * names some; nobody's roles are copied into a room, so a new doctor of a desk reads it from their first minute.
 */
export type Key = string

export interface KeyHolder {
  readonly id: string
  readonly roles: readonly string[]
  readonly region: string
  readonly facilityId: string | null
}

const EVERYWHERE = '*'

export const personKey = (id: string): Key => `person:${id}`
export const guestKey = (id: string): Key => `guest:${id}`
const roleKey = (role: string, region: string): Key => `role:${role}:${region}`
const facilityKey = (id: string, role: string): Key => `facility:${id}:${role}`

export const keysOf = ({ id, roles, region, facilityId }: KeyHolder): readonly Key[] => [
  personKey(id),
  ...roles.flatMap((role) => [roleKey(role, region), roleKey(role, EVERYWHERE)]),
  ...(facilityId === null ? [] : roles.map((role) => facilityKey(facilityId, role))),
]

/** The region whose cell has to be told for this key; `*` = every region's; undefined = this cell's own affair. */
export const regionOfKey = (key: Key): string | undefined => {
  const [kind, , region] = key.split(':')
  return kind === 'role' ? region : undefined
}

export interface Wanted {
  readonly key: Key
  /** Reads the room from its beginning; otherwise from the moment on at which the key is added. */
  readonly whole: boolean
}

/**
 * Who reads the room of a request: those who ask, the desks that look for the bed, the hospital that holds one and, once there is
 * one, the ambulances, from the beginning; a hospital that is asked from the moment it was asked until it has answered.
 */
export const readersOfRequest = (request: FollowedRequest): readonly Wanted[] => {
  const whole = [
    personKey(request.createdBy),
    ...request.deskRegions.map((region) => roleKey('placement_desk', region)),
    ...(request.ownerHospitalId === null ? [] : [facilityKey(request.ownerHospitalId, 'requester')]),
    ...(request.holdingHospitalId === null ? [] : [facilityKey(request.holdingHospitalId, 'hospital_desk')]),
    ...(request.national ? [roleKey('national_desk', EVERYWHERE)] : []),
    ...(request.inTransport ? [roleKey('transport', request.sido)] : []),
  ]
  const asked = request.askedHospitalIds.map((id) => facilityKey(id, 'hospital_desk'))
  const from = (keys: readonly Key[], isWhole: boolean) => keys.map((key) => ({ key, whole: isWhole }))
  return [
    ...from([...new Set(whole)], true),
    ...from(
      [...new Set(asked)].filter((key) => !whole.includes(key)),
      false,
    ),
  ]
}

/** Who reads the room of a desk. `place` is the hospital of a hospital's room, else the region. */
export const readersOfDesk = (kind: RoomKind, region: string, facilityId: string | null): readonly Key[] => {
  switch (kind) {
    case 'region_desk':
      return [roleKey('placement_desk', region), roleKey('transport', region)]
    case 'national_desk':
      return [roleKey('national_desk', EVERYWHERE), roleKey('placement_desk', EVERYWHERE)]
    case 'hospital_desk':
      return facilityId === null
        ? []
        : [
            facilityKey(facilityId, 'hospital_desk'),
            facilityKey(facilityId, 'requester'),
            roleKey('placement_desk', region),
          ]
    case 'request':
    case 'ad_hoc':
      return []
  }
}

const NATION = '00'

/** The keys of whom a room names. */
export const keysOfParty = (party: RoomParty): readonly Key[] => {
  switch (party.kind) {
    case 'person':
      return [personKey(party.personId)]
    case 'role':
      return [roleKey(party.role, party.region)]
    case 'hospital':
      return [facilityKey(party.hospitalId, 'hospital_desk'), facilityKey(party.hospitalId, 'requester')]
    case 'desk':
      return party.region === NATION
        ? [roleKey('national_desk', EVERYWHERE)]
        : [roleKey('placement_desk', party.region)]
  }
}

/** Whom a key names; undefined for a guest, and for what nobody takes in by hand. */
export const partyOfKey = (key: Key): RoomParty | undefined => {
  const [kind = '', first = '', second = ''] = key.split(':')
  if (kind === 'person') return { kind, personId: first }
  if (kind === 'facility') return { kind: 'hospital', hospitalId: first }
  if (kind !== 'role') return undefined
  const region = SIDO_CODES.find((code) => code === second)
  if (first === 'national_desk') return { kind: 'desk', region: NATION }
  if (region === undefined) return undefined
  if (first === 'placement_desk') return { kind: 'desk', region }
  const role = PARTY_ROLES.find((one) => one === first)
  return role === undefined ? undefined : { kind: 'role', role, region }
}

/** Numbers above `after`, up to `until` or for ever. */
export interface Window {
  readonly after: number
  readonly until: number | null
}

export const reads = (windows: readonly Window[], number: number): boolean =>
  windows.some(({ after, until }) => number > after && (until === null || number <= until))

export const isLive = (windows: readonly Window[]): boolean => windows.some(({ until }) => until === null)

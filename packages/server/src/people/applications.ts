import type { ApplicationState, Role } from '@dure/contract'
import type { Person } from '../platform/person.ts'

/** An application that nobody has looked at is void after three days: the weekend between, and no longer. */
export const APPLICATION_HOURS = 72

export type ApplicationEvent = 'approve' | 'decline' | 'withdraw' | 'expire'

/** `null`: refused in that state. */
export const APPLICATION_TABLE: Record<ApplicationState, Record<ApplicationEvent, ApplicationState | null>> = {
  pending: { approve: 'approved', decline: 'declined', withdraw: 'withdrawn', expire: 'expired' },
  approved: { approve: null, decline: null, withdraw: null, expire: null },
  declined: { approve: null, decline: null, withdraw: null, expire: null },
  withdrawn: { approve: null, decline: null, withdraw: null, expire: null },
  expired: { approve: null, decline: null, withdraw: null, expire: null },
}

/** The state as it is now: what nobody decided in time has expired, whether or not a timer has said so. */
export const stateAt = (application: { readonly state: ApplicationState; readonly expiresAt: Date }, now: Date) =>
  application.state === 'pending' && application.expiresAt <= now ? 'expired' : application.state

const ALL: readonly Role[] = [
  'requester',
  'hospital_desk',
  'placement_desk',
  'transport',
  'national_desk',
  'admin',
  'sponsor',
  'desk_lead',
  'privacy_officer',
]

/** Which roles the holder of a role may give to others. Nobody gives what would make them their own reviewer. */
export const GRANTS: Record<Role, readonly Role[]> = {
  requester: [],
  hospital_desk: [],
  placement_desk: [],
  transport: [],
  national_desk: [],
  privacy_officer: [],
  sponsor: ['requester', 'hospital_desk'],
  desk_lead: ['requester', 'hospital_desk', 'sponsor', 'placement_desk', 'transport'],
  admin: ALL,
}

/** Roles that mean nothing without a hospital. */
export const OF_A_HOSPITAL: readonly Role[] = ['hospital_desk', 'sponsor']
/** Roles of the region itself: a person of a hospital does not hold them. */
export const OF_THE_REGION: readonly Role[] = [
  'placement_desk',
  'national_desk',
  'admin',
  'desk_lead',
  'privacy_officer',
]

export interface Place {
  readonly region: string
  /** null: the regional desk. */
  readonly facilityId: string | null
}

export type ApprovalRefusal =
  | 'own-application'
  | 'other-region'
  | 'other-facility'
  | 'role-beyond-yours'
  | 'role-not-of-this-place'

/** Answers for the whole region, not for one hospital. */
const forRegion = (person: Person): boolean => person.roles.some((role) => role === 'desk_lead' || role === 'admin')

/** May this person answer for people of that place at all? */
export const answersFor = (person: Person, place: Place): boolean =>
  person.region === place.region &&
  (forRegion(person) ||
    (person.roles.includes('sponsor') && person.facilityId !== null && person.facilityId === place.facilityId))

/** The roles a person may give at a place. */
export const grantable = (person: Person, place: Place): readonly Role[] => {
  if (!answersFor(person, place)) return []
  const given = new Set(person.roles.flatMap((role) => GRANTS[role]))
  return ALL.filter((role) => given.has(role) && fits(role, place))
}

const fits = (role: Role, { facilityId }: Place): boolean =>
  facilityId === null ? !OF_A_HOSPITAL.includes(role) : !OF_THE_REGION.includes(role)

/**
 * May `approver` give these roles to somebody at this place?
 * @param same the applicant is the approver: by licence or by phone
 */
export const mayApprove = (
  approver: Person,
  place: Place,
  roles: readonly Role[],
  same: boolean,
): ApprovalRefusal | undefined => {
  if (same) return 'own-application'
  if (approver.region !== place.region) return 'other-region'
  if (!answersFor(approver, place)) return 'other-facility'
  if (roles.some((role) => !fits(role, place))) return 'role-not-of-this-place'
  const may = grantable(approver, place)
  return roles.every((role) => may.includes(role)) ? undefined : 'role-beyond-yours'
}

/** May `manager` recover, sign out or disable this colleague? Never oneself, and never somebody who holds more. */
export const mayManage = (manager: Person, colleague: Person): boolean =>
  manager.id !== colleague.id &&
  answersFor(manager, colleague) &&
  (manager.roles.includes('admin') ||
    colleague.roles.every((role) => role === 'sponsor' || grantable(manager, colleague).includes(role)))

import { ROLES, type Role } from '@dure/contract'

/** Who acts. Roles and facility are the server's word, looked up anew with every request. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly roles: readonly Role[]
  /** Region code of the person's work. */
  readonly region: string
  /** The hospital a requester or a hospital desk speaks for. */
  readonly facilityId: string | null
  /** Break-glass accesses that are open now. */
  readonly opened?: readonly OpenedAccess[]
}

/** A person sees this request for a while without having a part in it; written down, told to others, and reviewed. */
export interface OpenedAccess {
  readonly id: string
  readonly requestId: string
}

export const isRole = (raw: string): raw is Role => ROLES.some((role) => role === raw)

export const hasRole = (person: Person, ...roles: readonly Role[]): boolean =>
  roles.some((role) => person.roles.includes(role))

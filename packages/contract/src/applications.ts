import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { byId, id, instant, limited, reason, roles, secret } from './people-parts.ts'
import { ROLES } from './vocabulary.ts'

/** Asking for an account, and whoever decides on it. */

/** 면허·자격 and, for officials without one, their staff number. */
export const LICENCE_KINDS = ['doctor', 'nurse', 'paramedic', 'official'] as const
export type LicenceKind = (typeof LICENCE_KINDS)[number]

/** Roles one may ask for without being invited; the others are given by invitation only. */
export const APPLICABLE_ROLES = ['requester', 'hospital_desk', 'placement_desk', 'transport'] as const

export const APPLICATION_STATES = ['pending', 'approved', 'declined', 'withdrawn', 'expired'] as const
export type ApplicationState = (typeof APPLICATION_STATES)[number]

export const phone = z.string().regex(/^0[0-9]{1,2}-?[0-9]{3,4}-?[0-9]{4}$/)

export const applicationInput = z.strictObject({
  name: z.string().trim().min(2).max(40),
  licenceKind: z.enum(LICENCE_KINDS),
  /** Digits as printed on the licence; the server keeps a keyed hash and the last digits. */
  licenceNumber: z.string().trim().min(1).max(20),
  /** null: the regional desk itself. */
  facilityId: id.nullable(),
  roles: z.array(z.enum(APPLICABLE_ROLES)).min(1).max(APPLICABLE_ROLES.length),
  phone,
})
export type ApplicationInput = z.infer<typeof applicationInput>

export const SignUpPlace = z
  .object({ id, name: z.string(), address: z.string().nullable() })
  .meta({ id: 'SignUpPlace' })

/** What the applicant's own device may see; the sponsor's name only once they have decided. */
export const OwnApplication = z
  .object({
    state: z.enum(APPLICATION_STATES),
    name: z.string(),
    place: z.string(),
    roles,
    askedAt: instant,
    expiresAt: instant,
    decidedAt: instant.nullable(),
    decidedBy: z.string().nullable(),
    why: z.string().nullable(),
  })
  .meta({ id: 'OwnApplication' })

export const Application = z
  .object({
    id,
    state: z.enum(APPLICATION_STATES),
    name: z.string(),
    licenceKind: z.enum(LICENCE_KINDS),
    /** The last digits: enough to compare with the card a colleague shows. */
    licenceTail: z.string(),
    /** People of this cell who hold an account with the same licence. */
    sameLicence: z.int(),
    facilityId: id.nullable(),
    facilityName: z.string().nullable(),
    roles,
    /** What the reader may grant of what was asked. */
    grantable: z.array(z.enum(ROLES)),
    phone: z.string(),
    askedAt: instant,
    expiresAt: instant,
    decidedAt: instant.nullable(),
    decidedBy: z.string().nullable(),
    why: z.string().nullable(),
  })
  .meta({ id: 'Application' })
export type Application = z.infer<typeof Application>

/** A link is shown once, to the one who made it; it is kept nowhere. */
export const OneTimeLink = z.object({ link: z.string(), expiresAt: instant, personId: id }).meta({ id: 'OneTimeLink' })

export const applicationEndpoints = {
  searchSignUpPlaces: endpoint({
    id: 'searchSignUpPlaces',
    method: 'GET',
    path: '/api/sign-up/places',
    summary: 'Hospitals of this region by name, for the sign-up form',
    auth: 'public',
    query: z.object({ q: z.string().trim().min(2).max(40) }),
    response: { status: 200, schema: z.object({ places: z.array(SignUpPlace) }) },
    problems: limited,
  }),
  apply: endpoint({
    id: 'apply',
    method: 'POST',
    path: '/api/sign-up',
    summary: 'Ask for an account; a sponsor of the same place decides',
    auth: 'public',
    body: applicationInput,
    response: { status: 202, schema: z.object({ ticket: z.string(), expiresAt: instant }) },
    problems: limited,
  }),
  readOwnApplication: endpoint({
    id: 'readOwnApplication',
    method: 'POST',
    path: '/api/sign-up/status',
    summary: 'How far an application is, for the device that made it',
    auth: 'public',
    body: z.strictObject({ ticket: secret }),
    response: { status: 200, schema: OwnApplication },
    problems: limited,
  }),
  withdrawApplication: endpoint({
    id: 'withdrawApplication',
    method: 'POST',
    path: '/api/sign-up/withdrawal',
    summary: 'Take an application back',
    auth: 'public',
    body: z.strictObject({ ticket: secret }),
    response: { status: 200, schema: OwnApplication },
    problems: ['too-many-requests', 'wrong-state'],
  }),
  listApplications: endpoint({
    id: 'listApplications',
    method: 'GET',
    path: '/api/applications',
    summary: 'Applications the reader may decide on, oldest first',
    auth: 'session',
    query: z.object({ scope: z.enum(['pending', 'decided']).default('pending') }),
    response: { status: 200, schema: z.object({ applications: z.array(Application) }) },
    problems: [],
  }),
  decideApplication: endpoint({
    id: 'decideApplication',
    method: 'POST',
    path: '/api/applications/:id/decision',
    summary: 'Approve, with the roles granted, or decline, with the reason',
    auth: 'session',
    params: byId,
    body: z.discriminatedUnion('decision', [
      z.strictObject({ decision: z.literal('approve'), roles }),
      z.strictObject({ decision: z.literal('decline'), why: reason }),
    ]),
    response: { status: 200, schema: z.object({ application: Application, link: OneTimeLink.nullable() }) },
    problems: ['wrong-state'],
  }),
  applicationEvents: endpoint({
    id: 'applicationEvents',
    method: 'GET',
    path: '/api/applications/:id/events',
    summary: 'Every step of an application',
    auth: 'session',
    params: byId,
    response: {
      status: 200,
      schema: z.object({
        events: z.array(z.object({ at: instant, kind: z.string(), by: z.string(), detail: z.string().nullable() })),
      }),
    },
    problems: [],
  }),
  invitePerson: endpoint({
    id: 'invitePerson',
    method: 'POST',
    path: '/api/people',
    summary: 'Invite a person by a one-time link: the first sponsor of a hospital, say',
    auth: 'session',
    body: z.strictObject({ name: z.string().trim().min(2).max(40), facilityId: id.nullable(), roles }),
    response: { status: 201, schema: OneTimeLink },
    problems: [],
  }),
} as const

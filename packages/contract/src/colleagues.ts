import { z } from 'zod'
import { LICENCE_KINDS, OneTimeLink } from './applications.ts'
import { endpoint } from './endpoint.ts'
import { byId, id, instant, reason, roles } from './people-parts.ts'

/** The people of a place, and what happened to one’s own access. */

export const Colleague = z
  .object({
    id,
    name: z.string(),
    roles,
    facilityId: id.nullable(),
    facilityName: z.string().nullable(),
    licenceKind: z.enum(LICENCE_KINDS).nullable(),
    licenceTail: z.string().nullable(),
    passkeys: z.int(),
    sessions: z.int(),
    disabled: z.boolean(),
    /** The reader may recover, sign out and disable this person. */
    mayManage: z.boolean(),
  })
  .meta({ id: 'Colleague' })
export type Colleague = z.infer<typeof Colleague>

/** What happened to a person's own access: they read it themselves, nobody can unwrite it. */
export const ACCOUNT_EVENTS = [
  'invited',
  'approved',
  'recovered',
  'passkey-added',
  'passkey-renamed',
  'passkey-removed',
  'passkeys-revoked',
  'passkey-cloned',
  'oidc-linked',
  'oidc-unlinked',
  'device-enrolled',
  'device-revoked',
  'credential-used',
  'sessions-ended',
  'disabled',
] as const
export type AccountEventKind = (typeof ACCOUNT_EVENTS)[number]

export const AccountEvent = z
  .object({ at: instant, kind: z.enum(ACCOUNT_EVENTS), by: z.string(), detail: z.string().nullable() })
  .meta({ id: 'AccountEvent' })

export const colleagueEndpoints = {
  listColleagues: endpoint({
    id: 'listColleagues',
    method: 'GET',
    path: '/api/people',
    summary: 'People of the own facility, or of the region for those who answer for it',
    auth: 'session',
    response: { status: 200, schema: z.object({ people: z.array(Colleague) }) },
    problems: [],
  }),
  recoverPerson: endpoint({
    id: 'recoverPerson',
    method: 'POST',
    path: '/api/people/:id/recovery',
    summary: 'A new one-time link for a colleague who lost their passkey',
    auth: 'session',
    params: byId,
    body: z.strictObject({ revokePasskeys: z.boolean(), why: reason }),
    response: { status: 200, schema: OneTimeLink },
    problems: ['wrong-state'],
  }),
  endSessionsOf: endpoint({
    id: 'endSessionsOf',
    method: 'POST',
    path: '/api/people/:id/sessions/end',
    summary: 'Sign a colleague out everywhere',
    auth: 'session',
    params: byId,
    body: z.strictObject({ why: reason }),
    response: { status: 200, schema: z.object({ ended: z.int() }) },
    problems: [],
  }),
  disableColleague: endpoint({
    id: 'disableColleague',
    method: 'POST',
    path: '/api/people/:id/disabling',
    summary: 'End a colleague’s access: sessions, links, passkeys and device credentials',
    auth: 'session',
    params: byId,
    body: z.strictObject({ why: reason }),
    response: { status: 200, schema: z.object({ disabled: z.literal(true) }) },
    problems: [],
  }),
  accountEvents: endpoint({
    id: 'accountEvents',
    method: 'GET',
    path: '/api/account/events',
    summary: 'What happened to the own access',
    auth: 'session',
    response: { status: 200, schema: z.object({ events: z.array(AccountEvent) }) },
    problems: [],
  }),
} as const

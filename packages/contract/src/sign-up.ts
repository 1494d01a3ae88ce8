import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Me } from './people.ts'
import { ROLES } from './vocabulary.ts'

/** People: how they come in, prove who they are, and answer for what they looked at. docs/adr/0020 gives the reasons. */

const instant = z.iso.datetime()
const id = z.string().min(1).max(64)
const byId = z.object({ id })
const roles = z.array(z.enum(ROLES)).min(1).max(ROLES.length)
const reason = z.string().trim().min(4).max(300)
/** base64url without padding. */
const b64 = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/)
/** One-time secrets: 256 bits in base64url. */
const secret = z.string().min(20).max(100)

// ---------------------------------------------------------------- sign-up

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

// ---------------------------------------------------------------- passkeys

const transports = z.array(z.string().max(20)).max(10)
const extensionResults = z.record(z.string().max(40), z.unknown())

const attachment = z.enum(['platform', 'cross-platform'])

/** RegistrationResponseJSON of WebAuthn Level 3. */
export const registrationResponse = z.object({
  id: b64(1400),
  rawId: b64(1400),
  response: z.object({
    clientDataJSON: b64(4000),
    attestationObject: b64(20_000),
    authenticatorData: b64(4000).optional(),
    transports: transports.optional(),
    publicKeyAlgorithm: z.int().optional(),
    publicKey: b64(4000).optional(),
  }),
  authenticatorAttachment: attachment.optional(),
  clientExtensionResults: extensionResults,
  type: z.literal('public-key'),
})
export type RegistrationResponse = z.infer<typeof registrationResponse>

/** AuthenticationResponseJSON of WebAuthn Level 3. */
export const authenticationResponse = z.object({
  id: b64(1400),
  rawId: b64(1400),
  response: z.object({
    clientDataJSON: b64(4000),
    authenticatorData: b64(4000),
    signature: b64(2000),
    userHandle: b64(200).optional(),
  }),
  authenticatorAttachment: attachment.optional(),
  clientExtensionResults: extensionResults,
  type: z.literal('public-key'),
})
export type AuthenticationResponse = z.infer<typeof authenticationResponse>

/** Handed to the browser as they are: their shape is WebAuthn's, not ours. */
const browserOptions = z.record(z.string(), z.unknown())
const passkeyName = z.string().trim().min(1).max(40)

export const Passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    /** Kept by one device, or synchronised between a person's devices. */
    synced: z.boolean(),
    createdAt: instant,
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'Passkey' })
export type Passkey = z.infer<typeof Passkey>

// ---------------------------------------------------------------- sessions and people

export const SESSION_KINDS = ['link', 'passkey', 'oidc', 'credential', 'demo'] as const
export type SessionKind = (typeof SESSION_KINDS)[number]

export const SessionView = z
  .object({
    id,
    kind: z.enum(SESSION_KINDS),
    /** Browser and system in a few words, as the browser told. */
    device: z.string(),
    address: z.string(),
    startedAt: instant,
    lastSeenAt: instant,
    /** Whatever is done, it ends then. */
    endsAt: instant,
    /** It ends then unless it is used before. */
    idleEndsAt: instant,
    current: z.boolean(),
  })
  .meta({ id: 'Session' })
export type SessionView = z.infer<typeof SessionView>

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

// ---------------------------------------------------------------- organisations' sign-in

const providerId = z.string().regex(/^[a-z0-9-]{1,30}$/)
export const IdentityProvider = z
  .object({ id: z.string(), nameKo: z.string(), nameEn: z.string() })
  .meta({ id: 'IdentityProvider' })
const oidcStart = z.object({ url: z.string(), flow: z.string() })
/** `query`: what stood behind the `?` when the provider sent the browser back. */
const oidcFinish = z.strictObject({ flow: secret, query: z.string().max(4000) })

// ---------------------------------------------------------------- the staff credential

/** A public key on P-256, as WebCrypto exports it. */
export const deviceKey = z.strictObject({ x: b64(43).length(43), y: b64(43).length(43) })

export const StaffCredentialView = z
  .object({
    id,
    label: z.string(),
    validUntil: instant,
    issuedAt: instant,
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'StaffCredential' })

export const AuthorityKey = z
  .object({
    id,
    level: z.enum(['region', 'facility']),
    facilityId: id.nullable(),
    facilityName: z.string().nullable(),
    validFrom: instant,
    validUntil: instant,
    revokedAt: instant.nullable(),
    revokedWhy: z.string().nullable(),
    /** Credentials that hang on this key and have not run out. */
    credentials: z.int(),
  })
  .meta({ id: 'AuthorityKey' })

/** Signed list; whoever has the national key can check it, whatever way it came. */
const revocationList = z.string().min(1).max(400_000)
export const RevocationState = z
  .object({ region: z.string(), number: z.int(), at: instant, count: z.int() })
  .meta({ id: 'RevocationState' })

// ---------------------------------------------------------------- break-glass and who saw whom

/** Why somebody looks who has no part in the request. */
export const BREAK_GLASS_REASONS = ['life_at_risk', 'patient_arrived_here', 'handover_failed', 'other'] as const
export type BreakGlassReason = (typeof BREAK_GLASS_REASONS)[number]
export const REVIEW_VERDICTS = ['accepted', 'objected'] as const

export const BreakGlassView = z
  .object({
    id,
    at: instant,
    until: instant,
    requestId: id,
    requestCode: z.string(),
    personId: id,
    personName: z.string(),
    facilityId: id.nullable(),
    facilityName: z.string().nullable(),
    reason: z.enum(BREAK_GLASS_REASONS),
    note: z.string(),
    /** How often the patient was looked at through this access. */
    looks: z.int(),
    review: z.object({ at: instant, by: z.string(), verdict: z.enum(REVIEW_VERDICTS), note: z.string() }).nullable(),
    mayReview: z.boolean(),
  })
  .meta({ id: 'BreakGlass' })
export type BreakGlassView = z.infer<typeof BreakGlassView>

export const ACCESS_OUTCOMES = ['given', 'refused'] as const

export const AccessRow = z
  .object({
    n: z.string(),
    at: instant,
    personId: id,
    personName: z.string(),
    roles: z.array(z.string()),
    facilityId: id.nullable(),
    facilityName: z.string().nullable(),
    address: z.string(),
    sessionKind: z.string(),
    /** The route that was used, `getIdentity`. */
    route: z.string(),
    subject: z.string(),
    requestCode: z.string().nullable(),
    outcome: z.enum(ACCESS_OUTCOMES),
    /** Set when only a break-glass access made it possible. */
    breakGlassId: id.nullable(),
  })
  .meta({ id: 'AccessRow' })
export type AccessRow = z.infer<typeof AccessRow>

// ---------------------------------------------------------------- routes

const signingIn = { auth: 'public', priority: 'desk' } as const
const limited = ['too-many-requests'] as const

export const signUpEndpoints = {
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

  startPasskeySignIn: endpoint({
    id: 'startPasskeySignIn',
    method: 'POST',
    path: '/api/sign-in/passkey/options',
    summary: 'A challenge for signing in with a passkey, without a user name',
    ...signingIn,
    response: { status: 200, schema: z.object({ options: browserOptions }) },
    problems: limited,
  }),
  signInWithPasskey: endpoint({
    id: 'signInWithPasskey',
    method: 'POST',
    path: '/api/sign-in/passkey',
    summary: 'Sign in with a passkey',
    ...signingIn,
    body: z.strictObject({ response: authenticationResponse }),
    response: { status: 200, schema: Me },
    problems: ['sign-in-refused', 'too-many-requests'],
  }),
  listPasskeys: endpoint({
    id: 'listPasskeys',
    method: 'GET',
    path: '/api/passkeys',
    summary: 'The own passkeys',
    auth: 'session',
    response: { status: 200, schema: z.object({ passkeys: z.array(Passkey) }) },
    problems: [],
  }),
  startPasskeyRegistration: endpoint({
    id: 'startPasskeyRegistration',
    method: 'POST',
    path: '/api/passkeys/options',
    summary: 'A challenge for adding a passkey',
    auth: 'session',
    response: { status: 200, schema: z.object({ options: browserOptions }) },
    problems: ['too-many-requests', 'sign-in-needed'],
  }),
  registerPasskey: endpoint({
    id: 'registerPasskey',
    method: 'POST',
    path: '/api/passkeys',
    summary: 'Add a passkey',
    auth: 'session',
    body: z.strictObject({ name: passkeyName, response: registrationResponse }),
    response: { status: 201, schema: Passkey },
    problems: ['sign-in-refused', 'sign-in-needed'],
  }),
  renamePasskey: endpoint({
    id: 'renamePasskey',
    method: 'PATCH',
    path: '/api/passkeys/:id',
    summary: 'Give a passkey another name',
    auth: 'session',
    params: z.object({ id: z.string().min(1).max(200) }),
    body: z.strictObject({ name: passkeyName }),
    response: { status: 200, schema: Passkey },
    problems: [],
  }),
  removePasskey: endpoint({
    id: 'removePasskey',
    method: 'DELETE',
    path: '/api/passkeys/:id',
    summary: 'Remove a passkey; its sessions end',
    auth: 'session',
    params: z.object({ id: z.string().min(1).max(200) }),
    response: { status: 200, schema: z.object({ passkeys: z.array(Passkey) }) },
    problems: [],
  }),

  listSessions: endpoint({
    id: 'listSessions',
    method: 'GET',
    path: '/api/sessions',
    summary: 'The own sessions',
    auth: 'session',
    response: { status: 200, schema: z.object({ sessions: z.array(SessionView) }) },
    problems: [],
  }),
  endSession: endpoint({
    id: 'endSession',
    method: 'DELETE',
    path: '/api/sessions/:id',
    summary: 'End one of the own sessions',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: z.object({ sessions: z.array(SessionView) }) },
    problems: [],
  }),
  endOtherSessions: endpoint({
    id: 'endOtherSessions',
    method: 'POST',
    path: '/api/sessions/end',
    summary: 'Sign out everywhere else',
    auth: 'session',
    response: { status: 200, schema: z.object({ sessions: z.array(SessionView) }) },
    problems: [],
  }),

  listIdentityProviders: endpoint({
    id: 'listIdentityProviders',
    method: 'GET',
    path: '/api/sign-in/organisations',
    summary: 'Organisations whose own sign-in is accepted here',
    ...signingIn,
    response: { status: 200, schema: z.object({ providers: z.array(IdentityProvider) }) },
    problems: [],
  }),
  startOrganisationSignIn: endpoint({
    id: 'startOrganisationSignIn',
    method: 'POST',
    path: '/api/sign-in/organisations/start',
    summary: 'Where to send the browser for an organisation’s sign-in (authorization code, PKCE, state, nonce)',
    ...signingIn,
    body: z.strictObject({ provider: providerId }),
    response: { status: 200, schema: oidcStart },
    problems: ['too-many-requests', 'overloaded'],
  }),
  signInWithOrganisation: endpoint({
    id: 'signInWithOrganisation',
    method: 'POST',
    path: '/api/sign-in/organisations',
    summary: 'Sign in with what the organisation’s sign-in sent back',
    ...signingIn,
    body: oidcFinish,
    response: { status: 200, schema: Me },
    problems: ['sign-in-refused', 'too-many-requests', 'overloaded'],
  }),
  listOrganisationAccounts: endpoint({
    id: 'listOrganisationAccounts',
    method: 'GET',
    path: '/api/account/organisations',
    summary: 'Organisation accounts that sign in as the reader',
    auth: 'session',
    response: {
      status: 200,
      schema: z.object({
        accounts: z.array(z.object({ id, provider: z.string(), subject: z.string(), linkedAt: instant })),
      }),
    },
    problems: [],
  }),
  startOrganisationLink: endpoint({
    id: 'startOrganisationLink',
    method: 'POST',
    path: '/api/account/organisations/start',
    summary: 'Begin to connect an organisation account',
    auth: 'session',
    body: z.strictObject({ provider: providerId }),
    response: { status: 200, schema: oidcStart },
    problems: ['too-many-requests', 'overloaded'],
  }),
  linkOrganisation: endpoint({
    id: 'linkOrganisation',
    method: 'POST',
    path: '/api/account/organisations',
    summary: 'Connect an organisation account to the own person',
    auth: 'session',
    body: oidcFinish,
    response: { status: 201, schema: z.object({ linked: z.literal(true) }) },
    problems: ['sign-in-refused', 'conflict', 'overloaded'],
  }),
  unlinkOrganisation: endpoint({
    id: 'unlinkOrganisation',
    method: 'DELETE',
    path: '/api/account/organisations/:id',
    summary: 'Disconnect an organisation account',
    auth: 'session',
    params: byId,
    response: { status: 204, schema: z.undefined() },
    problems: [],
  }),

  startCredentialSignIn: endpoint({
    id: 'startCredentialSignIn',
    method: 'POST',
    path: '/api/sign-in/credential/challenge',
    summary: 'A challenge for signing in with a staff credential',
    ...signingIn,
    response: { status: 200, schema: z.object({ challenge: z.string(), cell: z.string() }) },
    problems: limited,
  }),
  signInWithCredential: endpoint({
    id: 'signInWithCredential',
    method: 'POST',
    path: '/api/sign-in/credential',
    summary: 'Sign in with a staff credential of any region; nobody else is asked',
    ...signingIn,
    body: z.strictObject({
      credential: z.string().min(100).max(6000),
      challenge: secret,
      /** ECDSA P-256 over SHA-256 of `dure-sign-in-v1\n<cell>\n<challenge>`, IEEE P1363. */
      signature: b64(86).length(86),
    }),
    response: { status: 200, schema: Me },
    problems: ['sign-in-refused', 'too-many-requests'],
  }),
  enrolDevice: endpoint({
    id: 'enrolDevice',
    method: 'POST',
    path: '/api/credentials',
    summary: 'A staff credential for a key that never leaves this device',
    auth: 'session',
    body: z.strictObject({ deviceKey, label: z.string().trim().min(1).max(40) }),
    response: {
      status: 201,
      schema: z.object({ id, credential: z.string(), validUntil: instant }),
    },
    problems: ['wrong-state', 'sign-in-needed'],
  }),
  listCredentials: endpoint({
    id: 'listCredentials',
    method: 'GET',
    path: '/api/credentials',
    summary: 'The own devices with a staff credential',
    auth: 'session',
    response: { status: 200, schema: z.object({ credentials: z.array(StaffCredentialView) }) },
    problems: [],
  }),
  revokeCredential: endpoint({
    id: 'revokeCredential',
    method: 'DELETE',
    path: '/api/credentials/:id',
    summary: 'Revoke the credential of a device of one’s own',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: z.object({ credentials: z.array(StaffCredentialView) }) },
    problems: [],
  }),
  listAuthorityKeys: endpoint({
    id: 'listAuthorityKeys',
    method: 'GET',
    path: '/api/authority-keys',
    summary: 'The keys this region signs credentials with, and the revocation lists it knows, with their age',
    auth: 'session',
    response: {
      status: 200,
      schema: z.object({ keys: z.array(AuthorityKey), revocations: z.array(RevocationState), ready: z.boolean() }),
    },
    problems: [],
  }),
  rotateFacilityKey: endpoint({
    id: 'rotateFacilityKey',
    method: 'POST',
    path: '/api/authority-keys/rotation',
    summary: 'A new key for a facility; what the old one signed stays valid until it runs out',
    auth: 'session',
    body: z.strictObject({ facilityId: id.nullable() }),
    response: { status: 201, schema: AuthorityKey },
    problems: ['wrong-state'],
  }),
  revokeAuthorityKey: endpoint({
    id: 'revokeAuthorityKey',
    method: 'POST',
    path: '/api/authority-keys/:id/revocation',
    summary: 'Revoke a facility’s key, and with it everything it signed',
    auth: 'session',
    params: byId,
    body: z.strictObject({ why: reason }),
    response: { status: 200, schema: AuthorityKey },
    problems: ['wrong-state'],
  }),
  readRevocations: endpoint({
    id: 'readRevocations',
    method: 'GET',
    path: '/api/revocations',
    summary: 'The signed revocation lists this cell knows, its own first',
    auth: 'public',
    response: { status: 200, schema: z.object({ lists: z.array(z.string()) }) },
    problems: [],
  }),
  importRevocations: endpoint({
    id: 'importRevocations',
    method: 'POST',
    path: '/api/revocations',
    summary: 'Take over a signed list that came by another way: a file, a stick, a fax of a QR code',
    auth: 'session',
    body: z.strictObject({ list: revocationList }),
    response: { status: 200, schema: RevocationState },
    problems: ['wrong-state'],
    bodyLimitBytes: 512 * 1024,
  }),

  openBreakGlass: endpoint({
    id: 'openBreakGlass',
    method: 'POST',
    path: '/api/break-glass',
    summary: 'See a patient without having a part in the request: for a while, with a reason, and others are told',
    auth: 'session',
    body: z.strictObject({
      /** Id, or the four-digit code of an open request of this region. */
      request: id,
      reason: z.enum(BREAK_GLASS_REASONS),
      note: z.string().trim().min(4).max(300),
    }),
    response: { status: 201, schema: BreakGlassView },
    problems: ['too-many-requests'],
  }),
  listBreakGlass: endpoint({
    id: 'listBreakGlass',
    method: 'GET',
    path: '/api/break-glass',
    summary: 'Break-glass accesses: all for those who review them, else the own',
    auth: 'session',
    query: z.object({ scope: z.enum(['to_review', 'all']).default('all') }),
    response: { status: 200, schema: z.object({ accesses: z.array(BreakGlassView) }) },
    problems: [],
  }),
  reviewBreakGlass: endpoint({
    id: 'reviewBreakGlass',
    method: 'POST',
    path: '/api/break-glass/:id/review',
    summary: 'Accept a break-glass access, or object; once, and never one’s own',
    auth: 'session',
    params: byId,
    body: z.strictObject({ verdict: z.enum(REVIEW_VERDICTS), note: z.string().trim().min(4).max(300) }),
    response: { status: 200, schema: BreakGlassView },
    problems: ['wrong-state'],
  }),
  readAccessLog: endpoint({
    id: 'readAccessLog',
    method: 'GET',
    path: '/api/access-log',
    summary: 'Who saw whom: by person (name or id) or by request (code or id), newest first',
    auth: 'session',
    query: z.object({
      person: z.string().trim().min(1).max(64).optional(),
      request: z.string().trim().min(1).max(64).optional(),
      before: z
        .string()
        .regex(/^[0-9]{1,18}$/)
        .optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: { status: 200, schema: z.object({ rows: z.array(AccessRow), next: z.string().nullable() }) },
    problems: [],
  }),
} as const

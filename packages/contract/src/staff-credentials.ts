import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Me } from './people.ts'
import { b64, byId, id, instant, limited, reason, secret, signingIn } from './people-parts.ts'

/** The staff credential: signed by the hospital’s key, that by the region’s, and checked anywhere without asking anybody. */

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

export const credentialEndpoints = {
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
} as const

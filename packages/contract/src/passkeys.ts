import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Me } from './people.ts'
import { b64, instant, limited, signingIn } from './people-parts.ts'

/** Passkeys (WebAuthn Level 3). */

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

export const passkeyEndpoints = {
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
} as const

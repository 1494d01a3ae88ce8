import { generateKeyPairSync } from 'node:crypto'
import type { AuthenticationResponse, Passkey, RegistrationResponse } from '@dure/contract'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { z } from 'zod'
import { sessionOf } from '../platform/auth.sql.ts'
import type { Arrival } from '../platform/entry.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { newChallenge, spendChallenge } from './challenges.sql.ts'
import { endSessionsBegunWith } from './colleagues.sql.ts'
import {
  advanceCounter,
  insertPasskey,
  type PasskeyRow,
  passkeyById,
  passkeysOf,
  removePasskey,
  renamePasskey,
} from './passkeys.sql.ts'
import { doer, iso, isoOrNull, noteAccount, type People, personById, refuse, SYSTEM, tell } from './people.service.ts'
import { relyingParty, userHandle } from './relying-party.ts'

/** Whoever finds a screen unattended must not be able to make themselves a key to it. */
export const FRESH_SIGN_IN_MIN = 30
export const PASSKEYS_MAX = 20
const TIMEOUT_MS = 120_000
/** With its certificate formats the library is a sixth of a cell's code: loaded by the first who needs it. */
const webauthn = () => import('@simplewebauthn/server')
/** EdDSA, ES256, RS256 (COSE numbers): what authenticators have, and nothing experimental. */
const ALGORITHMS = [-8, -7, -257]

const view = (row: PasskeyRow): z.input<typeof Passkey> => ({
  id: row.id,
  name: row.name,
  synced: row.synced,
  createdAt: iso(row.createdAt),
  lastUsedAt: isoOrNull(row.lastUsedAt),
})

export const ownPasskeys = async (people: People, person: Person) => (await passkeysOf(people.db, person.id)).map(view)

/** Only somebody of this cell who has just signed in adds a passkey: not a guest, and not whoever finds a screen open. */
const mayAdd = async (people: People, person: Person, sessionToken: string | undefined, now: Date) => {
  const session = sessionToken === undefined ? undefined : await sessionOf(people.db, sessionToken)
  if (session === undefined) return refuse('sign-in-needed')
  if (session.kind === 'credential') return refuse('not-allowed', 'guest: your own region keeps your passkeys')
  if (now.getTime() - session.created_at.getTime() > FRESH_SIGN_IN_MIN * 60_000)
    return refuse('not-allowed', 'sign-in-too-old: sign in anew, then add the passkey')
  if ((await passkeysOf(people.db, person.id)).length >= PASSKEYS_MAX) return refuse('not-allowed', 'too-many-passkeys')
  return ok(undefined)
}

export const registrationOptions = async (
  people: People,
  person: Person,
  sessionToken: string | undefined,
  now: Date,
) => {
  const may = await mayAdd(people, person, sessionToken, now)
  if (!may.ok) return may
  const challenge = await newChallenge(people.db, 'passkey-registration', now, { personId: person.id })
  const known = await passkeysOf(people.db, person.id)
  const { generateRegistrationOptions } = await webauthn()
  const options = await generateRegistrationOptions({
    rpName: '두레 Dure',
    rpID: relyingParty(people.config.publicUrl).id,
    userName: person.name,
    userDisplayName: person.name,
    userID: userHandle(person.id),
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  return ok({ options: { ...options } })
}

export const register = async (
  people: People,
  person: Person,
  sessionToken: string | undefined,
  { name, response }: { readonly name: string; readonly response: RegistrationResponse },
  now: Date,
) => {
  const may = await mayAdd(people, person, sessionToken, now)
  if (!may.ok) return may
  const rp = relyingParty(people.config.publicUrl, response.response.clientDataJSON)
  const { verifyRegistrationResponse } = await webauthn()
  const verified = await verifyRegistrationResponse({
    response: response as unknown as RegistrationResponseJSON,
    expectedChallenge: async (challenge) =>
      (await spendChallenge(people.db, challenge, 'passkey-registration', now))?.personId === person.id,
    expectedOrigin: [...rp.origins],
    expectedRPID: rp.id,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch(() => undefined)
  if (verified?.verified !== true)
    return refuse('sign-in-refused', 'the passkey could not be verified', '/body/response')
  const { credential, credentialBackedUp } = verified.registrationInfo
  return people.db.tx(async (tx) => {
    const row = {
      id: credential.id,
      personId: person.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: (response.response.transports ?? []).slice(0, 10),
      synced: credentialBackedUp,
      name,
      createdAt: now,
    }
    if (!(await insertPasskey(tx, row)))
      return refuse('sign-in-refused', 'this passkey is known already', '/body/response')
    await noteAccount(tx, person.id, 'passkey-added', doer(person), now, name)
    return ok(view({ ...row, lastUsedAt: null }))
  })
}

export const rename = async (people: People, person: Person, id: string, name: string, now: Date) =>
  people.db.tx(async (tx) => {
    const row = await renamePasskey(tx, person.id, id, name)
    if (row === undefined) return refuse('not-found', 'no such passkey', '/params/id')
    await noteAccount(tx, person.id, 'passkey-renamed', doer(person), now, name)
    return ok(view(row))
  })

export const remove = async (people: People, person: Person, id: string, now: Date) =>
  people.db.tx(async (tx) => {
    const row = await removePasskey(tx, person.id, id)
    if (row === undefined) return refuse('not-found', 'no such passkey', '/params/id')
    await endSessionsBegunWith(tx, person.id, id)
    await noteAccount(tx, person.id, 'passkey-removed', doer(person), now, row.name)
    return ok({ passkeys: (await passkeysOf(tx, person.id)).map(view) })
  })

// ---------------------------------------------------------------- signing in

/** Nobody is named: the authenticator says who it is for. The answer is the same for everybody. */
export const signInOptions = async (people: People, now: Date) => {
  const challenge = await newChallenge(people.db, 'passkey-sign-in', now)
  const { generateAuthenticationOptions } = await webauthn()
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(people.config.publicUrl).id,
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: TIMEOUT_MS,
    userVerification: 'required',
  })
  return ok({ options: { ...options } })
}

/** A key nobody holds: an unknown passkey is verified against it, so that it takes as long as a known one. */
const decoy = (() => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const head = Buffer.from('a5010203262001215820', 'hex')
  const bytes = [head, Buffer.from(x, 'base64url'), Buffer.from('225820', 'hex'), Buffer.from(y, 'base64url')]
  return new Uint8Array(Buffer.concat(bytes))
})()

const REFUSED = refuse('sign-in-refused')

export const signIn = async (people: People, arrival: Arrival, response: AuthenticationResponse) => {
  const { now } = arrival
  const passkey = await passkeyById(people.db, response.id)
  const person = passkey === undefined ? undefined : await personById(people.db, passkey.personId)
  const counter = await verified(people, response, passkey, now)
  if (counter === undefined || passkey === undefined || person === undefined || person.disabled) return REFUSED
  const { userHandle: handle } = response.response
  if (handle !== undefined && handle !== Buffer.from(userHandle(person.id)).toString('base64url')) return REFUSED
  if (!(await advanceCounter(people.db, passkey.id, counter, now))) return cloned(people, passkey, now)
  return ok(await people.entry.enter(people.db, arrival, person, { kind: 'passkey', beganWith: passkey.id }))
}

/** The authenticator's counter when the signature is right. The counter itself is judged behind the signature, in the database. */
const verified = async (
  people: People,
  response: AuthenticationResponse,
  passkey: PasskeyRow | undefined,
  now: Date,
): Promise<number | undefined> => {
  const rp = relyingParty(people.config.publicUrl, response.response.clientDataJSON)
  const publicKey = passkey === undefined ? decoy : new Uint8Array(passkey.publicKey)
  const { verifyAuthenticationResponse } = await webauthn()
  const result = await verifyAuthenticationResponse({
    response: response as unknown as AuthenticationResponseJSON,
    expectedChallenge: async (challenge) =>
      (await spendChallenge(people.db, challenge, 'passkey-sign-in', now)) !== undefined,
    expectedOrigin: [...rp.origins],
    expectedRPID: rp.id,
    credential: { id: response.id, publicKey, counter: 0, transports: [...(passkey?.transports ?? [])] },
    requireUserVerification: true,
  }).catch(() => undefined)
  return result?.verified === true ? result.authenticationInfo.newCounter : undefined
}

/** Two authenticators hold one key. Which of them is the thief's nobody can tell: refused, written down, and told. */
const cloned = async (people: People, passkey: PasskeyRow, now: Date) => {
  await people.db.tx(async (tx) => {
    await noteAccount(tx, passkey.personId, 'passkey-cloned', SYSTEM, now, passkey.name)
    const audience = { people: [passkey.personId], roles: ['desk_lead', 'admin'] as const }
    await tell(tx, 'account-passkey-cloned', passkey.personId, audience, now)
  })
  people.log.warn({ personId: passkey.personId }, 'passkey-cloned')
  return REFUSED
}

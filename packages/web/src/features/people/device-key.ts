import { type Call, signUpEndpoints as e, type Me, type Problem } from '@dure/contract'
import { type DBSchema, openDB } from 'idb'
import { call as callHere } from '../../offline/api.ts'

/** One device, one key. It is made here, cannot be read out by any script, and signs nothing but answers to a cell's question. */
interface Kept {
  readonly key: CryptoKeyPair
  readonly credential: string
  readonly credentialId: string
  readonly validUntil: string
  readonly personId: string
}

interface Store extends DBSchema {
  device: { key: string; value: Kept }
}

const store = () =>
  openDB<Store>('dure-device', 1, {
    upgrade: (db) => void db.createObjectStore('device'),
  })

const ONE = 'credential'

export const deviceCredential = async (): Promise<Kept | undefined> => {
  const kept = await (await store()).get('device', ONE).catch(() => undefined)
  return kept !== undefined && Date.parse(kept.validUntil) > Date.now() ? kept : undefined
}

export const forgetDevice = async (): Promise<void> => {
  await (await store()).delete('device', ONE)
}

/** Asks for a credential for this device's key; the key itself is made once. */
export const enrolDevice = async (personId: string, label: string): Promise<Problem | null> => {
  const before = await deviceCredential()
  const key =
    before?.personId === personId
      ? before.key
      : await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', key.publicKey)
  const answer = await callHere(e.enrolDevice, { body: { deviceKey: { x, y }, label } })
  if (!answer.ok) return answer.error
  const { id, credential, validUntil } = answer.value
  await (await store()).put('device', { key, credential, credentialId: id, validUntil, personId }, ONE)
  return null
}

const base64url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

/** Signs in with what this device holds. Works at any cell that trusts the same nation, whoever else can be reached. */
export const signInWithDevice = async (call: Call = callHere): Promise<Me | Problem | null> => {
  const kept = await deviceCredential()
  if (kept === undefined) return null
  const asked = await call(e.startCredentialSignIn)
  if (!asked.ok) return asked.error
  const { challenge, cell } = asked.value
  const text = new TextEncoder().encode(`dure-sign-in-v1\n${cell}\n${challenge}`)
  const signature = base64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, kept.key.privateKey, text))
  const answer = await call(e.signInWithCredential, { body: { credential: kept.credential, challenge, signature } })
  return answer.ok ? answer.value : answer.error
}

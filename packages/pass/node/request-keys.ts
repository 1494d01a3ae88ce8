import { fromBase64, fromHex, toHex, utf8 } from '../src/bytes.ts'
import type { CryptoBackend, Jwk } from '../src/crypto.ts'
import { isJsonObject, type Json, type JsonObject } from '../src/json.ts'
import { keyOfCertificate, type VerificationKey } from '../src/keyring.ts'
import { type Checked, refuse } from '../src/refusals.ts'
import { ok } from '../src/result.ts'
import type { ShcKey } from '../src/shc.ts'

/** Keys of one request, as each format looks them up. `faulty` counts entries that could not be read. */
export type RequestKeys = {
  readonly hc1: readonly VerificationKey[]
  readonly shc: readonly ShcKey[]
  readonly faulty: number
}

type NamedKey = { readonly key: VerificationKey; readonly kidText?: string; readonly kids: readonly Uint8Array[] }

const MOST_KEYS = 4_096
const MOST_REMEMBERED = 2_048

/**
 * Reads `keys` of requests: entries `{"kid"?, "jwk" | "pem" | "certificate"}`, also a JWK set in place of a JWK or of the
 * list. What was read is remembered by its text, because the lines of a batch name the same keys again and again.
 */
export const createKeyReader = (crypto: CryptoBackend) => {
  const remembered = new Map<string, Checked<readonly NamedKey[]>>()
  const readEntry = async (entry: Json): Promise<Checked<readonly NamedKey[]>> => {
    const text = JSON.stringify(entry)
    const known = remembered.get(text)
    if (known) return known
    const keys = isJsonObject(entry) ? await keysOfEntry(crypto, entry) : refuse('key-malformed')
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    remembered.set(text, keys)
    return keys
  }
  return async (list: Json): Promise<Checked<RequestKeys>> => {
    const entries = isJsonObject(list) && Array.isArray(list.keys) ? list.keys : list
    if (!Array.isArray(entries) || entries.length > MOST_KEYS) return refuse('request-malformed', 'keys')
    const named: NamedKey[] = []
    let faulty = 0
    for (const entry of entries) {
      const keys = await readEntry(entry)
      if (keys.ok) named.push(...keys.value)
      else faulty += 1
    }
    return ok({ hc1: named.flatMap(hc1Keys), shc: named.map(shcKey), faulty })
  }
}

const hc1Keys = ({ key, kids }: NamedKey): readonly VerificationKey[] =>
  kids.length === 0 ? [key] : kids.map((kid) => ({ ...key, kid }))

const shcKey = ({ key, kidText }: NamedKey): ShcKey => ({
  publicKey: key.publicKey,
  ...(kidText !== undefined && { kid: kidText }),
})

const keysOfEntry = async (crypto: CryptoBackend, entry: JsonObject): Promise<Checked<readonly NamedKey[]>> => {
  const { kid, jwk, pem, certificate } = entry
  if (kid !== undefined && kid !== null && typeof kid !== 'string') return refuse('key-malformed', 'kid')
  const kidText = kid ?? undefined
  if (typeof certificate === 'string') return keysOfPemOrDer(crypto, certificate, kidText)
  if (typeof pem === 'string') return keysOfPemOrDer(crypto, pem, kidText)
  if (isJsonObject(jwk)) return keysOfJwk(crypto, jwk, kidText)
  return typeof entry.kty === 'string' ? keysOfJwk(crypto, entry, kidText) : refuse('key-malformed')
}

const keysOfJwk = async (
  crypto: CryptoBackend,
  jwk: JsonObject,
  kidText: string | undefined,
): Promise<Checked<readonly NamedKey[]>> => {
  const members = Array.isArray(jwk.keys) ? jwk.keys.filter(isJsonObject) : [jwk]
  const named: NamedKey[] = []
  for (const member of members) {
    const publicKey = await crypto.importKey({ form: 'jwk', jwk: member as Jwk })
    if (!publicKey.ok) continue
    named.push(withKid({ publicKey: publicKey.value }, kidText ?? textOf(member.kid)))
  }
  return named.length > 0 ? ok(named) : refuse('key-malformed', 'jwk')
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

const withKid = (key: VerificationKey, kidText: string | undefined): NamedKey =>
  kidText === undefined ? { key, kids: key.kid ? [key.kid] : [] } : { key, kidText, kids: readingsOf(kidText) }

/** A kid is bytes, written as base64, base64url, hex or plain text: all readings are kept, a wrong one matches nothing. */
export const readingsOf = (kid: string): readonly Uint8Array[] => {
  const readings = [fromBase64(kid), fromHex(kid), utf8(kid)].filter((bytes) => bytes !== undefined)
  return [...new Map(readings.map((bytes) => [toHex(bytes), bytes])).values()]
}

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \1-----/g

const keysOfPemOrDer = async (
  crypto: CryptoBackend,
  text: string,
  kidText: string | undefined,
): Promise<Checked<readonly NamedKey[]>> => {
  const blocks = [...text.matchAll(PEM)].map(([, label = '', body = '']) => ({ label, der: fromBase64(body) }))
  const der = fromBase64(text)
  const all = blocks.length > 0 ? blocks : [{ label: 'CERTIFICATE', der }]
  const named: NamedKey[] = []
  for (const block of all) {
    const key = block.der ? await keyOfBlock(crypto, block.label, block.der) : refuse('key-malformed')
    if (key.ok) named.push(withKid(key.value, kidText))
    else if (all.length === 1) return key
  }
  return named.length > 0 ? ok(named) : refuse('key-malformed', 'pem')
}

const keyOfBlock = async (crypto: CryptoBackend, label: string, der: Uint8Array): Promise<Checked<VerificationKey>> => {
  const certificate = label.endsWith('CERTIFICATE') ? await keyOfCertificate(crypto, der) : undefined
  if (certificate?.ok) return ok(withoutBeginning(certificate.value))
  const publicKey = await crypto.importKey({ form: 'spki', der })
  return publicKey.ok ? ok({ publicKey: publicKey.value }) : (certificate ?? publicKey)
}

/**
 * Whoever hands over a certificate vouches for its key from any day on. Published vectors are judged at instants before their signer's
 * certificate began (dgc-testdata, PL/2DCode/raw/1.json); an end is kept, as a key that is over may have been given up.
 */
const withoutBeginning = ({ notBefore: _begins, ...key }: VerificationKey): VerificationKey => key

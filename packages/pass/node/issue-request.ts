import { createPublicKey } from 'node:crypto'
import { fromBase64, fromHex, toBase64 } from '../src/bytes.ts'
import { ALGS, type Alg, type CryptoBackend, fits, type Jwk, type PrivateKey } from '../src/crypto.ts'
import { createHc1 } from '../src/hc1.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '../src/json.ts'
import { kidOfCertificate } from '../src/keyring.ts'
import { type Checked, type RefusalCode, refuse } from '../src/refusals.ts'
import { ok } from '../src/result.ts'
import { createShc, jwkThumbprint } from '../src/shc-export.ts'
import { privateKeyFromPem } from './crypto.ts'
import { parseInstant } from './instant.ts'

export type IssueAnswer =
  | {
      readonly id: Json
      readonly format: 'hc1' | 'shc'
      readonly text: string
      readonly codes?: readonly string[]
      readonly kid: string
    }
  | { readonly id: Json; readonly code: RefusalCode; readonly detail?: string }

/**
 * Issues from `{"id", "payload", "jwk" | "pem", "certificate"?, "kid"?, "alg"?, "issuer", "issuedAt"?, "expiresAt"}`, and with
 * `"format": "shc"` a SMART Health Card whose payload is the FHIR bundle (and `"rid"?`). The kid is the certificate's, unless given.
 */
export const createIssuer = (crypto: CryptoBackend, now: () => number) => {
  const keys = new Map<string, Promise<Checked<PrivateKey>>>()
  const keyOf = (request: JsonObject): Promise<Checked<PrivateKey>> => {
    const text = JSON.stringify(request.jwk ?? request.pem ?? null)
    const key = keys.get(text) ?? importKey(crypto, request)
    keys.set(text, key)
    return key
  }
  return async (line: string): Promise<IssueAnswer> => {
    const request = parseJson(line)
    if (!isJsonObject(request)) return { id: null, code: 'request-malformed', detail: 'JSON' }
    const id = request.id ?? null
    const key = await keyOf(request)
    const issued = key.ok ? await issue(crypto, key.value, request, now) : key
    return issued.ok ? { id, ...issued.value } : { id, ...issued.error }
  }
}

const importKey = async (crypto: CryptoBackend, { jwk, pem }: JsonObject): Promise<Checked<PrivateKey>> => {
  if (typeof pem === 'string') return privateKeyFromPem(pem)
  return isJsonObject(jwk) ? crypto.importPrivateKey({ form: 'jwk', jwk: jwk as Jwk }) : refuse('key-malformed')
}

type Issued = {
  readonly format: 'hc1' | 'shc'
  readonly text: string
  readonly codes?: readonly string[]
  readonly kid: string
}

const issue = async (
  crypto: CryptoBackend,
  key: PrivateKey,
  request: JsonObject,
  now: () => number,
): Promise<Checked<Issued>> => {
  const { payload, issuer } = request
  const issuedAt = request.issuedAt == null ? now() : parseInstant(request.issuedAt)
  const expiresAt = parseInstant(request.expiresAt)
  if (!isJsonObject(payload)) return refuse('request-malformed', 'payload')
  if (typeof issuer !== 'string') return refuse('request-malformed', 'issuer')
  if (issuedAt === undefined) return refuse('request-malformed', 'issuedAt')
  if (request.format === 'shc') return issueShc(crypto, key, request, { payload, issuer, issuedAt })
  if (expiresAt === undefined) return refuse('request-malformed', 'expiresAt')
  const kid = await hc1Kid(crypto, request)
  const alg = algOf(request.alg, key)
  if (!kid) return refuse('request-malformed', 'kid or certificate')
  if (!alg) return refuse('request-malformed', 'alg')
  const text = await createHc1(crypto, key, { alg, kid, certificate: payload, issuer, issuedAt, expiresAt })
  return text.ok ? ok({ format: 'hc1', text: text.value, kid: toBase64(kid) }) : text
}

const algOf = (name: Json | undefined, key: PrivateKey): Alg | undefined => {
  const alg = name ?? (key.family === 'RSA' ? 'PS256' : key.family === 'P-256' ? 'ES256' : undefined)
  return typeof alg === 'string' && Object.hasOwn(ALGS, alg) && fits(alg as Alg, key.family) ? (alg as Alg) : undefined
}

const hc1Kid = async (crypto: CryptoBackend, { kid, certificate }: JsonObject): Promise<Uint8Array | undefined> => {
  if (typeof kid === 'string') return /^[0-9a-f]{16}$/i.test(kid) ? fromHex(kid) : fromBase64(kid)
  const der = typeof certificate === 'string' ? fromBase64(certificate.replace(/-----[A-Z ]+-----/g, '')) : undefined
  return der && kidOfCertificate(crypto, der)
}

const issueShc = async (
  crypto: CryptoBackend,
  key: PrivateKey,
  request: JsonObject,
  content: { readonly payload: JsonObject; readonly issuer: string; readonly issuedAt: number },
): Promise<Checked<Issued>> => {
  if (key.family !== 'P-256') return refuse('request-malformed', 'a P-256 key is needed')
  const { payload, ...dates } = content
  const kid = typeof request.kid === 'string' ? request.kid : await thumbprint(crypto, request)
  const { rid } = request
  const card = { ...dates, kid, fhirBundle: payload, ...(typeof rid === 'string' && { rid }) }
  const issued = await createShc(crypto, key, card)
  return issued.ok ? ok({ format: 'shc', text: issued.value.jws, codes: issued.value.codes, kid }) : issued
}

const thumbprint = (crypto: CryptoBackend, { jwk, pem }: JsonObject): Promise<string> =>
  jwkThumbprint(
    crypto,
    isJsonObject(jwk) ? (jwk as Jwk) : (createPublicKey(String(pem)).export({ format: 'jwk' }) as Jwk),
  )

import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from './bytes.ts'
import { ALGS, type Alg, type CryptoBackend, type PrivateKey } from './crypto.ts'
import { isJsonObject, type JsonObject, parseJson } from './json.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/** A compact JWS (RFC 7515 §7.1), not yet verified. */
export type Jws = {
  readonly header: JsonObject
  readonly alg: Alg
  readonly kid?: string
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  /** header '.' payload, as signed. */
  readonly signed: Uint8Array
}

const MOST_CHARACTERS = 1_048_576

export const decodeJws = (text: string): Checked<Jws> => {
  if (text.length > MOST_CHARACTERS) return refuse('too-large')
  const parts = text.split('.')
  const [head = '', body = '', tail = ''] = parts
  if (parts.length !== 3 || tail === '') return refuse('jws-malformed', 'parts')
  const headerBytes = fromBase64Url(head)
  const payload = fromBase64Url(body)
  const signature = fromBase64Url(tail)
  if (!headerBytes || !payload || !signature) return refuse('base64-malformed')
  const header = parseJson(fromUtf8(headerBytes) ?? '')
  if (!isJsonObject(header)) return refuse('jws-malformed', 'header')
  return withHeader({ header, payload, signature, signed: utf8(`${head}.${body}`) })
}

const withHeader = (parts: Omit<Jws, 'alg' | 'kid'>): Checked<Jws> => {
  const { alg, kid, crit } = parts.header
  if (crit !== undefined) return refuse('cose-critical-header', 'crit')
  if (typeof alg !== 'string' || !Object.hasOwn(ALGS, alg)) return refuse('alg-unknown')
  if (kid !== undefined && typeof kid !== 'string') return refuse('jws-malformed', 'kid')
  return ok({ ...parts, alg: alg as Alg, ...(kid !== undefined && { kid }) })
}

export const createJws = async (
  crypto: CryptoBackend,
  key: PrivateKey,
  header: JsonObject & { readonly alg: Alg },
  payload: Uint8Array,
): Promise<Checked<string>> => {
  const signed = `${toBase64Url(utf8(JSON.stringify(header)))}.${toBase64Url(payload)}`
  const signature = await crypto.sign(header.alg, key, utf8(signed))
  return signature.ok ? ok(`${signed}.${toBase64Url(signature.value)}`) : signature
}

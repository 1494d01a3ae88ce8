import { toBase64 } from '../src/bytes.ts'
import type { CryptoBackend } from '../src/crypto.ts'
import { decodeHc1, HC1_PREFIX, verifyHc1 } from '../src/hc1.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from '../src/json.ts'
import { indexKeys } from '../src/keyring.ts'
import { type Checked, type Refusal, type RefusalCode, refuse, verdictOf } from '../src/refusals.ts'
import { ok } from '../src/result.ts'
import { decodeShc, readShcFile, verifyShc } from '../src/shc.ts'
import { parseInstant } from './instant.ts'
import { createKeyReader, type RequestKeys } from './request-keys.ts'

export type Format = 'hc1' | 'shc' | 'unknown'

/** One line out. `payload` is there only for what was found valid; `kid` wherever it could be read. */
export type VerifyAnswer = {
  readonly id: Json
  readonly verdict: 'valid' | 'invalid' | 'unknown'
  readonly code: 'ok' | RefusalCode
  readonly format: Format
  readonly kid?: string
  readonly payload?: Json
}

/** What was shown: an HC1 text, or the cards of a SMART Health Card text, QR set or file. */
export type Shown =
  | { readonly format: 'hc1'; readonly text: string }
  | { readonly format: 'shc'; readonly cards: readonly (string | readonly string[])[] }

/** Tells the format by its beginning. Chunks stand apart by white space or commas, or in a list. */
export const readShown = (text: Json | undefined): Checked<Shown> => {
  if (Array.isArray(text) && text.every((part) => typeof part === 'string')) return fromTexts(text)
  if (typeof text !== 'string') return refuse('request-malformed', 'text')
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) {
    const cards = readShcFile(trimmed)
    return cards.ok ? ok({ format: 'shc', cards: cards.value }) : cards
  }
  // Blanks belong to the base45 alphabet: only a line end may be cut from an HC1 text.
  if (text.trimStart().startsWith(HC1_PREFIX)) {
    return ok({ format: 'hc1', text: text.trimStart().replace(/[\r\n]+$/, '') })
  }
  return fromTexts(trimmed.split(/[\s,]+/))
}

const JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/

const fromTexts = (texts: readonly string[]): Checked<Shown> => {
  const [first = ''] = texts
  if (texts.length === 1 && first.startsWith(HC1_PREFIX)) return ok({ format: 'hc1', text: first })
  if (texts.every((text) => /^shc:\//i.test(text))) return ok({ format: 'shc', cards: [texts] })
  return texts.every((text) => JWS.test(text)) ? ok({ format: 'shc', cards: texts }) : refuse('format-unknown')
}

/** Answers verify requests; holds imported keys between them. `now` answers for requests without `at`. */
export const createVerifier = (crypto: CryptoBackend, now: () => number) => {
  const readKeys = createKeyReader(crypto)
  return async (line: string): Promise<VerifyAnswer> => {
    const request = parseJson(line)
    if (!isJsonObject(request)) return refused(null, refuse('request-malformed', 'JSON').error)
    const id = request.id ?? null
    const shown = readShown(request.text)
    if (!shown.ok) return refused(id, shown.error)
    const at = request.at == null ? now() : parseInstant(request.at)
    const keys = await readKeys(request.keys ?? [])
    if (at === undefined || !keys.ok) return refused(id, refuse('request-malformed').error, shown.value)
    return verifyShown(crypto, id, shown.value, keys.value, at)
  }
}

const refused = (id: Json, error: Refusal, shown?: Shown): VerifyAnswer => ({
  id,
  verdict: verdictOf(error),
  code: error.code,
  format: shown?.format ?? 'unknown',
  ...kidOf(shown),
})

const kidOf = (shown: Shown | undefined): { readonly kid?: string } => {
  if (shown?.format === 'hc1') {
    const decoded = decodeHc1(shown.text)
    return decoded.ok && decoded.value.message.kid ? { kid: toBase64(decoded.value.message.kid) } : {}
  }
  const decoded = shown?.cards[0] === undefined ? undefined : decodeShc(shown.cards[0])
  return decoded?.ok && decoded.value.jws.kid !== undefined ? { kid: decoded.value.jws.kid } : {}
}

const verifyShown = async (
  crypto: CryptoBackend,
  id: Json,
  shown: Shown,
  keys: RequestKeys,
  at: number,
): Promise<VerifyAnswer> => {
  const payload =
    shown.format === 'hc1' ? await payloadOfHc1(crypto, shown, keys, at) : await payloadOfCards(crypto, shown, keys, at)
  if (payload.ok)
    return { id, verdict: 'valid', code: 'ok', format: shown.format, ...kidOf(shown), payload: payload.value }
  // A key that could not be read may have been the one that was missing.
  const unreadable = payload.error.code === 'key-unknown' && keys.faulty > 0
  return refused(id, unreadable ? refuse('key-malformed').error : payload.error, shown)
}

const payloadOfHc1 = async (
  crypto: CryptoBackend,
  { text }: Extract<Shown, { format: 'hc1' }>,
  keys: RequestKeys,
  at: number,
): Promise<Checked<JsonObject>> => {
  const verified = await verifyHc1(crypto, text, { keys: indexKeys(keys.hc1), at })
  return verified.ok ? ok(verified.value.certificate) : verified
}

/** Every card of a file must be valid; the payload is the one, or the list. */
const payloadOfCards = async (
  crypto: CryptoBackend,
  { cards }: Extract<Shown, { format: 'shc' }>,
  keys: RequestKeys,
  at: number,
): Promise<Checked<Json>> => {
  const payloads: JsonObject[] = []
  for (const card of cards) {
    const verified = await verifyShc(crypto, card, { keys: keys.shc, at })
    if (!verified.ok) return verified
    payloads.push(verified.value.payload)
  }
  const [only] = payloads
  return ok(payloads.length === 1 && only ? only : payloads)
}

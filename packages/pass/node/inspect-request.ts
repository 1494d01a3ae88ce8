import { toBase64 } from '../src/bytes.ts'
import { checkDcc } from '../src/dcc-schema.ts'
import { decodeHc1 } from '../src/hc1.ts'
import { isJsonObject, type Json, parseJson } from '../src/json.ts'
import { type Checked, type Refusal, type RefusalCode, refuse } from '../src/refusals.ts'
import { ok } from '../src/result.ts'
import { decodeShc } from '../src/shc.ts'
import { type Format, readShown } from './verify-request.ts'

/** What a text says, without judging who says it. */
export type InspectAnswer = { readonly id: Json; readonly format: Format } & (
  | { readonly content: Json }
  | { readonly code: RefusalCode; readonly detail?: string }
)

export const inspectLine = (line: string): InspectAnswer => {
  const request = parseJson(line)
  if (!isJsonObject(request)) return { id: null, format: 'unknown', code: 'request-malformed', detail: 'JSON' }
  return inspect(request.id ?? null, request.text)
}

export const inspect = (id: Json, text: Json | undefined): InspectAnswer => {
  const shown = readShown(text)
  if (!shown.ok) return failed(id, 'unknown', shown.error)
  const content = shown.value.format === 'hc1' ? inspectHc1(shown.value.text) : inspectCards(shown.value.cards)
  return content.ok
    ? { id, format: shown.value.format, content: content.value }
    : failed(id, shown.value.format, content.error)
}

const failed = (id: Json, format: Format, error: Refusal): InspectAnswer => ({ id, format, ...error })

const iso = (ms: number | undefined): string | null =>
  ms === undefined || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString()

const inspectHc1 = (text: string): Checked<Json> => {
  const decoded = decodeHc1(text)
  if (!decoded.ok) return decoded
  const { message, cwt, certificate } = decoded.value
  const schema = checkDcc(certificate)
  return ok({
    alg: message.alg,
    kid: message.kid ? toBase64(message.kid) : null,
    issuer: cwt.issuer ?? null,
    issuedAt: iso(cwt.issuedAt),
    expiresAt: iso(cwt.expiresAt),
    schema: schema.ok ? schema.value.kind : `${schema.error.code} ${schema.error.detail ?? ''}`.trim(),
    certificate,
  })
}

const inspectCards = (cards: readonly (string | readonly string[])[]): Checked<Json> => {
  const contents: Json[] = []
  for (const card of cards) {
    const decoded = decodeShc(card)
    if (!decoded.ok) return decoded
    contents.push({ kid: decoded.value.jws.kid ?? null, payload: decoded.value.payload })
  }
  const [first] = contents
  return contents.length === 0 || first === undefined
    ? refuse('shc-malformed')
    : ok(contents.length === 1 ? first : contents)
}

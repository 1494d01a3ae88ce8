import { z } from 'zod'
import { err, ok, type Result } from '../platform/result.ts'
import { parsePhoneNumber } from './phone-number.ts'

/**
 * A carrier of text messages or spoken alerts, told in data: its address, its headers and body with gaps, and where in its
 * answers, reports and inbound messages the members are. No carrier has code of its own.
 *
 * Gaps: `{{to}}` `{{from}}` `{{text}}` `{{ref}}` (our id, unique per try) `{{kind}}` (sms, lms, voice) `{{secret}}` `{{hook}}`
 * (our address for its reports and inbound messages, without the last part).
 */
const pointer = z.string().regex(/^(\/[^/]{1,60}){1,6}$/)
const gaps = z.string().max(2_000)
const body: z.ZodType<Template> = z.lazy(() =>
  z.union([gaps, z.number(), z.boolean(), z.null(), z.array(body).max(20), z.record(z.string().max(60), body)]),
)
type Template = string | number | boolean | null | Template[] | { [member: string]: Template }

export const carrierSchema = z.strictObject({
  key: z.string().regex(/^[a-z0-9-]{1,30}$/),
  name: z.string().min(1).max(60),
  media: z
    .array(z.enum(['sms', 'voice']))
    .min(1)
    .default(['sms']),
  /** The registered sender (발신번호). */
  from: z.string().max(20).default(''),
  /** For `{{secret}}`: what the carrier knows us by. */
  secret: z.string().max(500).default(''),
  /** What we know the carrier by, in its calls to us. */
  hookSecret: z.string().min(16).max(200),
  send: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).max(500),
    method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,60}$/), gaps).default({}),
    encoding: z.enum(['json', 'form']).default('json'),
    body,
  }),
  answer: z
    .strictObject({
      /** Where the carrier’s own name of the message is; absent: it reports with our `{{ref}}`. */
      ref: pointer.optional(),
      /** Some answer 200 and say in the body that they refused. */
      code: pointer.optional(),
      okCodes: z.array(z.union([z.string(), z.number()])).default([]),
      /** Codes, or HTTP statuses, for which no other try helps: such a number does not exist. */
      finalCodes: z.array(z.union([z.string(), z.number()])).default([]),
    })
    .default({ okCodes: [], finalCodes: [] }),
  report: z
    .strictObject({
      /** Where the list is when several come at once. */
      list: pointer.optional(),
      ref: pointer,
      status: pointer,
      delivered: z.array(z.union([z.string(), z.number()])).min(1),
      failed: z.array(z.union([z.string(), z.number()])).min(1),
    })
    .optional(),
  inbound: z
    .strictObject({
      list: pointer.optional(),
      from: pointer,
      text: pointer,
      ref: pointer.optional(),
      /** When it was written; a network that was down delivers what is hours old. Without a zone: the time of Korea. */
      at: pointer.optional(),
    })
    .optional(),
  /** An own number that arrives at this installation again; the heartbeat writes to it. */
  probeNumber: z.string().max(20).optional(),
  /** What proves a probe: the carrier’s report, or (surer) that the text itself came back as an inbound message. */
  probeBy: z.enum(['report', 'return']).default('report'),
})
export type Carrier = z.infer<typeof carrierSchema>

const fileSchema = z.strictObject({ carriers: z.array(carrierSchema).min(1).max(6) })

/** The carriers of a configuration file, in the order of preference; or what is wrong with it, without its secrets. */
export const readCarriers = (text: string): Result<readonly Carrier[], string> => {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return err('is not JSON')
  }
  const parsed = fileSchema.safeParse(raw)
  if (!parsed.success)
    return err(parsed.error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`).join('; '))
  const keys = parsed.data.carriers.map(({ key }) => key)
  if (new Set(keys).size !== keys.length) return err('two carriers have the same key')
  return ok(parsed.data.carriers)
}

export interface Outgoing {
  readonly to: string
  readonly text: string
  readonly ref: string
  readonly kind: 'sms' | 'lms' | 'voice'
  readonly hook: string
}

export interface HttpCall {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** The call that hands a message to a carrier. Values go into parsed JSON or into encoded text: none can break out of its gap. */
export const handOverCall = (carrier: Carrier, outgoing: Outgoing): HttpCall => {
  const values: Record<string, string> = { ...outgoing, from: carrier.from, secret: carrier.secret }
  const fill = (text: string, encode = (value: string) => value): string =>
    text.replace(/\{\{(\w+)\}\}/g, (gap, name: string) =>
      Object.hasOwn(values, name) ? encode(values[name] ?? '') : gap,
    )
  const fillAll = (template: Template): Template => {
    if (typeof template === 'string') return fill(template)
    if (Array.isArray(template)) return template.map(fillAll)
    if (typeof template !== 'object' || template === null) return template
    return Object.fromEntries(Object.entries(template).map(([name, member]) => [name, fillAll(member)]))
  }
  const { send } = carrier
  const json = send.encoding === 'json'
  const type = json ? 'application/json; charset=utf-8' : 'application/x-www-form-urlencoded; charset=utf-8'
  const headers = Object.entries(send.headers).map(([name, value]) => [name.toLowerCase(), oneLine(fill(value))])
  return {
    url: fill(send.url, encodeURIComponent),
    method: send.method,
    headers: { ...(send.method === 'GET' ? {} : { 'content-type': type }), ...Object.fromEntries(headers) },
    body: send.method === 'GET' ? undefined : json ? JSON.stringify(fillAll(send.body)) : toForm(fillAll(send.body)),
  }
}

const oneLine = (value: string): string => value.replace(/[\r\n]+/g, ' ')

const toForm = (filled: Template): string =>
  typeof filled === 'object' && filled !== null && !Array.isArray(filled)
    ? new URLSearchParams(Object.entries(filled).map(([name, value]) => [name, String(value ?? '')])).toString()
    : ''

/** `final`: no other try will do better. `error` names no number and no text. */
export type HandOver =
  | { readonly kind: 'taken'; readonly ref: string }
  | { readonly kind: 'refused'; readonly final: boolean; readonly error: string }

/** What a carrier's answer means. */
export const readAnswer = (carrier: Carrier, status: number, text: string, ownRef: string): HandOver => {
  const { answer } = carrier
  const parsed = parseJsonOrNull(text)
  const code = answer.code === undefined ? undefined : memberAt(parsed, answer.code)
  const final = isOneOf(answer.finalCodes, code) || isOneOf(answer.finalCodes, status)
  if (status < 200 || status > 299) return { kind: 'refused', final, error: `HTTP ${status}` }
  if (answer.code !== undefined && !isOneOf(answer.okCodes, code))
    return { kind: 'refused', final, error: `code ${printable(code)}` }
  const ref = answer.ref === undefined ? ownRef : memberAt(parsed, answer.ref)
  return typeof ref === 'string' || typeof ref === 'number'
    ? { kind: 'taken', ref: String(ref).slice(0, 100) }
    : { kind: 'refused', final: false, error: 'an answer without a name for the message' }
}

export interface Report {
  readonly ref: string
  readonly status: 'delivered' | 'failed' | 'other'
}

/** The delivery reports in what a carrier sent; what cannot be read is left out. */
export const readReports = ({ report }: Carrier, sent: unknown): readonly Report[] => {
  if (report === undefined) return []
  return listAt(sent, report.list).flatMap((one): Report[] => {
    const ref = memberAt(one, report.ref)
    const status = memberAt(one, report.status)
    if (typeof ref !== 'string' && typeof ref !== 'number') return []
    const known = isOneOf(report.delivered, status) ? 'delivered' : isOneOf(report.failed, status) ? 'failed' : 'other'
    return [{ ref: String(ref).slice(0, 100), status: known }]
  })
}

export interface Inbound {
  readonly from: string
  readonly text: string
  /** The carrier's own name of the message: the same one sent twice is one message. */
  readonly ref: string | null
  /** null: the carrier does not say. */
  readonly writtenAt: Date | null
}

/** Characters of an inbound text that are kept. */
export const INBOUND_LENGTH = 200

export const readInbound = ({ inbound }: Carrier, sent: unknown): readonly Inbound[] => {
  if (inbound === undefined) return []
  return listAt(sent, inbound.list).flatMap((one): Inbound[] => {
    const from = memberAt(one, inbound.from)
    const text = memberAt(one, inbound.text)
    const ref = inbound.ref === undefined ? null : memberAt(one, inbound.ref)
    if ((typeof from !== 'string' && typeof from !== 'number') || typeof text !== 'string') return []
    const named = typeof ref === 'string' || typeof ref === 'number' ? String(ref).slice(0, 100) : null
    return [
      {
        from: parsePhoneNumber(String(from)) ?? String(from).slice(0, 20),
        text: text.slice(0, INBOUND_LENGTH),
        ref: named,
        writtenAt: inbound.at === undefined ? null : instantOf(memberAt(one, inbound.at)),
      },
    ]
  })
}

/** Later than any second since 1970 of this century, earlier than any millisecond. */
const SECONDS_BELOW = 1e11

/** ISO 8601 or `2022-10-15 15:33:00`, or seconds or milliseconds since 1970. */
const instantOf = (given: unknown): Date | null => {
  const isCount = typeof given === 'number' || (typeof given === 'string' && /^\d{9,13}$/.test(given))
  const text = typeof given === 'string' ? given.trim().replace(' ', 'T') : ''
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text)
  const at = isCount
    ? new Date(Number(given) < SECONDS_BELOW ? Number(given) * 1000 : Number(given))
    : /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)
      ? new Date(hasZone ? text : `${text}+09:00`)
      : undefined
  return at === undefined || Number.isNaN(at.getTime()) ? null : at
}

const listAt = (sent: unknown, list: string | undefined): readonly unknown[] => {
  const found = list === undefined ? sent : memberAt(sent, list)
  return Array.isArray(found) ? found : found === undefined ? [] : [found]
}

/** The member at a JSON pointer; own members only. */
export const memberAt = (value: unknown, at: string): unknown =>
  at
    .slice(1)
    .split('/')
    .reduce<unknown>(
      (here, name) =>
        typeof here === 'object' && here !== null && Object.hasOwn(here, name) ? Reflect.get(here, name) : undefined,
      value,
    )

const isOneOf = (codes: readonly (string | number)[], value: unknown): boolean =>
  value !== undefined && codes.some((code) => String(code) === String(value))

const parseJsonOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const printable = (value: unknown): string =>
  String(value)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 40)

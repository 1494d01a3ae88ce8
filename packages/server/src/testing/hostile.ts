import type { Endpoint } from '@dure/contract'
import fc from 'fast-check'
import { z } from 'zod'

/** Parts of a request as they will be sent: already text or bytes, as a stranger would send them. */
export interface HostileRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: string
  /** Raw body; absent = none is sent. */
  readonly body?: string | Buffer
  readonly contentType?: string
}

type Schema = { readonly [member: string]: unknown }

const HOSTILE_STRINGS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00x',
  "'; drop table beds.request; --",
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '%00',
  '$\u007b7*7}',
  '{{7*7}}',
  '\u202e\u2066',
  'e\u0301'.repeat(50),
  '9'.repeat(400),
  'x'.repeat(3_000),
  '가'.repeat(1_000),
  'NaN',
  'null',
  '[object Object]',
  '1e999',
  '0000-00-00T00:00:00Z',
  '2026-02-30',
  '+275760-09-13T00:00:00.000Z',
  '-1',
]

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...HOSTILE_STRINGS),
  fc.constantFrom(null, true, false, 0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324),
  fc.constantFrom([], {}, [[]], [{}], { length: 1e9 }, { toString: 1 }, { id: { $gt: '' } }),
  fc.array(fc.constant('x'), { minLength: 25, maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

/** Bodies that are not even an object of JSON. */
const RAW_BODIES: readonly (string | Buffer)[] = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '123',
  '1e400',
  '{"a":1e400}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"a":"\\u0000"}',
  '{"a":"\\ud800"}',
  '['.repeat(20_000),
  '{"a":'.repeat(2_000),
  `{"a":"${'x'.repeat(400_000)}"}`,
  `{${Array.from({ length: 5_000 }, (_, at) => `"k${at}":${at}`).join(',')}}`,
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0xff, 0xfe, 0x00]),
  '{"act":{"event":"accept"},"act":{"event":"decline"}}',
]
const CONTENT_TYPES = [
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'application/jsonx',
  '',
]

/** Values that the schema would take, so that a single wrong member is all that is wrong. `known` gives ids that exist. */
const valid = (schema: Schema, known: readonly string[], depth = 0): fc.Arbitrary<unknown> => {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]))
  const choices = (schema.anyOf ?? schema.oneOf) as readonly Schema[] | undefined
  if (choices !== undefined) return fc.oneof(...choices.map((one) => valid(one, known, depth)))
  switch (schema.type) {
    case 'object':
      return validObject(schema, known, depth)
    case 'array': {
      const most = Math.min(2, Number(schema.maxItems ?? 2))
      return fc.array(valid((schema.items ?? {}) as Schema, known, depth + 1), { maxLength: most })
    }
    case 'string':
      return validString(schema, known)
    case 'integer':
    case 'number':
      return fc.integer({
        min: atLeast(schema.minimum, 0),
        max: Math.max(atLeast(schema.minimum, 0), atMost(schema.maximum, 60)),
      })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.constant('x')
  }
}

const atLeast = (value: unknown, other: number): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > -1e9 ? Math.ceil(value) : other
const atMost = (value: unknown, other: number): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value < 1e9 ? Math.floor(value) : other

const validObject = (schema: Schema, known: readonly string[], depth: number): fc.Arbitrary<unknown> => {
  const members = (schema.properties ?? {}) as Record<string, Schema>
  const required = new Set((schema.required ?? []) as string[])
  const shape = Object.fromEntries(Object.entries(members).map(([name, one]) => [name, valid(one, known, depth + 1)]))
  return fc.record(shape, { requiredKeys: Object.keys(members).filter((name) => required.has(name)) })
}

const SAMPLES: readonly [RegExp, readonly string[]][] = [
  [/\[0-9\]\{6\}-/, ['680302-1234567']],
  [/0-9\+/, ['032-123-4567', '119']],
]

const validString = (schema: Schema, known: readonly string[]): fc.Arbitrary<unknown> => {
  if (schema.format === 'date-time') return fc.constantFrom('2026-01-05T00:00:00Z', '2026-01-04T23:59:00+09:00')
  if (schema.format === 'date') return fc.constantFrom('2026-01-01', '1968-03-02')
  const sample = SAMPLES.find(([pattern]) => typeof schema.pattern === 'string' && pattern.test(schema.pattern))
  if (sample !== undefined) return fc.constantFrom(...sample[1])
  return fc.constantFrom('말', 'text', ...known)
}

/** The same value with one thing in it made wrong: a member replaced, removed or added, anywhere. */
const spoiled = (value: unknown, wrong: unknown, pick: number): unknown => {
  if (typeof value !== 'object' || value === null) return wrong
  const names = Object.keys(value)
  const at = pick % (names.length + 2)
  if (Array.isArray(value))
    return at >= names.length
      ? [...value, wrong]
      : value.map((one, i) => (i === at ? spoiled(one, wrong, pick >> 2) : one))
  const object = value as Record<string, unknown>
  const name = names[at]
  if (name === undefined)
    return at === names.length ? { ...object, [JSON.stringify(wrong ?? null).slice(0, 30)]: wrong } : wrong
  if (pick % 3 === 0) return Object.fromEntries(Object.entries(object).filter(([member]) => member !== name))
  return { ...object, [name]: spoiled(object[name], wrong, pick >> 3) }
}

const schemaOf = (type: z.ZodType | undefined): Schema =>
  type === undefined ? {} : (z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Schema)

/** Well-formed JSON of a hostile value: lone surrogates and U+0000 travel as escapes. */
const toJson = (value: unknown): string => JSON.stringify(value) ?? 'null'

/** Requests against one route: some that its contract would take, most with something wrong. */
export const hostileRequest = (endpoint: Endpoint, known: readonly string[]): fc.Arbitrary<HostileRequest> => {
  const id = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_STRINGS) },
  )
  const names = [...endpoint.path.matchAll(/:([A-Za-z0-9_]+)/g)].map(([, name]) => name ?? '')
  const params = fc.record(Object.fromEntries(names.map((name) => [name, id])))
  const query = endpoint.query === undefined ? fc.constant('') : hostileQuery(endpoint)
  const withBody = endpoint.body === undefined ? fc.constant({}) : hostileBody(endpoint, known)
  return fc
    .tuple(params, query, withBody)
    .map(([p, q, b]) => ({ params: p as Record<string, string>, query: q, ...(b as object) }))
}

const hostileBody = (endpoint: Endpoint, known: readonly string[]) => {
  const good = valid(schemaOf(endpoint.body), known)
  const json = { contentType: 'application/json' }
  return fc.oneof(
    { weight: 2, arbitrary: good.map((value) => ({ ...json, body: toJson(value) })) },
    {
      weight: 7,
      arbitrary: fc
        .tuple(good, hostileValue, fc.nat({ max: 10_000 }))
        .map(([value, wrong, pick]) => ({ ...json, body: toJson(spoiled(value, wrong, pick)) })),
    },
    { weight: 1, arbitrary: fc.constantFrom(...RAW_BODIES).map((body) => ({ ...json, body })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(good, fc.constantFrom(...CONTENT_TYPES))
        .map(([value, contentType]) => ({ contentType, body: toJson(value) })),
    },
  )
}

const hostileQuery = (endpoint: Endpoint): fc.Arbitrary<string> => {
  const names = Object.keys((schemaOf(endpoint.query).properties ?? {}) as object)
  const name = fc.constantFrom(...names, '__proto__', 'constructor', 'x', '')
  const pair = fc.tuple(
    name,
    fc.constantFrom(...HOSTILE_STRINGS.filter((text) => text.isWellFormed()), '1', 'open', '37.5'),
  )
  return fc
    .array(pair, { maxLength: 4 })
    .map((pairs) => pairs.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&'))
}

/** The path with hostile parameters: percent-encoded where that is possible, and broken where it is not. */
export const addressOf = (endpoint: Endpoint, { params, query }: HostileRequest): string => {
  const path = endpoint.path.replace(/:([A-Za-z0-9_]+)/g, (_, name: string) => {
    const value = params[name] ?? ''
    return value.isWellFormed() ? encodeURIComponent(value) : '%ED%A0%80'
  })
  return query === '' ? path : `${path}?${query}`
}

import { type Endpoint, PROBLEMS, Problem, type ProblemCode, permissionOf } from '@dure/contract'
import { z } from 'zod'

type Json = { [name: string]: unknown }

/** Refusals a route can give without naming them: they follow from what it takes and whom it serves. */
const impliedProblems = (endpoint: Endpoint): readonly ProblemCode[] => [
  ...(endpoint.params || endpoint.query || endpoint.body ? (['invalid-input'] as const) : []),
  ...(endpoint.auth === 'session' ? (['sign-in-needed'] as const) : []),
  ...(Array.isArray(permissionOf(endpoint).who) || endpoint.method !== 'GET' ? (['not-allowed'] as const) : []),
  ...(endpoint.body ? (['too-large', 'unsupported-media'] as const) : []),
  ...(endpoint.method === 'GET' ? [] : (['conflict'] as const)),
  'overloaded',
  'storage-full',
]

/** All codes a route may refuse with, each once. */
export const problemsOf = (endpoint: Endpoint): readonly ProblemCode[] => [
  ...new Set<ProblemCode>([...endpoint.problems, ...impliedProblems(endpoint)]),
]

/** The API as an OpenAPI 3.1 document: the same for the same endpoints, in the order of path and method. */
export const openApi = (endpoints: readonly Endpoint[], version: string): Json => {
  const schemas: Json = {}
  const shape = makeShapes(schemas)
  const paths: Record<string, Json> = {}
  const ordered = [...endpoints].sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method))
  const problem = shape(Problem, 'output')
  for (const endpoint of ordered) {
    const path = endpoint.path.replace(/:([A-Za-z0-9_]+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][endpoint.method.toLowerCase()] = operation(endpoint, shape, problem)
  }
  paths['/api/events'] = EVENTS
  return {
    openapi: '3.1.0',
    info: {
      title: 'Dure',
      version,
      description:
        'Refusals are RFC 9457 problem documents. Writes carry the header `x-dure: 1` and may carry an `Idempotency-Key`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => compare(a, b))),
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'dure_session' } },
    },
  }
}

/** The row of the permission table, for those who read the API. */
const rolesIn = (endpoint: Endpoint): Json => {
  const { who, reach, logged } = permissionOf(endpoint)
  if (who === 'public') return {}
  return { 'x-roles': who, 'x-reach': reach, ...(logged === true ? { 'x-logged': true } : {}) }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

type Shape = (schema: z.ZodType, io: 'input' | 'output') => Json

/** JSON Schema of a Zod schema; the ones with an id go to the components, once, and are referred to. */
const makeShapes = (schemas: Json): Shape => {
  const name = (id: string, schema: unknown, io: 'input' | 'output'): string => {
    const text = JSON.stringify(schema)
    const free = [id, `${id}${io === 'input' ? 'Input' : 'Output'}`].find(
      (one) => schemas[one] === undefined || JSON.stringify(schemas[one]) === text,
    )
    if (free === undefined) throw new Error(`Three different shapes are called ${id}`)
    schemas[free] = schema
    return free
  }
  return (schema, io) => {
    const {
      $schema: _,
      $defs,
      ...root
    } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: simplify }) as Json
    const defs = Object.entries(($defs ?? {}) as Record<string, Json>)
    const renamed = new Map(defs.map(([id]) => [id, id]))
    const refer = (value: unknown): unknown => withRefs(value, (id) => renamed.get(id) ?? id)
    for (const [id, { id: __, ...def }] of defs) renamed.set(id, name(id, refer(def), io))
    const { id, ...rest } = refer(root) as Json
    return typeof id === 'string' ? { $ref: `#/components/schemas/${name(id, rest, io)}` } : rest
  }
}

const withRefs = (value: unknown, rename: (id: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((one) => withRefs(one, rename))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      key === '$ref' && typeof member === 'string'
        ? [key, member.replace(/^#\/\$defs\/(.+)$/, (_, id: string) => `#/components/schemas/${rename(id)}`)]
        : [key, withRefs(member, rename)],
    ),
  )
}

/** Zod describes a date-time by a pattern of 400 characters; the format says the same. */
const simplify = ({ jsonSchema }: { jsonSchema: Json }): void => {
  if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern
}

const operation = (endpoint: Endpoint, shape: Shape, problem: Json): Json => ({
  operationId: endpoint.id,
  summary: endpoint.summary,
  tags: [endpoint.path.split('/')[2] ?? 'general'],
  ...(endpoint.auth === 'session' ? { security: [{ session: [] }] } : { security: [] }),
  ...rolesIn(endpoint),
  ...parameters(endpoint, shape),
  ...(endpoint.body === undefined
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: shape(endpoint.body, 'input') } } } }),
  responses: { [endpoint.response.status]: success(endpoint, shape), ...refusals(endpoint, problem) },
})

const parameters = (endpoint: Endpoint, shape: Shape): Json => {
  const list = [
    ...listOf(endpoint.params, 'path', shape),
    ...listOf(endpoint.query, 'query', shape),
    ...(endpoint.method === 'GET' ? [] : WRITE_HEADERS),
  ]
  return list.length === 0 ? {} : { parameters: list }
}

const listOf = (schema: z.ZodType | undefined, place: 'path' | 'query', shape: Shape): Json[] => {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = shape(schema, 'input') as { properties?: Json; required?: string[] }
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: one,
  }))
}

const WRITE_HEADERS: readonly Json[] = [
  { name: 'x-dure', in: 'header', required: true, schema: { const: '1' } },
  { name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', minLength: 1, maxLength: 100 } },
]

const success = (endpoint: Endpoint, shape: Shape): Json =>
  endpoint.response.status === 204
    ? { description: 'Done' }
    : {
        description: 'Done',
        content: {
          [endpoint.response.type?.split(';')[0] ?? 'application/json']: {
            schema: shape(endpoint.response.schema, 'output'),
          },
        },
      }

const refusals = (endpoint: Endpoint, problem: Json): Json => {
  const byStatus = Map.groupBy(problemsOf(endpoint), (code) => PROBLEMS[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `${code}: ${PROBLEMS[code].title_en}`).join('; '),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  )
}

const EVENTS: Json = {
  get: {
    operationId: 'followEvents',
    summary: 'What happens, as it happens, as far as it concerns the signed-in person (server-sent events)',
    tags: ['events'],
    security: [{ session: [] }],
    parameters: [
      { name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string', pattern: '^[0-9]{1,18}$' } },
      { name: 'after', in: 'query', required: false, schema: { type: 'string', pattern: '^[0-9]{1,18}$' } },
    ],
    responses: {
      200: {
        description: '`hello` or `reset` first, then one message per op: {seq, kind, at, subject, body}',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
    },
  },
}

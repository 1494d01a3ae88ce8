import { type Endpoint, fillPath, type InputOf, type ResponseOf } from './endpoint.ts'
import { Problem, toProblem } from './problem.ts'
import { err, ok, type Result } from './result.ts'

export interface CallOptions {
  readonly signal?: AbortSignal
  /** Idempotency key; a retry of the same intention must carry the same one. Default: a new one per call. */
  readonly key?: string
}

/** Refusals come back as values; a network that does not answer throws what `fetch` throws. */
export type Call = <E extends Endpoint>(
  endpoint: E,
  ...args: Record<never, never> extends InputOf<E>
    ? [input?: InputOf<E>, options?: CallOptions]
    : [input: InputOf<E>, options?: CallOptions]
) => Promise<Result<ResponseOf<E>, Problem>>

interface Parts {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/** The header that a page of another origin cannot send without being asked first. */
export const CSRF_HEADER = 'x-dure'

/**
 * The session token, in an answer to a page of another cell's name: there a cookie would not be kept. It is sent back as
 * `authorization: Bearer …`. Empty: the session has ended.
 */
export const SESSION_HEADER = 'dure-session'

/**
 * A typed call per endpoint object, without generated code.
 * @param base '' in the browser, `http://host:port` elsewhere
 */
export const client = (base: string, fetch: typeof globalThis.fetch, headers: Record<string, string> = {}): Call => {
  const call = async (endpoint: Endpoint, input: Parts = {}, options: CallOptions = {}) => {
    const response = await fetch(base + addressOf(endpoint, input), {
      method: endpoint.method,
      credentials: 'same-origin',
      headers: { ...headers, ...headersOf(endpoint, input, options) },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    return response.ok ? ok(await readAnswer(endpoint, response)) : err(await readProblem(response))
  }
  return call as Call
}

const addressOf = (endpoint: Endpoint, input: Parts): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (Array.isArray(value)) for (const one of value) query.append(name, String(one))
    else if (value !== undefined) query.append(name, String(value))
  }
  const text = query.toString()
  return fillPath(endpoint.path, input.params) + (text === '' ? '' : `?${text}`)
}

const headersOf = (endpoint: Endpoint, input: Parts, options: CallOptions): Record<string, string> => ({
  accept: 'application/json',
  [CSRF_HEADER]: '1',
  ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
  ...(endpoint.method === 'GET' ? {} : { 'idempotency-key': options.key ?? crypto.randomUUID() }),
})

const readAnswer = async (endpoint: Endpoint, response: Response): Promise<unknown> => {
  const text = response.status !== 204 && endpoint.response.type !== undefined
  const body = text ? response.text() : response.status === 204 ? undefined : response.json()
  return endpoint.response.schema.parse(await body)
}

/** Whatever stands between us and the server (a proxy's own page) still becomes a problem. */
const readProblem = async (response: Response): Promise<Problem> => {
  const body: unknown = await response.json().catch(() => undefined)
  const parsed = Problem.safeParse(body)
  if (parsed.success) return parsed.data
  return toProblem({ code: response.status >= 500 ? 'overloaded' : 'internal', detail: `HTTP ${response.status}` })
}

import {
  type AnswerOf,
  type BodyOf,
  CSRF_HEADER,
  type Endpoint,
  type ParamsOf,
  type Permission,
  permissionOf,
  type QueryOf,
  type Refusal,
  type Result,
  rolesMay,
  rolesOf,
  SESSION_HEADER,
  toProblem,
} from '@dure/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findSessionAnd } from './auth.sql.ts'
import type { Isolation } from './db.ts'
import type { Deps } from './deps.ts'
import { ASK_AGAIN, PROBLEM_TYPE, RETRY_AFTER_S, sendProblem } from './http.errors.ts'
import { keyOf, rawInput, readInput } from './http.input.ts'
import { answerOnce, type Decided, type KeptAnswer, replayed } from './idempotency.ts'
import type { Person } from './person.ts'
import { deviceOf } from './user-agent.ts'

export interface Http {
  readonly fastify: FastifyInstance
  readonly deps: Deps
  /** Everything served so far: OpenAPI is written from it. */
  readonly endpoints: Endpoint[]
  /** Writes the access log; set by the slice that keeps it, before the routes serve. */
  logAccess?: ((use: AccessUse) => Promise<void>) | undefined
  /** Origins of other cells' screens, whose pages may speak to this one; set by who has the signed list. Absent: none. */
  screens?: (() => ReadonlySet<string>) | undefined
}

/** Somebody used a route that the permission table marks as logged. */
export interface AccessUse {
  readonly route: string
  /** The id in the address, as it was given. */
  readonly subject: string
  readonly person: Person
  readonly address: string
  readonly sessionToken: string | undefined
  readonly outcome: 'given' | 'refused'
  readonly now: Date
}

export interface Context<E extends Endpoint> {
  readonly params: ParamsOf<E>
  readonly query: QueryOf<E>
  readonly body: BodyOf<E>
  readonly person: E['auth'] extends 'session' ? Person : Person | undefined
  readonly now: Date
  /** The Idempotency-Key the caller sent. Repetitions are already answered before the handler; this is for the record. */
  readonly requestKey: string | undefined
  /** Network address of the caller. */
  readonly address: string
  /** Browser and system in a few words. */
  readonly device: string
  /** The session token the caller sent. */
  readonly sessionToken: string | undefined
  setSession(token: string | undefined): void
  /** A header of the request, by its name in small letters; the first one if it was sent twice. */
  header(name: string): string | undefined
  /** A header of the answer. */
  setHeader(name: string, value: string): void
}

/** A refusal is one of the codes the endpoint declares, or one of the general ones. */
export type HandlerRefusal<E extends Endpoint> = Refusal<
  E['problems'][number] | 'invalid-input' | 'not-allowed' | 'not-found'
>

export type Handler<E extends Endpoint> = (
  context: Context<E>,
) => Promise<Result<AnswerOf<E>, HandlerRefusal<E>>> | Result<AnswerOf<E>, HandlerRefusal<E>>

export interface ServeOptions {
  /** Of the transaction a keyed write runs in; a handler's own transaction may not ask for more. */
  readonly isolation?: Isolation
  /**
   * The answer is not kept for repetitions, because it holds a secret or sets the session: a repeated request is decided anew.
   * The handler opens its own transaction.
   */
  readonly once?: false
}

export type Serve = <E extends Endpoint>(endpoint: E, handler: Handler<E>, options?: ServeOptions) => void

/** Its usual name; `config.cookieName` is the one in use. */
export const SESSION_COOKIE = 'dure_session'
export const BODY_LIMIT_BYTES = 256 * 1024

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: Endpoint
    /** Under load what is ordinary goes first. Default: desk. */
    priority?: 'desk' | 'ordinary'
    /** Stays open; not counted as under way. */
    stream?: boolean
  }
  interface FastifyRequest {
    person: Person | undefined
    sessionToken: string | undefined
    /** What this person was answered before, under the key of this request. */
    keptAnswer: KeptAnswer | undefined
  }
}

/**
 * Serves endpoints: who may, then what was sent, then the handler, then the contract's own shape of the answer.
 * @example serve(app)(getSlot, async ({ params, person }) => ok(await loadSlot(deps.db, params.slotId)))
 */
export const serve = (http: Http): Serve => {
  const add = (endpoint: Endpoint, handler: Handler<Endpoint>, options: ServeOptions = {}): void => {
    http.endpoints.push(endpoint)
    http.fastify.route({
      method: endpoint.method,
      url: endpoint.path,
      bodyLimit: endpoint.bodyLimitBytes ?? BODY_LIMIT_BYTES,
      config: { endpoint, priority: endpoint.priority ?? (endpoint.auth === 'session' ? 'desk' : 'ordinary') },
      onRequest: (request, reply) => admit(http, endpoint, request, reply),
      handler: (request, reply) => answer(http, endpoint, handler, options, request, reply),
    })
  }
  return add as Serve
}

/** Headers without which a browser does not hand an answer to a page of another cell. Cookies stay at home. */
export const crossOf = (http: Http, request: FastifyRequest): Readonly<Record<string, string>> => {
  const origin = otherScreen(http, request)
  if (origin === undefined) return {}
  const exposed = `${SESSION_HEADER}, retry-after`
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed, vary: 'origin' }
}

/** Before the body is read: is this a page of ours, who is it, may they? */
const admit = async (
  http: Http,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> => {
  const fromPage = endpoint.method !== 'GET' && endpoint.from !== 'machine'
  if (fromPage && !fromKnownPage(http, request))
    return sendProblem(reply, {
      code: 'not-allowed',
      pointer: `/headers/${CSRF_HEADER}`,
      detail: 'not from a page of ours',
    })
  if (endpoint.from !== 'machine') request.person = await whoAsks(http, request, endpoint)
  if (endpoint.auth === 'public') return undefined
  if (request.person === undefined) return sendProblem(reply, { code: 'sign-in-needed' })
  const permission = permissionOf(endpoint)
  if (!rolesMay(permission, request.person.roles))
    return sendProblem(reply, { code: 'not-allowed', detail: `needs one of: ${rolesOf(permission).join(', ')}` })
  return undefined
}

/** A page elsewhere can make a browser send a form, but not this header; and a browser says where a write comes from. */
const fromKnownPage = (http: Http, request: FastifyRequest): boolean => {
  const { origin } = request.headers
  if (request.headers[CSRF_HEADER] === undefined) return false
  if (origin === undefined || isOwn(http.deps.config.publicUrl, request, origin)) return true
  return otherScreen(http, request) !== undefined
}

const isOwn = (publicUrl: string | undefined, { headers: { host } }: FastifyRequest, origin: string): boolean =>
  origin === publicUrl || URL.parse(origin)?.host === host

/** The origin of the page that asks, when it is another one of the signed list; undefined: our own page, or no page. */
export const otherScreen = ({ deps, screens }: Http, request: FastifyRequest): string | undefined => {
  const { origin } = request.headers
  if (origin === undefined || isOwn(deps.config.publicUrl, request, origin)) return undefined
  return screens?.().has(origin) === true ? origin : undefined
}

/** The signed-in person of a request, or undefined. */
export const whoAsks = async (
  http: Http,
  request: FastifyRequest,
  endpoint?: Endpoint,
): Promise<Person | undefined> => {
  const token = tokenOf(http, request)
  if (token === undefined || token.length > 100) return undefined
  request.sessionToken = token
  const key = endpoint === undefined ? undefined : keyOf(endpoint, request)
  const keyed = endpoint === undefined || key === undefined ? undefined : { route: endpoint.id, key }
  const found = await findSessionAnd(http.deps.db, token, http.deps.clock.now(), keyed)
  request.keptAnswer = found?.kept
  return found?.person
}

/**
 * From a page of our own the cookie; from another cell's page, when that cell is lost, the header. Never both: a page elsewhere
 * cannot ride on a cookie, and what only a script can send is taken from nowhere but the list.
 */
const tokenOf = (http: Http, request: FastifyRequest): string | undefined =>
  otherScreen(http, request) === undefined
    ? request.cookies[http.deps.config.cookieName]
    : /^Bearer ([A-Za-z0-9_-]{1,100})$/.exec(request.headers.authorization ?? '')?.[1]

const answer = async (
  http: Http,
  endpoint: Endpoint,
  handler: Handler<Endpoint>,
  options: ServeOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> => {
  const input = readInput(endpoint, request)
  if (!input.ok) return sendProblem(reply, input.refusal)
  const { key } = input
  const { person } = request
  const now = http.deps.clock.now()
  const context = { ...input.value, person, now, requestKey: key, ...surroundings(http, request, reply) }
  const work = async (): Promise<Decided> => decide(endpoint, await handler(context as Context<Endpoint>), request)
  const finish = async (decided: Decided) => {
    await noteUse(http, endpoint, request, decided, now)
    return send(reply, decided, endpoint.response.type)
  }
  if (key === undefined || person === undefined || options.once === false) return finish(await work())
  const once = { personId: person.id, route: endpoint.id, key, input: rawInput(endpoint, request), now }
  const decided =
    request.keptAnswer === undefined
      ? await answerOnce(http.deps.db, once, options.isolation ?? 'read committed', work)
      : replayed(request.keptAnswer, once.input)
  if (decided !== 'other-input') return finish(decided)
  const detail = 'this key was used for a different request'
  return sendProblem(reply, { code: 'conflict', pointer: '/headers/idempotency-key', detail })
}

/** Before anything is answered: nobody sees a patient without a row that says so. */
const noteUse = async (
  { logAccess }: Http,
  endpoint: Endpoint,
  request: FastifyRequest,
  { refusal }: Decided,
  now: Date,
): Promise<void> => {
  const { logged }: Permission = permissionOf(endpoint)
  const { person, sessionToken } = request
  if (logged !== true || logAccess === undefined || person === undefined) return
  const { id = '' } = request.params as { id?: string }
  const outcome = refusal === undefined ? 'given' : 'refused'
  await logAccess({ route: endpoint.id, subject: id, person, address: request.ip, sessionToken, outcome, now })
}

const surroundings = (http: Http, request: FastifyRequest, reply: FastifyReply) => ({
  address: request.ip,
  device: deviceOf(request.headers['user-agent']),
  sessionToken: request.sessionToken,
  setSession: (token: string | undefined) => giveSession(http, request, reply, token),
  header: (name: string) => [request.headers[name]].flat()[0],
  setHeader: (name: string, value: string) => void reply.header(name, value),
})

const giveSession = (http: Http, request: FastifyRequest, reply: FastifyReply, token: string | undefined): void => {
  if (otherScreen(http, request) !== undefined) {
    void reply.header(SESSION_HEADER, token ?? '')
    return
  }
  const options = { path: '/', httpOnly: true, sameSite: 'strict', secure: http.deps.config.cookieSecure } as const
  const { cookieName } = http.deps.config
  if (token === undefined) void reply.clearCookie(cookieName, options)
  else void reply.setCookie(cookieName, token, options)
}

/** The contract's shape decides what leaves: members it does not name stay here. */
const decide = (endpoint: Endpoint, result: Result<unknown, Refusal>, request: FastifyRequest): Decided => {
  if (result.ok)
    return { answer: { status: endpoint.response.status, body: endpoint.response.schema.parse(result.value) } }
  const problem = toProblem(result.error, request.id)
  return { answer: { status: problem.status, body: problem }, refusal: result.error }
}

const send = (reply: FastifyReply, { answer: { status, body } }: Decided, type?: string): FastifyReply => {
  if (ASK_AGAIN.has(status)) void reply.header('retry-after', RETRY_AFTER_S)
  if (status === 204) return reply.code(204).send()
  if (type !== undefined && status < 400) return reply.code(status).type(type).send(body)
  return reply
    .code(status)
    .type(status >= 400 ? PROBLEM_TYPE : 'application/json; charset=utf-8')
    .send(JSON.stringify(body))
}

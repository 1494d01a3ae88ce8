import { monitorEventLoopDelay } from 'node:perf_hooks'
import { CSRF_HEADER, toProblem } from '@dure/contract'
import cookie from '@fastify/cookie'
import fastify, { type FastifyBaseLogger, type FastifyRequest, LogController } from 'fastify'
import type { Deps } from './deps.ts'
import { handleError, InputError, PROBLEM_TYPE, sendProblem } from './http.errors.ts'
import { BODY_LIMIT_BYTES, crossOf, type Http, otherScreen } from './http.ts'
import { makeIds } from './ids.ts'
import { parseJson } from './json.ts'
import { hasRoom } from './load.ts'

/** An HTTP server that serves nothing yet. `serve` adds routes; `finishHttp` (http.server.ts) closes the list. */
export const createHttp = (deps: Deps): Http => {
  const ids = makeIds(() => deps.clock.now())
  const logger: FastifyBaseLogger = deps.log
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    return503OnClosing: false,
    trustProxy: (_address, hop) => hop < deps.config.trustedProxies,
    genReqId: () => ids.next(),
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
    clientErrorHandler: answerRawError,
  })
  app.decorateRequest('person', undefined)
  app.decorateRequest('sessionToken', undefined)
  app.decorateRequest('keptAnswer', undefined)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, bytes, done) => {
    if (bytes.length === 0) return done(null, undefined)
    const parsed = parseJson(bytes as Buffer)
    return parsed.ok ? done(null, parsed.value) : done(new InputError(parsed.error))
  })
  void app.register(cookie)
  app.setErrorHandler(handleError)
  return { fastify: app, deps, endpoints: [] }
}

/** A request that is not HTTP never becomes a request object; it still gets a problem. */
const answerRawError = (_: Error, socket: { writable: boolean; end(text: string): void; destroy(): void }): void => {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = JSON.stringify(toProblem({ code: 'invalid-input', detail: 'not an HTTP request' }))
  const head = `HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-type: ${PROBLEM_TYPE}\r\n`
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** What holds for every route: load, headers, metrics, and an answer for paths and methods that do not exist. */
export const finishHttp = (http: Http): void => {
  for (const path of new Set(http.endpoints.map((endpoint) => endpoint.path))) {
    const served = http.endpoints.filter((endpoint) => endpoint.path === path).map((endpoint) => endpoint.method)
    const allow = served.includes('GET') ? [...served, 'HEAD'] : served
    http.fastify.route({
      method: METHODS.filter((method) => !served.includes(method)),
      url: path,
      onRequest: async (_, reply) =>
        sendProblem(reply.header('allow', allow.join(', ')), { code: 'method-not-allowed' }),
      handler: (_, reply) => sendProblem(reply, { code: 'method-not-allowed' }),
    })
  }
}

/** Tells the mean delay of the event loop lately, in ms. */
export interface LoopWatch {
  delayMs(): number
}

/** Hooks that every route of the server runs through; added before any route. */
export const guardHttp = (http: Http, load: LoopWatch = watchLoop(http)): void => {
  const { metrics, config } = http.deps
  let inFlight = 0
  const leave = new WeakSet<FastifyRequest>()
  http.fastify.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS).header('content-security-policy', policyFor(http.screens?.() ?? NONE))
    void reply.headers(crossOf(http, request))
    // The question before the question: a browser asks whether such a page may ask.
    if (request.method === 'OPTIONS' && otherScreen(http, request) !== undefined)
      return reply.headers(PREFLIGHT_HEADERS).code(204).send()
    if (config.cookieSecure) void reply.header('strict-transport-security', 'max-age=31536000')
    const priority = request.routeOptions.config.priority ?? 'desk'
    if (!hasRoom({ delayMs: load.delayMs(), inFlight }, priority)) {
      metrics.shed.inc({ priority })
      return sendProblem(reply, { code: 'overloaded' })
    }
    if (request.routeOptions.config.stream === true) return undefined
    inFlight += 1
    leave.add(request)
    return undefined
  })
  http.fastify.addHook('onResponse', async (request, reply) => {
    if (leave.delete(request)) inFlight -= 1
    const labels = { route: request.routeOptions.url ?? 'none', method: request.method, status: reply.statusCode }
    metrics.requests.observe(labels, reply.elapsedTime / 1000)
  })
}

/**
 * Nothing is fetched from elsewhere, nothing of ours is framed elsewhere. `wasm-unsafe-eval` lets the page compile its own
 * barcode reader, and no script text.
 */
const policyFor = (screens: ReadonlySet<string>): string =>
  POLICY.map((one) => (one === CONNECT ? [one, ...screens].join(' ') : one)).join('; ')

const NONE: ReadonlySet<string> = new Set()
/** And to the servers of the signed list, for the day when this one is lost. */
const CONNECT = "connect-src 'self'"
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  CONNECT,
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
]

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), geolocation=(self), microphone=()',
  'cache-control': 'no-store',
}

/** What a page of another cell may send. */
const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': `accept, authorization, content-type, idempotency-key, last-event-id, ${CSRF_HEADER}`,
  'access-control-max-age': '600',
}

const SAMPLE_MS = 100

/** Mean delay of the event loop over the last sample, without the sampling interval itself. */
const watchLoop = ({ deps }: Http): LoopWatch => {
  const histogram = monitorEventLoopDelay({ resolution: 10 })
  let delayMs = 0
  histogram.enable()
  const sample = setInterval(() => {
    delayMs = Math.max(0, histogram.mean / 1e6 - 10) || 0
    histogram.reset()
  }, SAMPLE_MS)
  sample.unref()
  deps.onClose(() => {
    clearInterval(sample)
    histogram.disable()
  })
  return { delayMs: () => delayMs }
}

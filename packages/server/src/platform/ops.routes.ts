import { existsSync } from 'node:fs'
import { PROBLEMS, type Refusal } from '@dure/contract'
import fastifyStatic from '@fastify/static'
import type { FastifyRequest } from 'fastify'
import { API_PAGE_STYLE, apiPage } from './api-page.ts'
import type { Deps } from './deps.ts'
import { sendProblem } from './http.errors.ts'
import type { Http } from './http.ts'
import { openApi } from './openapi.ts'
import { sequencerLagS } from './oplog.sequencer.ts'
import { isFull } from './outage.ts'
import { canKeep, freeBytes, SCARCE_BYTES } from './storage.ts'

/** Beyond this the oplog is not moving. */
const LAG_LIMIT_S = 30

/** For those who run the cell: is it alive, is it ready, what does it measure, what does it serve. */
export const registerOps = (http: Http, version: string): void => {
  const { fastify, deps } = http
  const { db, clock, metrics } = deps

  fastify.get('/healthz', () => ({ status: 'alive' }))

  const isOutOfRoom = makeRoomWatch(deps)

  fastify.get('/readyz', async (request, reply) => {
    try {
      if (await isOutOfRoom()) return sendProblem(reply, NO_ROOM)
      const lagS = await sequencerLagS(db, clock.now())
      metrics.sequencerLagS.set(lagS)
      if (lagS > LAG_LIMIT_S)
        return sendProblem(reply, { code: 'overloaded', detail: `the oplog is ${Math.round(lagS)} s behind` })
      return { status: 'ready', region: deps.config.region, version, sequencerLagS: lagS }
    } catch (error) {
      request.log.warn({ err: error }, 'not-ready')
      if (isFull(error) || (await isScarce(deps))) return sendProblem(reply, NO_ROOM)
      return sendProblem(reply, { code: 'overloaded', detail: 'the database does not answer' })
    }
  })

  fastify.get('/metrics', async (_, reply) => {
    // A database that is away must not take the other figures with it.
    await sequencerLagS(db, clock.now()).then(
      (lagS) => metrics.sequencerLagS.set(lagS),
      () => metrics.sequencerLagS.set(Number.NaN),
    )
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })

  fastify.get('/openapi.json', { config: { priority: 'ordinary' } }, (_, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(openApi(http.endpoints, version))),
  )

  fastify.get('/api-docs', { config: { priority: 'ordinary' } }, (request, reply) =>
    reply.type('text/html; charset=utf-8').send(apiPage(http.endpoints, version, languageOf(request))),
  )
  fastify.get('/api-docs.css', (_, reply) => reply.type('text/css; charset=utf-8').send(API_PAGE_STYLE))
  fastify.get('/problems/:code', (request, reply) => {
    const { code } = request.params as { code: string }
    return Object.hasOwn(PROBLEMS, code)
      ? reply.redirect(`/api-docs#problem-${code}`)
      : sendProblem(reply, { code: 'not-found' })
  })
}

const NO_ROOM: Refusal = { code: 'storage-full', detail: 'the disk of the database has no room' }

/** Only what was refused for lack of room raises the question, and an answer of yes lays it to rest. */
const makeRoomWatch = ({ db }: Pick<Deps, 'db'>) => {
  let answered = 0
  return async (): Promise<boolean> => {
    const refused = db.stats().full
    if (refused === answered) return false
    if (!(await canKeep(db))) return true
    answered = refused
    return false
  }
}

/** The disk of our own server, which stops when its log finds no room; another's is not ours to see. */
const isScarce = async ({ config }: Pick<Deps, 'config'>): Promise<boolean> =>
  config.databaseUrl === undefined && ((await freeBytes(config.dataDir)) ?? Number.POSITIVE_INFINITY) < SCARCE_BYTES

const languageOf = (request: FastifyRequest): 'ko' | 'en' => {
  const { lang } = request.query as { lang?: unknown }
  if (lang === 'ko' || lang === 'en') return lang
  return /^en\b/i.test(request.headers['accept-language'] ?? '') ? 'en' : 'ko'
}

/** The web app: its files, and its page for every address that is not a file and not the API's. */
export const registerWeb = (http: Http, folder: string): void => {
  const { fastify } = http
  const built = existsSync(`${folder}/index.html`)
  if (built)
    void fastify.register(fastifyStatic, {
      root: folder,
      wildcard: true,
      preCompressed: true,
      index: ['index.html'],
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Names of built assets carry a hash of their content; every other file may change with the next release.
        const lasting = path.includes('/assets/')
        reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  fastify.setNotFoundHandler((request, reply) => {
    if (!wantsPage(request)) return sendProblem(reply, { code: 'not-found' })
    if (built) return reply.header('cache-control', 'no-cache').sendFile('index.html')
    return reply
      .code(404)
      .type('text/plain; charset=utf-8')
      .send('The web app is not built: node scripts/setup.mjs builds it\n')
  })
}

const wantsPage = (request: FastifyRequest): boolean =>
  (request.method === 'GET' || request.method === 'HEAD') &&
  !/^\/(api|problems|assets)(\/|$)/.test(request.url) &&
  (request.headers.accept ?? '').includes('text/html')

import type { ServerResponse } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { findSession } from './auth.sql.ts'
import type { EventHub, LiveOp } from './events.ts'
import { sendProblem } from './http.errors.ts'
import { crossOf, type Http, whoAsks } from './http.ts'
import { mayHear } from './oplog.ts'
import type { Person } from './person.ts'

export const EVENTS_PATH = '/api/events'
const HEARTBEAT_MS = 15_000
/** A screen that takes nothing for this long is cut; it comes back with its Last-Event-ID. */
const STUCK_MS = 20_000
/** Tabs of one person; more is a loop somewhere. */
const STREAMS_PER_PERSON = 20
const STREAMS = 5_000

/**
 * `GET /api/events`: the ops this person may hear of, as server-sent events. `id` is the op's number: a screen that was away
 * sends it back as Last-Event-ID and misses nothing. `hello` comes first, with the number the stream starts after; `reset`
 * says that the asked-for number does not exist here, so everything is to be fetched anew.
 */
export const registerEvents = (http: Http, hub: EventHub): void => {
  const { deps } = http
  const open = new Map<string, number>()
  const stop = new AbortController()
  let total = 0
  deps.onClose(() => stop.abort())

  http.fastify.get(EVENTS_PATH, { config: { stream: true } }, async (request, reply) => {
    const person = await whoAsks(http, request)
    if (person === undefined) return sendProblem(reply, { code: 'sign-in-needed' })
    const after = startOf(request)
    if (after === 'fault')
      return sendProblem(reply, {
        code: 'invalid-input',
        pointer: '/headers/last-event-id',
        detail: 'expected a number',
      })
    const mine = open.get(person.id) ?? 0
    if (mine >= STREAMS_PER_PERSON) return sendProblem(reply, { code: 'too-many-requests' })
    if (total >= STREAMS) return sendProblem(reply, { code: 'overloaded' })
    open.set(person.id, mine + 1)
    total += 1
    deps.metrics.streams.set(total)
    reply.hijack()
    try {
      await stream(
        http,
        hub,
        { person, token: request.sessionToken ?? '', after, cross: crossOf(http, request) },
        reply.raw,
        stop.signal,
      )
    } catch (error) {
      request.log.warn({ err: error }, 'event-stream-failed')
    } finally {
      reply.raw.end()
      total -= 1
      deps.metrics.streams.set(total)
      const left = (open.get(person.id) ?? 1) - 1
      if (left === 0) open.delete(person.id)
      else open.set(person.id, left)
    }
    return reply
  })
}

const startOf = (request: FastifyRequest): bigint | undefined | 'fault' => {
  const header = request.headers['last-event-id']
  const { after } = request.query as { after?: unknown }
  const raw = header ?? after
  if (raw === undefined || raw === '') return undefined
  return typeof raw === 'string' && /^\d{1,18}$/.test(raw) ? BigInt(raw) : 'fault'
}

interface Listener {
  readonly person: Person
  readonly token: string
  readonly after: bigint | undefined
  /** Headers for a page of another cell's name. */
  readonly cross: Readonly<Record<string, string>>
}

const stream = async (
  { deps }: Http,
  hub: EventHub,
  listener: Listener,
  out: ServerResponse,
  closing: AbortSignal,
): Promise<void> => {
  const gone = new AbortController()
  const stop = AbortSignal.any([gone.signal, closing])
  out.on('close', () => gone.abort())
  out.on('error', () => gone.abort())
  const head = await hub.head()
  const known = listener.after === undefined || listener.after <= head
  let cursor = known ? (listener.after ?? head) : head
  let { person } = listener
  out.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    ...listener.cross,
  })
  await write(
    out,
    `retry: 2000\nid: ${cursor}\nevent: ${known ? 'hello' : 'reset'}\ndata: {"seq":"${cursor}"}\n\n`,
    stop,
  )
  let beat = performance.now()
  while (!stop.aborted) {
    const wakes = hub.wakes()
    const ops = await hub.after(cursor)
    const last = ops.at(-1)
    if (last !== undefined) {
      cursor = last.seq
      const text = ops
        .filter((op) => mayHear(person, op.audience))
        .map(toEvent)
        .join('')
      if (text !== '') await write(out, text, stop)
      continue
    }
    if (performance.now() - beat >= HEARTBEAT_MS) {
      beat = performance.now()
      const still = await findSession(deps.db, listener.token, deps.clock.now())
      if (still === undefined) return
      person = still
      // An event without data: moves the browser's Last-Event-ID past what was not for this person.
      await write(out, `: still here\nid: ${cursor}\n\n`, stop)
    }
    await hub.nextWake(wakes, HEARTBEAT_MS - (performance.now() - beat), stop)
  }
}

const toEvent = ({ seq, kind, at, subject, body }: LiveOp): string =>
  `id: ${seq}\ndata: ${JSON.stringify({ seq: `${seq}`, kind, at: at.toISOString(), subject, body })}\n\n`

/** Waits for a slow reader instead of keeping its events in memory. */
const write = async (out: ServerResponse, text: string, stop: AbortSignal): Promise<void> => {
  if (stop.aborted || out.write(text)) return
  await new Promise<void>((resolve) => {
    const stuck = setTimeout(() => out.destroy(), STUCK_MS)
    const go = () => {
      clearTimeout(stuck)
      stop.removeEventListener('abort', go)
      out.removeListener('drain', go)
      resolve()
    }
    out.once('drain', go)
    stop.addEventListener('abort', go)
  })
}

import { ROOM_EVENTS_PATH } from '@dure/contract'
import type { FastifyRequest } from 'fastify'
import { findSession } from '../platform/auth.sql.ts'
import { sendProblem } from '../platform/http.errors.ts'
import { crossOf, type Http, whoAsks } from '../platform/http.ts'
import type { Guests } from './guests.service.ts'
import { type Key, keysOf } from './keys.ts'
import type { Live } from './live.service.ts'

/** Tabs of one person; more is a loop somewhere. */
const STREAMS_PER_PERSON = 20
/** Open files of a process are the limit of the machine; the rest is for the database and for ordinary requests. */
const STREAMS = 16_000

interface Listener {
  readonly id: string
  readonly keys: readonly Key[]
  check(): Promise<boolean>
}

/** `GET /api/room-events`: see the contract's rooms.ts. */
export const registerLive = (http: Http, live: Live, guests: Guests): void => {
  const open = new Map<string, number>()
  http.fastify.get(ROOM_EVENTS_PATH, { config: { stream: true } }, async (request, reply) => {
    const listener = await whoListens(http, guests, request)
    if (listener === undefined) return sendProblem(reply, { code: 'sign-in-needed' })
    const after = startOf(request)
    if (after === 'fault')
      return sendProblem(reply, {
        code: 'invalid-input',
        pointer: '/headers/last-event-id',
        detail: 'expected a number',
      })
    const mine = open.get(listener.id) ?? 0
    if (mine >= STREAMS_PER_PERSON) return sendProblem(reply, { code: 'too-many-requests' })
    const { socket } = reply.raw
    if (live.count() >= STREAMS || socket === null) return sendProblem(reply, { code: 'overloaded' })
    open.set(listener.id, mine + 1)
    socket.once('close', () => {
      const left = (open.get(listener.id) ?? 1) - 1
      if (left <= 0) open.delete(listener.id)
      else open.set(listener.id, left)
    })
    reply.hijack()
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'transfer-encoding': 'chunked',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      ...crossOf(http, request),
    })
    reply.raw.flushHeaders()
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    await live.join({ keys: listener.keys, socket, check: listener.check }, after)
    return reply
  })
}

const whoListens = async (http: Http, guests: Guests, request: FastifyRequest): Promise<Listener | undefined> => {
  const { db, clock, config } = http.deps
  const person = await whoAsks(http, request)
  const token = request.sessionToken ?? request.cookies[config.cookieName] ?? ''
  if (person !== undefined) {
    const keys = keysOf(person)
    // Who changed roles or hospital comes back with other keys.
    const same = async () => {
      const still = await findSession(db, token, clock.now())
      return still !== undefined && keysOf(still).join() === keys.join()
    }
    return { id: person.id, keys, check: same }
  }
  const guest = await guests.find(token === '' ? undefined : token, clock.now())
  return guest === undefined
    ? undefined
    : { id: guest.id, keys: guest.keys, check: async () => (await guests.find(token, clock.now())) !== undefined }
}

const startOf = (request: FastifyRequest): bigint | undefined | 'fault' => {
  const { after } = request.query as { after?: unknown }
  const raw = request.headers['last-event-id'] ?? after
  if (raw === undefined || raw === '') return undefined
  return typeof raw === 'string' && /^\d{1,18}$/.test(raw) ? BigInt(raw) : 'fault'
}

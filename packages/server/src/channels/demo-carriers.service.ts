import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { CarrierMood } from '@dure/contract'
import { z } from 'zod'
import type { Logger } from '../platform/logger.ts'
import { type Carrier, carrierSchema } from './carrier.ts'

export interface DemoText {
  readonly id: string
  readonly at: Date
  readonly direction: 'to_phone' | 'from_phone'
  readonly carrier: string
  readonly phone: string
  readonly text: string
}

/** Two carriers of the demo with the telephones behind them: real HTTP servers on this machine, real calls both ways. */
export interface DemoCarriers {
  readonly carriers: readonly Carrier[]
  texts(): readonly DemoText[]
  moods(): readonly { readonly key: string; readonly name: string; readonly mood: CarrierMood }[]
  setMood(key: string, mood: CarrierMood): boolean
  /** Somebody writes on a telephone: it goes out through the first carrier that works. */
  reply(phone: string, text: string): Promise<boolean>
  close(): Promise<void>
}

const KEEP = 500
const SLOW_MS = 4_000
const DELIVERY_MS = 150
const NAMES = { a: '데모통신 A', b: '데모통신 B' } as const
/** Telephone that lies at both carriers and sends probes back. */
const PROBE_PHONE = '01000000009'

const sent = z.object({
  to: z.string().max(20),
  text: z.string().max(2_000),
  ref: z.string().max(64),
  hook: z.url().max(200),
})

interface State {
  readonly key: string
  readonly name: string
  readonly secret: string
  readonly hookSecret: string
  mood: CarrierMood
  /** Where it reports to, as it was last told. */
  hook: string | null
}

/**
 * @param secret makes the secrets that both sides share for this start
 * @param now time for the list of texts
 */
export const startDemoCarriers = async (secret: () => string, now: () => Date, log: Logger): Promise<DemoCarriers> => {
  const states = Object.entries(NAMES).map(
    ([key, name]): State => ({ key, name, secret: secret(), hookSecret: secret(), mood: 'well', hook: null }),
  )
  const texts: DemoText[] = []
  const working = new Set<Promise<void>>()
  const stop = new AbortController()
  let number = 0
  const note = (one: Omit<DemoText, 'id' | 'at'>): string => {
    number += 1
    const id = `m${number}`
    texts.push({ ...one, id, at: now() })
    if (texts.length > KEEP) texts.splice(0, texts.length - KEEP)
    return id
  }
  const inBackground = (work: () => Promise<void>): void => {
    const running = work().catch((error: unknown) => {
      if (!stop.signal.aborted) log.warn({ err: error }, 'demo-carrier-call-failed')
    })
    working.add(running)
    void running.finally(() => working.delete(running))
  }
  const tellHook = async (state: State, part: 'reports' | 'inbound', body: unknown): Promise<void> => {
    if (state.hook === null) return
    await fetch(`${state.hook}/${part}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${state.hookSecret}` },
      body: JSON.stringify(body),
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(5_000)]),
    })
  }
  const deliver = async (state: State, ref: string, phone: string, text: string): Promise<void> => {
    await wait(state.mood === 'slow' ? SLOW_MS : DELIVERY_MS, undefined, { signal: stop.signal })
    if (phone !== PROBE_PHONE) note({ direction: 'to_phone', carrier: state.key, phone, text })
    await tellHook(state, 'reports', { reports: [{ id: ref, status: 'DELIVERED' }] })
    if (phone === PROBE_PHONE) await tellHook(state, 'inbound', { from: phone, text, id: `probe-${ref}` })
  }
  const take = async (state: State, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.headers.authorization !== `Bearer ${state.secret}`) return void answer(401, { result: 'WHO' })
    const parsed = sent.safeParse(await readJson(request))
    if (!parsed.success) return void answer(400, { result: 'BAD' })
    const { to, text, ref, hook } = parsed.data
    state.hook = hook
    if (state.mood === 'refuses') return void answer(503, { result: 'DOWN' })
    if (state.mood === 'slow') await wait(SLOW_MS, undefined, { signal: stop.signal })
    answer(200, { result: 'OK' })
    // What a gateway does that fails silently: it says OK, and nothing ever arrives.
    if (state.mood !== 'silent') inBackground(() => deliver(state, ref, to, text))
  }
  const server = createServer((request, response) => {
    const state = states.find(({ key }) => request.url === `/${key}/messages`)
    if (state === undefined || request.method !== 'POST') return void response.writeHead(404).end()
    inBackground(() => take(state, request, response))
  })
  const port = await listenOnLoopback(server)
  return {
    carriers: states.map((state) => carrierOf(state, port)),
    texts: () => texts,
    moods: () => states.map(({ key, name, mood }) => ({ key, name, mood })),
    setMood: (key, mood) => {
      const state = states.find((one) => one.key === key)
      if (state !== undefined) state.mood = mood
      return state !== undefined
    },
    reply: async (phone, text) => {
      const state = states.find(({ mood, hook }) => mood !== 'refuses' && mood !== 'silent' && hook !== null)
      if (state === undefined) return false
      const id = note({ direction: 'from_phone', carrier: state.key, phone, text })
      await tellHook(state, 'inbound', { from: phone, text, id })
      return true
    },
    close: async () => {
      stop.abort()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await Promise.allSettled(working)
    },
  }
}

const listenOnLoopback = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

const BODY_MOST = 20_000

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > BODY_MOST) return undefined
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    return undefined
  }
}

/** The same configuration an operator would write for a carrier of their own. */
const carrierOf = (state: State, port: number): Carrier =>
  carrierSchema.parse({
    key: state.key,
    name: state.name,
    from: '0320000119',
    secret: state.secret,
    hookSecret: state.hookSecret,
    send: {
      url: `http://127.0.0.1:${port}/${state.key}/messages`,
      headers: { authorization: 'Bearer {{secret}}' },
      body: { to: '{{to}}', from: '{{from}}', text: '{{text}}', type: '{{kind}}', ref: '{{ref}}', hook: '{{hook}}' },
    },
    answer: { code: '/result', okCodes: ['OK'] },
    report: { list: '/reports', ref: '/id', status: '/status', delivered: ['DELIVERED'], failed: ['FAILED'] },
    inbound: { from: '/from', text: '/text', ref: '/id' },
    probeNumber: PROBE_PHONE,
    probeBy: 'return',
  })

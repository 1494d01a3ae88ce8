// The load of bench/rooms.ts, in a process of its own: 5,000 screens that listen, people who write, desks that place patients.
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Call,
  CSRF_HEADER,
  client,
  bedEndpoints as e,
  type NewMessage,
  ROOM_EVENTS_PATH,
  roomEndpoints,
} from '@dure/contract'
import { ulid } from 'ulid'
import { SESSION_COOKIE } from '../packages/server/src/platform/http.ts'
import { ESSENTIALS, must } from '../packages/server/src/testing/bed-world.ts'

export interface LoadPlan {
  /** Where people write and desks work. */
  readonly url: string
  /** Where screens hang. */
  readonly streamUrl: string
  /** Session of each screen. */
  readonly screens: readonly string[]
  readonly rooms: readonly { readonly id: string; readonly size: number; readonly writers: readonly string[] }[]
  readonly desks: readonly { readonly requester: string; readonly placement: string }[]
  readonly hospitals: Readonly<Record<string, string>>
}

export interface LoadTask {
  readonly seconds: number
  readonly messagesPerSecond: number
  readonly patientsPerSecond: number
}

export interface LoadResult {
  /** From the moment a message is sent to the moment a screen has it, ms. */
  readonly fanOut: number[]
  /** From sending a message to its being acknowledged by the server. */
  readonly posts: number[]
  readonly expected: number
  readonly delivered: number
  readonly refused: number
  /** One act of a desk or hospital. */
  readonly acts: number[]
  readonly placed: number
  /** Patients whose placing met a refusal on the way: an overloaded server. */
  readonly placingRefused: number
  /** How late this process was itself: its own event loop, ms, 99th percentile. */
  readonly ownDelayMs: number
  /** Seconds of one core that it worked. */
  readonly loadCpuS: number
  /** Bytes of one event on the wire. */
  readonly frameBytes: number
}

let plan: LoadPlan | undefined
const sockets: Socket[] = []
/** Set while a task runs. */
let heard: ((sentAt: number) => void) | undefined
let heardBytes = 0

const MARK = Buffer.from('"text":"t:')

/** Everything a screen does with what it hears, for 5,000 screens: finds when it was sent. */
const take = (bytes: Buffer): void => {
  heardBytes += bytes.length
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + MARK.length)) {
    const end = bytes.indexOf(58, at + MARK.length)
    if (end > 0) heard?.(Number(bytes.toString('latin1', at + MARK.length, end)))
  }
}

const openScreen = (token: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(plan?.streamUrl ?? '')
    const socket = connect(Number(port), hostname)
    socket.once('data', () => {
      socket.on('data', take)
      resolve()
    })
    socket.once('error', reject)
    socket.write(
      `GET ${ROOM_EVENTS_PATH} HTTP/1.1\r\nhost: ${hostname}:${port}\r\naccept: text/event-stream\r\ncookie: ${SESSION_COOKIE}=${token}\r\n\r\n`,
    )
    sockets.push(socket)
  })

const AT_ONCE = 100

const openScreens = async (upTo: number): Promise<void> => {
  const tokens = (plan?.screens ?? []).slice(sockets.length, upTo)
  for (let at = 0; at < tokens.length; at += AT_ONCE) await Promise.all(tokens.slice(at, at + AT_ONCE).map(openScreen))
}

const callers = new Map<string, Call>()
const callerOf = (token: string): Call => {
  const known = callers.get(token)
  if (known !== undefined) return known
  const made = client(plan?.url ?? '', fetch, { [CSRF_HEADER]: '1', cookie: `${SESSION_COOKIE}=${token}` })
  callers.set(token, made)
  return made
}

const pick = <T>(all: readonly T[]): T => {
  const one = all[Math.floor(Math.random() * all.length)]
  if (one === undefined) throw new Error('nothing to pick from')
  return one
}

/** A connection the server closed meanwhile is nothing that a screen tells anybody of: the message is sent again under its id. */
const send = async (token: string, roomId: string, body: NewMessage) => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await callerOf(token)(roomEndpoints.postMessage, { params: { id: roomId }, body })
    } catch (error) {
      if (tries === 3) throw error
    }
  }
}

const writeMessages = async (
  { seconds, messagesPerSecond }: LoadTask,
  result: { posts: number[]; expected: number; refused: number },
) => {
  if (messagesPerSecond === 0) return
  const started = performance.now()
  const open = new Set<Promise<void>>()
  for (let at = 0; at < seconds * messagesPerSecond; at += 1) {
    const due = started + (at * 1_000) / messagesPerSecond
    const early = due - performance.now()
    if (early > 1) await wait(early)
    const room = pick(plan?.rooms ?? [])
    const sentAt = performance.now()
    const body = { id: ulid(), body: { kind: 'text' as const, text: `t:${sentAt}:음압 병상 확인 부탁드립니다` } }
    const post = send(pick(room.writers), room.id, body).then((answer) => {
      if (!answer.ok) {
        result.refused += 1
        return
      }
      result.posts.push(performance.now() - sentAt)
      result.expected += room.size
    })
    open.add(post)
    void post.finally(() => open.delete(post))
  }
  await Promise.all(open)
}

/** One patient from asking to a confirmed bed, act by act. */
const place = async (desk: LoadPlan['desks'][number], acts: number[]): Promise<boolean> => {
  const timed = async <T>(act: Promise<T>): Promise<T> => {
    const started = performance.now()
    const answer = await act
    acts.push(performance.now() - started)
    return answer
  }
  const [requester, placement] = [callerOf(desk.requester), callerOf(desk.placement)]
  const made = must(await timed(requester(e.createRequest, { body: ESSENTIALS })))
  const params = { id: made.id }
  const triage = { event: 'triage', severity: 'severe', urgency: 'immediate' } as const
  const judged = must(await timed(placement(e.actOnRequest, { params, body: { act: triage, version: made.version } })))
  const begin = { act: { event: 'start_matching' } as const, version: judged.version }
  const begun = must(await timed(placement(e.actOnRequest, { params, body: begin })))
  const asked = must(await timed(placement(e.sendOffers, { params, body: { version: begun.version } })))
  for (const offer of asked.offers) {
    const token = plan?.hospitals[offer.hospitalId]
    if (token === undefined) continue
    const body = { act: { event: 'accept' } } as const
    const answered = await timed(callerOf(token)(e.actOnOffer, { params: { id: offer.id }, body }))
    if (!answered.ok) continue
    const { version } = must(await requester(e.getRequest, { params }))
    must(await timed(requester(e.actOnRequest, { params, body: { act: { event: 'confirm' }, version } })))
    return true
  }
  return false
}

const placePatients = async (
  { seconds, patientsPerSecond }: LoadTask,
  result: { acts: number[]; placed: number; placingRefused: number },
) => {
  if (patientsPerSecond === 0) return
  const started = performance.now()
  const open = new Set<Promise<void>>()
  for (let at = 0; at < seconds * patientsPerSecond; at += 1) {
    const early = started + (at * 1_000) / patientsPerSecond - performance.now()
    if (early > 1) await wait(early)
    const one = place(pick(plan?.desks ?? []), result.acts).then(
      (placed) => {
        if (placed) result.placed += 1
      },
      () => {
        result.placingRefused += 1
      },
    )
    open.add(one)
    void one.finally(() => open.delete(one))
  }
  await Promise.all(open)
}

const run = async (task: LoadTask): Promise<LoadResult> => {
  const fanOut: number[] = []
  const result = { posts: [] as number[], expected: 0, refused: 0, acts: [] as number[], placed: 0, placingRefused: 0 }
  heard = (sentAt) => fanOut.push(performance.now() - sentAt)
  const delays: number[] = []
  let last = performance.now()
  const watch = setInterval(() => {
    const now = performance.now()
    delays.push(now - last - 10)
    last = now
  }, 10)
  heardBytes = 0
  const cpu = process.cpuUsage()
  await Promise.all([writeMessages(task, result), placePatients(task, result)])
  for (let at = 0; at < 600 && fanOut.length < result.expected; at += 1) await wait(50)
  clearInterval(watch)
  heard = undefined
  delays.sort((a, b) => a - b)
  const { user, system } = process.cpuUsage(cpu)
  const loadCpuS = (user + system) / 1e6
  return {
    ...result,
    loadCpuS,
    fanOut,
    delivered: fanOut.length,
    frameBytes: heardBytes / Math.max(1, fanOut.length),
    ownDelayMs: delays[Math.floor(delays.length * 0.99)] ?? 0,
  }
}

process.on('message', async (message: { plan?: LoadPlan; open?: number; task?: LoadTask }) => {
  if (message.plan !== undefined) plan = message.plan
  if (message.open !== undefined) {
    await openScreens(message.open)
    process.send?.({ open: sockets.length })
    return
  }
  if (message.task !== undefined) process.send?.({ result: await run(message.task) })
})

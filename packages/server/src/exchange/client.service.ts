import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { CELL_HEADER, OPLOG_PATH, SNAPSHOT_PATH } from './listener.service.ts'
import type { CellId } from './log-record.ts'
import { ACCEPTED, unpacker } from './packing.ts'
import { makeRunReader, type Step } from './runs.ts'
import { type SnapshotAsk, writeSnapshotAsk } from './snapshot.answer.service.ts'
import { makeSnapshotReader, type SnapshotStep } from './snapshot-lines.ts'
import { type TlsFiles, tlsNameOf } from './tls.service.ts'
import { type Vector, writeVector } from './vector.ts'
import { MAX_LINE_CHARS, readLine } from './wire.ts'

/** Bytes of one answer, after decompression. More than a peer of ours ever sends. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024
/** Without a byte or a sign of life for this long a link counts as cut. */
export const SILENCE_MS = 6_000
/** An answer that has begun must be through by then; what came whole counts. */
export const MAX_ANSWER_MS = 120_000
const CONNECT_MS = 5_000

export type AskFault =
  | 'unreachable'
  | 'silent'
  | 'too-slow'
  | 'refused-by-peer'
  | 'cut-off'
  | 'not-a-line'
  | 'out-of-place'
  | 'too-large'
  | 'after-the-end'

/** Why a question got no whole answer. `hostile`: what came was wrong, rather than too little. */
export class AskFailed extends Error {
  readonly fault: AskFault
  /** Of the HTTP answer that refused. */
  readonly status: number | undefined
  constructor(fault: AskFault, detail = '', status?: number) {
    super(detail === '' ? fault : `${fault}: ${detail}`)
    this.fault = fault
    this.status = status
  }
  get hostile(): boolean {
    return ['not-a-line', 'out-of-place', 'too-large', 'after-the-end'].includes(this.fault)
  }
}

export interface Link {
  readonly peer: CellId
  readonly host: string
  readonly port: number
  readonly agent: Agent
}

export interface Limits {
  readonly silenceMs: number
  readonly answerMs: number
  readonly answerBytes: number
}
export const LIMITS: Limits = { silenceMs: SILENCE_MS, answerMs: MAX_ANSWER_MS, answerBytes: MAX_ANSWER_BYTES }

export const makeLink = (peer: CellId, address: string, tls: TlsFiles): Link => {
  const at = address.lastIndexOf(':')
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 2,
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    minVersion: 'TLSv1.3',
    // The peer's certificate must be made out to the cell we mean to ask, wherever it lives.
    servername: tlsNameOf(peer),
  })
  return { peer, host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)), agent }
}

export interface Question extends Asking {
  readonly vector: Vector
  readonly waitS: number
}

/** What every question has. */
export interface Asking {
  readonly self: CellId
  readonly signal: AbortSignal
  /** The peer gave a sign of life. */
  readonly onAlive: () => void
  readonly limits?: Limits
}

/**
 * Asks a peer and gives what comes, step by step; each run is whole and signed, and good even when a fault follows.
 * @throws AskFailed
 */
export const ask = (link: Link, question: Question): AsyncGenerator<Step> =>
  reading(link, question, `${OPLOG_PATH}?${writeVector(question.vector)}&wait=${question.waitS}`, readSteps)

/**
 * Asks a peer for a snapshot of one log.
 * @throws AskFailed; with status 404 when the peer has no such snapshot
 */
export const askSnapshot = (link: Link, asking: Asking, wanted: SnapshotAsk): AsyncGenerator<SnapshotStep> =>
  reading(link, asking, `${SNAPSHOT_PATH}?${writeSnapshotAsk(wanted)}`, readSnapshotSteps)

type Reader<S> = (response: IncomingMessage, limits: Limits, heard: () => void, alive: () => void) => AsyncGenerator<S>

async function* reading<S>(link: Link, asking: Asking, path: string, read: Reader<S>): AsyncGenerator<S> {
  const { limits = LIMITS } = asking
  const stop = new AbortController()
  const signal = AbortSignal.any([asking.signal, stop.signal])
  let why: AskFailed | undefined
  const fail = (fault: AskFault) => {
    why ??= new AskFailed(fault)
    stop.abort()
  }
  const silence = setTimeout(() => fail('silent'), Math.max(limits.silenceMs, CONNECT_MS))
  const alive = () => {
    silence.refresh()
    asking.onAlive()
  }
  let whole: NodeJS.Timeout | undefined
  try {
    const response = await open(link, asking.self, path, signal, alive)
    whole = setTimeout(() => fail('too-slow'), limits.answerMs)
    yield* read(response, limits, () => silence.refresh(), asking.onAlive)
  } catch (error) {
    throw why ?? (error instanceof AskFailed ? error : new AskFailed('unreachable', explain(error)))
  } finally {
    clearTimeout(silence)
    clearTimeout(whole)
    stop.abort()
  }
}

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

const open = (
  { host, port, agent }: Link,
  self: CellId,
  path: string,
  signal: AbortSignal,
  alive: () => void,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = request({
      host,
      port,
      agent,
      path,
      headers: { [CELL_HEADER]: self, 'accept-encoding': ACCEPTED, accept: 'application/x-ndjson' },
      signal,
    })
    asked.setNoDelay(true)
    asked.on('information', alive)
    asked.on('error', reject)
    asked.on('response', (response) => {
      alive()
      if (response.statusCode === 200) return resolve(response)
      response.resume()
      reject(new AskFailed('refused-by-peer', String(response.statusCode), response.statusCode))
    })
    asked.end()
  })

async function* readSteps(
  response: IncomingMessage,
  limits: Limits,
  heard: () => void,
  alive: () => void,
): AsyncGenerator<Step> {
  const reader = makeRunReader()
  let ended = false
  try {
    for await (const line of lines(response, limits, heard)) {
      const read = readLine(line)
      if (read === undefined) throw new AskFailed('not-a-line')
      const steps = reader.take(read)
      if (typeof steps === 'string') throw new AskFailed(steps)
      for (const step of steps) {
        alive()
        yield step
        if (step.type === 'end') ended = true
      }
    }
  } catch (error) {
    // What came whole before the answer broke off is as good as ever.
    if (!(error instanceof AskFailed && error.hostile)) yield* reader.rest()
    throw error
  }
  if (!ended) {
    yield* reader.rest()
    throw new AskFailed('cut-off')
  }
}

async function* readSnapshotSteps(
  response: IncomingMessage,
  limits: Limits,
  heard: () => void,
  alive: () => void,
): AsyncGenerator<SnapshotStep> {
  const take = makeSnapshotReader()
  let ended = false
  for await (const line of lines(response, limits, heard)) {
    const steps = take(line)
    if (typeof steps === 'string') throw new AskFailed(steps)
    for (const step of steps) {
      alive()
      yield step
      if (step.type === 'end') ended = true
    }
  }
  if (!ended) throw new AskFailed('cut-off')
}

/** Lines of an answer, within the limits. */
async function* lines(response: IncomingMessage, limits: Limits, heard: () => void): AsyncGenerator<string> {
  const unpacked = unpacker(response.headers['content-encoding'])
  const body = unpacked === undefined ? response : response.pipe(unpacked)
  if (unpacked !== undefined)
    response.on('error', (error) => body.destroy(error)).on('aborted', () => body.destroy(new Error('aborted')))
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    heard()
    bytes += chunk.length
    if (bytes > limits.answerBytes) throw new AskFailed('too-large')
    const text = rest + decode(decoder, chunk)
    const parts = text.split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > MAX_LINE_CHARS) throw new AskFailed('too-large')
    yield* parts
  }
  if (rest !== '') throw new AskFailed('cut-off')
}

const decode = (decoder: TextDecoder, chunk: Uint8Array): string => {
  try {
    return decoder.decode(chunk, { stream: true })
  } catch {
    throw new AskFailed('not-a-line')
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '../platform/logger.ts'
import { type Answering, answer, type Sink, type Wakes } from './answer.service.ts'
import type { Directory } from './directory.ts'
import type { CellId } from './log-record.ts'
import { type Packing, packer, packingFor } from './packing.ts'
import { readSnapshotAsk, type SnapshotAnswering } from './snapshot.answer.service.ts'
import { cellOfCertificate, type TlsFiles } from './tls.service.ts'
import { readVector } from './vector.ts'

export const OPLOG_PATH = '/oplog'
export const SNAPSHOT_PATH = '/snapshot'
export const NDJSON = 'application/x-ndjson; charset=utf-8'
/** The cell in whose name a question is asked; must be the certificate's. */
export const CELL_HEADER = 'x-dure-cell'
/** Questions of one cell at a time: one link has one, and a new one may overlap with the one it replaces. */
const AT_ONCE = 4
/** A reader that takes nothing for this long is cut off. */
const STUCK_MS = 20_000
/** Smaller answers go as they are: compressing them costs more than it saves. */
const PLAIN_CHARS = 8 * 1024

export interface ListenerParts {
  readonly answering: Answering
  readonly snapshots: SnapshotAnswering
  readonly wakes: Wakes
  readonly self: CellId
  readonly directory: () => Directory
  readonly refused: (why: string, detail: Readonly<Record<string, unknown>>) => void
  readonly log: Logger
  readonly tls: TlsFiles
  readonly host: string
  readonly port: number
}

export interface Listener {
  readonly port: number
  close(): Promise<void>
}

/** `GET /oplog?28=120@1:1&wait=20` and `GET /snapshot?log=28` for cells that show a certificate of the common authority, over mutual TLS. */
export const startListener = async (parts: ListenerParts): Promise<Listener> => {
  const stop = new AbortController()
  const asking = new Map<CellId, number>()
  const server = createServer({
    ca: parts.tls.ca,
    cert: parts.tls.cert,
    key: parts.tls.key,
    requestCert: true,
    // Refused below, where it can be counted: Node would only say that the connection was reset.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    noDelay: true,
    maxHeaderSize: 32 * 1024,
    headersTimeout: 10_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 60_000,
    handshakeTimeout: 10_000,
  })
  server.maxConnections = 500
  server.on('secureConnection', (socket) => {
    if (socket.authorized) return
    const reason = String(socket.authorizationError ?? 'no certificate')
    parts.refused('tls', { address: socket.remoteAddress ?? null, reason })
    socket.destroy()
  })
  server.on('tlsClientError', (error, socket) => {
    const { remoteAddress } = socket
    // A link that was cut in the middle of its greeting is no intruder.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ECONNRESET') parts.refused('tls', { address: remoteAddress ?? null, reason: code ?? error.message })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') parts.refused('not-http', { reason: error.code ?? null })
    socket.destroy()
  })
  server.on('drop', (from) => parts.refused('too-many-connections', { address: from?.remoteAddress ?? null }))
  server.on('request', (request, response) => {
    void serve(parts, asking, request, response, stop.signal).catch((error: unknown) => {
      parts.log.warn({ err: error }, 'oplog-answer-failed')
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(parts.port, parts.host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
  server.on('error', (error) => parts.log.warn({ err: error }, 'oplog-listener-error'))
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: async () => {
      stop.abort()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

const serve = async (
  parts: ListenerParts,
  asking: Map<CellId, number>,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> => {
  const asker = identify(parts, request)
  if (!asker.ok) {
    parts.refused(asker.why, { address: request.socket.remoteAddress ?? null, ...asker.detail })
    return refuse(response, 403, asker.why)
  }
  const url = URL.parse(request.url ?? '', 'https://cell')
  const answering = request.method === 'GET' && url !== null ? answerTo(parts, url) : 'not-found'
  if (typeof answering === 'string') {
    parts.refused('question', { cell: asker.cell })
    return answering === 'not-found' ? refuse(response, 404, answering) : refuse(response, 400, answering)
  }
  const under = asking.get(asker.cell) ?? 0
  if (under >= AT_ONCE) {
    parts.refused('too-many-questions', { cell: asker.cell })
    return refuse(response, 429, 'too-many-questions')
  }
  asking.set(asker.cell, under + 1)
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.on('error', () => gone.abort())
  const stop = AbortSignal.any([gone.signal, closing])
  const sink = makeSink(response, packingFor(String(request.headers['accept-encoding'] ?? '')), stop)
  try {
    if (await answering(sink, () => sayAlive(response), stop)) await sink.end()
    else refuse(response, 404, 'no-snapshot')
  } finally {
    asking.set(asker.cell, (asking.get(asker.cell) ?? 1) - 1)
  }
}

/** Gives `false` when nothing was written because nothing like that is here. */
type AnswerTo = (sink: Sink, alive: () => void, stop: AbortSignal) => Promise<boolean>

const answerTo = (parts: ListenerParts, { pathname, searchParams }: URL): AnswerTo | 'not-found' | 'not-a-question' => {
  if (pathname === SNAPSHOT_PATH) {
    const wanted = readSnapshotAsk(searchParams)
    return wanted === undefined ? 'not-a-question' : (sink) => parts.snapshots.send(wanted, sink)
  }
  if (pathname !== OPLOG_PATH) return 'not-found'
  const vector = readVector(searchParams)
  const wait = searchParams.get('wait') ?? '0'
  if (vector === undefined || !/^\d{1,2}$/.test(wait)) return 'not-a-question'
  return async (sink, alive, stop) => {
    await answer(parts.answering, parts.wakes, vector, Number(wait), sink, alive, stop)
    return true
  }
}

type Asker =
  | { readonly ok: true; readonly cell: CellId }
  | { readonly ok: false; readonly why: string; readonly detail: Readonly<Record<string, unknown>> }

/** TLS has checked that the authority made the certificate; here: for whom, whether it still counts, and whether they say the same. */
const identify = ({ directory, self }: ListenerParts, request: IncomingMessage): Asker => {
  const socket = request.socket as TLSSocket
  const certificate = socket.getPeerCertificate()
  const cell = cellOfCertificate(certificate)
  const no = (why: string, detail: object = {}) =>
    ({ ok: false, why, detail: { cell: cell ?? null, ...detail } }) as const
  if (!socket.authorized || cell === undefined) return no('certificate-of-no-cell')
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase()
  if (directory().revokedCertificates.includes(fingerprint)) return no('certificate-revoked')
  if (cell === self || !directory().cells.some(({ id }) => id === cell)) return no('unknown-cell')
  const said = request.headers[CELL_HEADER]
  return said === cell ? { ok: true, cell } : no('other-name', { said: String(said).slice(0, 10) })
}

const refuse = (response: ServerResponse, status: number, code: string): void => {
  const body = JSON.stringify({ code })
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** An interim answer (102): costs no compression, and says that the link and the cell behind it live. */
const sayAlive = (response: ServerResponse): void => {
  if (!response.headersSent && response.writable) response.writeProcessing()
}

interface EndingSink extends Sink {
  end(): Promise<void>
}

/** Small answers whole and plain; large ones compressed while they are read from the database. */
const makeSink = (response: ServerResponse, packing: Packing | undefined, stop: AbortSignal): EndingSink => {
  let held = ''
  let out: NodeJS.WritableStream | undefined
  const begin = (): NodeJS.WritableStream => {
    if (packing === undefined) {
      response.writeHead(200, { 'content-type': NDJSON })
      return response
    }
    response.writeHead(200, { 'content-type': NDJSON, 'content-encoding': packing })
    const packed = packer(packing)
    packed.on('error', () => response.destroy())
    packed.pipe(response)
    return packed
  }
  const write = async (text: string): Promise<void> => {
    held += text
    if (out === undefined && held.length < PLAIN_CHARS) return
    out ??= begin()
    const chunk = held
    held = ''
    if (!out.write(chunk)) await drained(out, response, stop)
  }
  const end = async (): Promise<void> => {
    if (stop.aborted) return
    if (out !== undefined) {
      out.end(held)
      return
    }
    response.writeHead(200, { 'content-type': NDJSON, 'content-length': Buffer.byteLength(held) })
    response.end(held)
  }
  return { write, end }
}

const drained = (out: NodeJS.WritableStream, response: ServerResponse, stop: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(stuck)
      stop.removeEventListener('abort', gone)
      out.removeListener('drain', done)
      resolve()
    }
    const gone = () => {
      clearTimeout(stuck)
      out.removeListener('drain', done)
      reject(new Error('the reader is gone'))
    }
    const stuck = setTimeout(() => response.destroy(), STUCK_MS)
    out.once('drain', done)
    if (stop.aborted) gone()
    else stop.addEventListener('abort', gone, { once: true })
  })

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { controlPage } from './control-page.ts'
import type { Nation } from './nation.service.ts'

export interface Control {
  readonly url: string
  close(): Promise<void>
}

const MAX_BODY = 2_000

/** The demo's own page to break things: on loopback only, and no part of any cell. */
export const startControl = async (nation: Nation, port: number): Promise<Control> => {
  const server = createServer((request, response) => {
    void serve(nation, request, response).catch((error: unknown) =>
      answer(response, 500, { error: error instanceof Error ? error.message : String(error) }),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const serve = async (nation: Nation, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.method === 'GET' && request.url === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': CSP })
    response.end(controlPage())
    return
  }
  if (request.method === 'GET' && request.url === '/state') return answer(response, 200, nation.state())
  // A page elsewhere cannot set this header without being asked first.
  if (request.method !== 'POST' || request.headers['x-dure-demo'] !== '1')
    return answer(response, 404, { error: 'not found' })
  const body = await readBody(request)
  const act = ACTS[request.url?.slice(1) ?? '']
  if (act === undefined || body === undefined) return answer(response, 404, { error: 'no such act' })
  const known = new Set(nation.state().cells.map(({ code }) => code))
  if (Object.values(body).some((code) => !known.has(code))) return answer(response, 400, { error: 'no such cell' })
  const said = await act(nation, body)
  return answer(response, 200, { said: said ?? 'done', ...nation.state() })
}

const CSP = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'"

type Body = Readonly<Record<string, string>>
const ACTS: Readonly<Record<string, (nation: Nation, body: Body) => unknown>> = {
  cut: (nation, { one = '', other = '' }) => nation.cut(one, other),
  'cut-from-all': (nation, { cell = '' }) => nation.cutFromAll(cell),
  heal: (nation) => nation.heal(),
  kill: (nation, { cell = '' }) => nation.kill(cell),
  start: (nation, { cell = '' }) => nation.start(cell),
  'stand-in': (nation, { writer = '', origin = '' }) => nation.standIn(writer, origin),
  return: (nation, { cell = '' }) => nation.comeBack(cell),
}

const readBody = async (request: IncomingMessage): Promise<Body | undefined> => {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_BODY) return undefined
  }
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text)
    const isBody =
      typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string')
    return isBody ? (value as Body) : undefined
  } catch {
    return undefined
  }
}

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

// The limit of bench/rooms.ts: the same frames to as many sockets with nothing but node:net, no rooms, no database, no sessions.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

export interface BarePlan {
  readonly sockets: number
  /** Bytes of one event. */
  readonly frameBytes: number
  /** Listeners of each event, one after the other. */
  readonly sizes: readonly number[]
  readonly eventsPerSecond: number
  readonly seconds: number
}

export interface BareResult {
  readonly deliveries: number
  /** CPU of the process that writes, for one event written to one socket. */
  readonly cpuUsPerDelivery: number
}

/** Writes each event to its listeners at the pace of the plan; whoever reads sits in a process of its own, as in the bench. */
const serve = async (plan: BarePlan): Promise<BareResult> => {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const reader = fork(fileURLToPath(import.meta.url), ['read', String(port), String(plan.sockets)])
  await once(reader, 'message')
  while (sockets.length < plan.sockets) await new Promise((resolve) => setTimeout(resolve, 10))
  const frame = Buffer.alloc(plan.frameBytes, 'x')
  const started = performance.now()
  const before = process.cpuUsage()
  let deliveries = 0
  for (let event = 0; event < plan.seconds * plan.eventsPerSecond; event += 1) {
    const early = started + (event * 1_000) / plan.eventsPerSecond - performance.now()
    if (early > 1) await new Promise((resolve) => setTimeout(resolve, early))
    const size = plan.sizes[event % plan.sizes.length] ?? 0
    for (let at = 0; at < size; at += 1) sockets[(event + at * 7) % sockets.length]?.write(frame)
    deliveries += size
  }
  const { user, system } = process.cpuUsage(before)
  reader.kill()
  for (const socket of sockets) socket.destroy()
  server.close()
  return { deliveries, cpuUsPerDelivery: (user + system) / Math.max(1, deliveries) }
}

const read = async (port: number, count: number): Promise<void> => {
  for (let at = 0; at < count; at += 1) {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.resume()
  }
  process.send?.('ready')
}

/** In a process of its own, so that its CPU is its own. */
export const bareFanOut = async (plan: BarePlan): Promise<BareResult> => {
  const child = fork(fileURLToPath(import.meta.url), ['serve'])
  child.send(plan)
  const [result] = await once(child, 'message')
  child.kill()
  return result as BareResult
}

const [what, port = '', count = ''] = process.argv.slice(2)
if (what === 'read') await read(Number(port), Number(count))
if (what === 'serve') process.once('message', async (plan: BarePlan) => process.send?.(await serve(plan)))

// One cell of the demo of several: started by demo-cells.ts, told by its environment what it is, ended with its parent.
import type { AddressInfo, Server } from 'node:net'
import { startCell } from '../cell.ts'
import { seedDemo } from '../demo-region/index.ts'
import { configOrExit, openLog, runUntilAsked } from '../platform/process.ts'
import type { Ready } from './member.service.ts'

/** Longest orderly end once the parent is gone. */
const LAST_MS = 5_000

const { DEMO_CONTROL_PORT: controlPort, DEMO_DOOR: hasDoor, ...env } = process.env
const config = configOrExit(env, process.cwd())

// The channel breaks the moment the parent dies, whatever it died of: no process is left behind.
process.on('disconnect', () => {
  setTimeout(() => process.exit(1), LAST_MS).unref()
  process.kill(process.pid, 'SIGTERM')
})

/** The socket for screens, made by the parent in its own network. */
const doorOfParent = (): Promise<Server> =>
  new Promise((resolve) => process.once('message', (_, handle) => resolve(handle as Server)))

await runUntilAsked(
  async () => {
    const door = hasDoor === undefined ? undefined : await doorOfParent()
    const cell = await startCell(config, {
      listen: door === undefined,
      log: await openLog(config),
      prepare: (deps) => seedDemo(deps),
      routes: ({ fastify }) => {
        fastify.get('/demo/control', (request, reply) =>
          reply.redirect(
            `http://${request.hostname.replace(/^[a-z]+\.localhost$/, 'localhost')}:${controlPort}/demo/control`,
          ),
        )
      },
    })
    const exchangePort = cell.exchange.listening()
    door?.on('connection', (socket) => cell.http.fastify.server.emit('connection', socket))
    const { port } = (door ?? cell.http.fastify.server).address() as AddressInfo
    if (exchangePort === undefined) throw new Error('this cell has no listener for others')
    const ready: Ready = { ready: true, port, exchangePort }
    process.send?.(ready)
    return cell
  },
  { withParent: true },
)

// One cell of the demo of several: started by demo-cells.ts, told by it what it is, ended with it.
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { startCell } from '../cell.ts'
import { seedDemo } from '../demo-region/index.ts'
import { configOrExit, openLog, runUntilAsked } from '../platform/process.ts'
import type { CellEnvironment, Ready } from './member.service.ts'

/** Longest orderly end once the parent is gone. */
const LAST_MS = 5_000

/**
 * The code is loaded while the database starts; what this cell is comes when that runs, and with it the socket for screens where the
 * parent has made one in its own network.
 */
const told = async (): Promise<readonly [CellEnvironment, Server | undefined]> => {
  const never = (): never => process.exit(0)
  process.once('disconnect', never)
  const [environment, door] = (await once(process, 'message')) as [CellEnvironment, Server | undefined]
  process.off('disconnect', never)
  return [environment, door]
}

const [environment, door] = await told()
const { DEMO_CONTROL_PORT: controlPort, ...env } = { ...process.env, ...environment }
const config = configOrExit(env, process.cwd())

// The channel breaks the moment the parent dies, whatever it died of: no process is left behind.
process.on('disconnect', () => {
  setTimeout(() => process.exit(1), LAST_MS).unref()
  process.kill(process.pid, 'SIGTERM')
})

await runUntilAsked(
  async () => {
    const cell = await startCell(config, {
      listen: door === undefined,
      log: await openLog(config),
      prepare: (deps) => seedDemo(deps),
      routes: ({ fastify }) => {
        fastify.get('/demo/control', (request, reply) =>
          reply.redirect(`http://${request.hostname}:${controlPort}/demo/control`),
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

import { parentPort, workerData } from 'node:worker_threads'
import { startCell } from '../packages/server/src/cell.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'

/** The other cell of a measurement, in a thread of its own: it has its own event loop, as it has its own machine in life. */
interface Given {
  readonly env: Readonly<Record<string, string>>
  readonly url: string
}
const { env, url } = workerData as Given

const cell = await startCell(testConfig(env), {
  log: makeLogger('silent', undefined),
  connection: { connectionString: url },
  listen: false,
})
parentPort?.postMessage({ port: cell.exchange.listening() })
parentPort?.on('message', (message: { readonly stop?: true }) => {
  if (message.stop === true) void cell.close().then(() => process.exit(0))
})

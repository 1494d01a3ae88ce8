import { rm } from 'node:fs/promises'
import { client, listDemoPeople } from '@dure/contract'
import { type Cell, type CellOverrides, startCell } from '../packages/server/src/cell.ts'
import { seedDemo } from '../packages/server/src/demo-region/index.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'
import { temporaryFolder, testDatabase } from '../packages/server/src/testing/database.ts'

export interface RunningCell extends AsyncDisposable {
  readonly cell: Cell
  readonly url: string
  /** For the operator's command line. */
  readonly databaseUrl: string
}

/** A whole cell with the demo region, on a database of its own and a free port, with the real clock. */
export const demoCell = (env: Readonly<Record<string, string>> = {}, webDir?: string): Promise<RunningCell> =>
  runCell({ DURE_DEMO: '1', ...env }, seedDemo, webDir)

/** A whole cell without anybody and anything in it. */
export const emptyCell = (): Promise<RunningCell> => runCell({})

const runCell = async (
  env: Readonly<Record<string, string>>,
  prepare?: CellOverrides['prepare'],
  webDir: string | undefined = process.env.E2E_WEB_DIR,
): Promise<RunningCell> => {
  const database = await testDatabase()
  const dataDir = await temporaryFolder()
  const cell = await startCell(testConfig({ DURE_DATA_DIR: dataDir, DURE_HOST: '127.0.0.1', ...env }), {
    log: makeLogger('silent', undefined),
    connection: database.connection,
    // Another build of the web app than the one that is served.
    ...(webDir === undefined ? {} : { webDir }),
    ...(prepare === undefined ? {} : { prepare }),
  })
  return {
    cell,
    url: cell.url,
    databaseUrl: database.url,
    [Symbol.asyncDispose]: async () => {
      await cell.close()
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The desk of the hospital with this name, as the demo's list of people tells. */
export const deskOf = async (cell: RunningCell, hospitalName: string): Promise<string> => {
  const { people } = await client(
    cell.url,
    fetch,
  )(listDemoPeople).then((answer) => {
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.value
  })
  const found = people.find((one) => one.roles.includes('hospital_desk') && one.facilityName === hospitalName)
  if (found === undefined) throw new Error(`nobody answers for ${hospitalName}`)
  return found.id
}

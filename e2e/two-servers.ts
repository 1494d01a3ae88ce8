import { generateKeyPairSync } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { makeAuthority, makeCertificate } from '../packages/server/src/exchange/authority.service.ts'
import { signDirectory } from '../packages/server/src/exchange/directory.ts'
import { TLS_FILES } from '../packages/server/src/exchange/tls.service.ts'
import { privateKey, rawPublicKey } from '../packages/server/src/platform/oplog.key.ts'
import { temporaryFolder, testDatabase } from '../packages/server/src/testing/database.ts'
import { type RunningProgram, runProgram } from '../packages/server/src/testing/process.ts'

const CODE = '28'

/** One cell, two server processes on one database and one data folder, both named in its signed list. */
export interface TwoServers extends AsyncDisposable {
  readonly first: Server
  readonly second: Server
}

export interface Server {
  readonly url: string
  /** As when its machine loses power. */
  kill(): Promise<void>
  start(): Promise<void>
}

export const cellOfTwoServers = async (): Promise<TwoServers> => {
  const database = await testDatabase()
  const dataDir = await temporaryFolder()
  const [one, two] = [await freePort(), await freePort()]
  const list = await signedList(dataDir, [one, two].map(urlAt))
  const env = (port: number) => ({
    ...{ DATABASE_URL: database.url, DURE_DATA_DIR: dataDir, DURE_DEMO: '1', DURE_POOL_SIZE: '8' },
    ...{ DURE_HOST: '127.0.0.1', DURE_PORT: String(port), DURE_PUBLIC_URL: urlAt(port) },
    ...{ DURE_CELLS: list.file, DURE_CELLS_KEY: list.key, DURE_CELL_HOST: '127.0.0.1', DURE_CELL_PORT: '0' },
    // The second of two servers: a session of each has a cookie of its own, as two names would have.
    DURE_COOKIE_NAME: `dure_session_${port}`,
  })
  const first = serverAt(one, env(one))
  const second = serverAt(two, env(two))
  await first.start()
  await second.start()
  return {
    first,
    second,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([first.kill(), second.kill()])
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

const urlAt = (port: number): string => `http://127.0.0.1:${port}`

const serverAt = (port: number, env: Readonly<Record<string, string>>): Server => {
  let running: RunningProgram | undefined
  return {
    url: urlAt(port),
    kill: async () => void (await running?.end('SIGKILL')),
    start: async () => {
      running = runProgram('packages/server/src/demo.ts', ['--one'], env)
      await running.until(/Dure is ready/)
    },
  }
}

/** Ports have to be known before the list that names them is signed. */
const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const signedList = async (dataDir: string, screens: readonly string[]) => {
  const { privateKey: root } = generateKeyPairSync('ed25519')
  const now = new Date()
  const logKey = rawPublicKey(await privateKey(dataDir)).toString('base64url')
  const cell = {
    id: CODE,
    name: '인천',
    address: `cell-${CODE}.localhost:8443`,
    logKeys: [{ key: logKey, fromEpoch: 0 }],
  }
  const cells = [{ ...cell, screens: [...screens], neighbours: [] }]
  const directory = { version: 1, issuedAt: now.toISOString(), cells, operators: [], revokedCertificates: [] }
  const file = join(dataDir, 'cells.json')
  await writeFile(file, JSON.stringify(signDirectory(directory, root)))
  const authority = await makeAuthority(now)
  const { cert, key } = await makeCertificate(authority, CODE, now)
  await mkdir(join(dataDir, 'tls'))
  await writeFile(join(dataDir, 'tls', TLS_FILES.ca), authority.cert)
  await writeFile(join(dataDir, 'tls', TLS_FILES.key), key)
  await writeFile(join(dataDir, 'tls', TLS_FILES.cert), cert)
  return { file, key: rawPublicKey(root).toString('base64url') }
}

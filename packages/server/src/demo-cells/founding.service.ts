import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAuthority, makeCertificate, type PemPair } from '../exchange/authority.service.ts'
import { type Directory, readDirectory, signDirectory } from '../exchange/directory.ts'
import { TLS_FILES } from '../exchange/tls.service.ts'
import { privateKey, rawPublicKey } from '../platform/oplog.key.ts'
import { DEMO_CELLS } from './cells.ts'

/** What the demo's cells share. In a real nation none of these keys lies in a cell, and no two in one place. */
export interface Founding {
  /** The signed list of cells and operators, and the key it is signed with. */
  readonly cellsFile: string
  readonly cellsKey: string
  readonly nationKey: string
}

export const OPERATORS = ['a', 'b'] as const
export const operatorId = (code: string, which: string): string => `operator-${which}-${code}`
export const operatorKeyFile = (folder: string, code: string, which: string): string =>
  join(folder, 'operators', `${operatorId(code, which)}.pem`)
export const dataDirOf = (folder: string, code: string): string => join(folder, code)

/** Certificates, the list of cells and two operators of each: made once in the folder, and kept. */
export const foundNation = async (
  folder: string,
  now: Date,
  /** Where a cell's screens are; undefined: not known before it runs. */
  screenOf: (code: string) => string | undefined = () => undefined,
): Promise<Founding> => {
  await mkdir(join(folder, 'operators'), { recursive: true, mode: 0o700 })
  const root = await keyIn(join(folder, 'root.pem'))
  const authority = await authorityIn(folder, now)
  for (const { code } of DEMO_CELLS) await certify(dataDirOf(folder, code), code, authority, now)
  const cellsFile = join(folder, 'cells.json')
  const before = existsSync(cellsFile)
    ? readDirectory(JSON.parse(await readFile(cellsFile, 'utf8')), rawPublicKey(root))
    : null
  const known = before?.ok === true ? before.value : undefined
  const directory = await directoryOf(folder, now, screenOf)
  // The ports of this run are others than those of the last: a newer list.
  if (
    JSON.stringify(known?.cells.map(({ screens }) => screens)) !==
    JSON.stringify(directory.cells.map(({ screens }) => screens))
  )
    await writeWhole(
      cellsFile,
      JSON.stringify(signDirectory({ ...directory, version: (known?.version ?? 0) + 1 }, root)),
    )
  const nationKey = await textIn(join(folder, 'nation.key'), () => randomBytes(32).toString('base64url'))
  return { cellsFile, cellsKey: rawPublicKey(root).toString('base64url'), nationKey }
}

const directoryOf = async (
  folder: string,
  now: Date,
  screenOf: (code: string) => string | undefined,
): Promise<Directory> => {
  const cells = []
  const operators = []
  for (const { code, name } of DEMO_CELLS) {
    const key = rawPublicKey(await privateKey(dataDirOf(folder, code))).toString('base64url')
    // Where it is reached is said by the routes: through links that can be cut.
    const screen = screenOf(code)
    const served = {
      screens: screen === undefined ? [] : [screen],
      neighbours: DEMO_CELLS.flatMap((other) => (other.code === code || other.code === '00' ? [] : [other.code])),
    }
    cells.push({ id: code, name, address: `cell-${code}.localhost:8443`, logKeys: [{ key, fromEpoch: 0 }], ...served })
    for (const which of OPERATORS) {
      const signs = rawPublicKey(await keyIn(operatorKeyFile(folder, code, which))).toString('base64url')
      operators.push({ id: operatorId(code, which), name: `${name} 운영자 ${which}`, cell: code, key: signs })
    }
  }
  return { version: 1, issuedAt: now.toISOString(), cells, operators, revokedCertificates: [] }
}

/** Moved into place whole: a start that was cut short leaves nothing half-written. */
const writeWhole = async (file: string, text: string): Promise<void> => {
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

const textIn = async (file: string, make: () => string): Promise<string> => {
  if (!existsSync(file)) await writeWhole(file, make())
  return (await readFile(file, 'utf8')).trim()
}

const keyIn = async (file: string): Promise<KeyObject> =>
  createPrivateKey(
    await textIn(file, () =>
      String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
    ),
  )

const authorityIn = async (folder: string, now: Date): Promise<PemPair> => {
  const file = join(folder, 'authority.json')
  if (!existsSync(file)) await writeWhole(file, JSON.stringify(await makeAuthority(now)))
  return JSON.parse(await readFile(file, 'utf8')) as PemPair
}

const certify = async (dataDir: string, code: string, authority: PemPair, now: Date): Promise<void> => {
  const tls = join(dataDir, 'tls')
  await mkdir(tls, { recursive: true, mode: 0o700 })
  // The certificate is written last: with it, everything is there.
  if (existsSync(join(tls, TLS_FILES.cert))) return
  const { cert, key } = await makeCertificate(authority, code, now)
  await writeWhole(join(tls, TLS_FILES.ca), authority.cert)
  await writeWhole(join(tls, TLS_FILES.key), key)
  await writeWhole(join(tls, TLS_FILES.cert), cert)
}

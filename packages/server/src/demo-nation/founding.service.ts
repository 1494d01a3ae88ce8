import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeAuthority, makeCertificate, type PemPair } from '../exchange/authority.service.ts'
import { type Directory, signDirectory } from '../exchange/directory.ts'
import { TLS_FILES } from '../exchange/tls.service.ts'
import { privateKey, rawPublicKey } from '../platform/oplog.key.ts'

export interface Operator {
  readonly id: string
  readonly cell: string
  readonly key: KeyObject
}

/** What the cells of the demo have in common. In a real nation the keys of authority, root and operators lie in no cell. */
export interface Founded {
  readonly cellsFile: string
  readonly cellsKey: string
  readonly nationKey: string
  readonly operators: readonly Operator[]
}

export interface Seat {
  readonly code: string
  readonly name: string
  readonly dataDir: string
  readonly exchangePort: number
}

const pem = (key: KeyObject): string => String(key.export({ type: 'pkcs8', format: 'pem' }))

/** Made once in the folder and kept: certificates, the signed list of cells, two operators of each cell. */
export const found = async (folder: string, seats: readonly Seat[], now: Date): Promise<Founded> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const root = await keyIn(join(folder, 'root.pem'))
  const authority = await authorityIn(join(folder, 'authority.json'), now)
  const operators: Operator[] = []
  for (const { code } of seats)
    for (const which of ['a', 'b']) {
      const id = `operator-${which}-${code}`
      operators.push({ id, cell: code, key: await keyIn(join(folder, `${id}.pem`)) })
    }
  const cells = []
  for (const seat of seats) {
    await certify(seat, authority, now)
    const logKey = rawPublicKey(await privateKey(seat.dataDir)).toString('base64url')
    const address = `127.0.0.1:${seat.exchangePort}`
    cells.push({ id: seat.code, name: seat.name, address, logKeys: [{ key: logKey, fromEpoch: 0 }] })
  }
  const directory: Directory = {
    // A later start lists other ports: the newer list counts.
    version: Math.floor(now.getTime() / 1_000),
    issuedAt: now.toISOString(),
    cells,
    operators: operators.map(({ id, cell, key }) => ({
      id,
      name: id,
      cell,
      key: rawPublicKey(key).toString('base64url'),
    })),
    revokedCertificates: [],
  }
  const cellsFile = join(folder, 'cells.json')
  await writeFile(cellsFile, JSON.stringify(signDirectory(directory, root)))
  const nationKey = await textIn(join(folder, 'nation.key'), () => randomBytes(32).toString('base64url'))
  return { cellsFile, cellsKey: rawPublicKey(root).toString('base64url'), nationKey, operators }
}

const textIn = async (file: string, make: () => string): Promise<string> => {
  if (!existsSync(file)) await writeFile(file, make(), { mode: 0o600 })
  return (await readFile(file, 'utf8')).trim()
}

const keyIn = async (file: string): Promise<KeyObject> =>
  createPrivateKey(await textIn(file, () => pem(generateKeyPairSync('ed25519').privateKey)))

const authorityIn = async (file: string, now: Date): Promise<PemPair> => {
  if (!existsSync(file)) await writeFile(file, JSON.stringify(await makeAuthority(now)), { mode: 0o600 })
  return JSON.parse(await readFile(file, 'utf8')) as PemPair
}

const certify = async ({ code, dataDir }: Seat, authority: PemPair, now: Date): Promise<void> => {
  const tls = join(dataDir, 'tls')
  if (existsSync(join(tls, TLS_FILES.cert))) return
  await mkdir(tls, { recursive: true })
  const certificate = await makeCertificate(authority, code, now)
  await writeFile(join(tls, TLS_FILES.ca), authority.cert)
  await writeFile(join(tls, TLS_FILES.key), certificate.key, { mode: 0o600 })
  await writeFile(join(tls, TLS_FILES.cert), certificate.cert)
}

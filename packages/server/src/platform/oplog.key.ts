import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Db } from './db.ts'

/** This cell's identity as an origin of ops. */
export interface CellIdentity {
  readonly region: string
  readonly key: KeyObject
  /** 32 raw bytes. */
  readonly publicKey: Buffer
}

/**
 * The cell's identity, made at its first start: the private key is a file of the data folder and in no database backup, the
 * public key a row of the database.
 * @throws when the database belongs to another region, or to another key: two cells must not write one oplog
 */
export const cellIdentity = async (db: Db, dataDir: string, region: string, now: Date): Promise<CellIdentity> => {
  const key = await privateKey(dataDir)
  const publicKey = rawPublicKey(key)
  await db.sql(
    `insert into platform.cell (region, public_key, created_at, state_since) values ($1, $2, $3, $3)
     on conflict do nothing`,
    [region, publicKey, now],
  )
  const [row] = await db.sql<{ region: string; public_key: Buffer }>(`select region, public_key from platform.cell`)
  if (row === undefined) throw new Error('The cell has no identity')
  if (row.region !== region)
    throw new Error(`This database belongs to the cell of region ${row.region}, DURE_REGION says ${region}`)
  if (!row.public_key.equals(publicKey))
    throw new Error(
      `${keyFile(dataDir)} is not the key this database's oplog is signed with: restore the key file, ` +
        `or, when the key was lost or stolen, take a new one with: dure cell new-key`,
    )
  return { region, key, publicKey }
}

export const keyFile = (dataDir: string): string => join(dataDir, 'cell.key')

/** The private key of the data folder, made when there is none. */
export const privateKey = async (dataDir: string): Promise<KeyObject> => {
  const file = keyFile(dataDir)
  if (!existsSync(file)) {
    const { privateKey: made } = generateKeyPairSync('ed25519')
    await mkdir(dataDir, { recursive: true })
    await writeFile(`${file}.new`, made.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    await rename(`${file}.new`, file)
  }
  return createPrivateKey(await readFile(file, 'utf8'))
}

/** 32 raw bytes. */
export const rawPublicKey = (key: KeyObject): Buffer =>
  Buffer.from(String(createPublicKey(key).export({ format: 'jwk' }).x), 'base64url')

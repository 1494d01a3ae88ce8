import { createCipheriv, createDecipheriv, randomBytes, webcrypto } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { z } from 'zod'
import type { Queries } from '../platform/db.ts'
import type { CellId } from './log-record.ts'

/** HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
const suite = () => new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() })
export const SEALED_WITH = 'DHKEM(X25519,HKDF-SHA256),HKDF-SHA256,AES-256-GCM'

export interface PublicSealingKey {
  readonly keyId: string
  /** base64url, 32 bytes. */
  readonly publicKey: string
}

const KeyFile = z.object({
  keyId: z.string(),
  publicKey: z.string(),
  privateKey: z.record(z.string(), z.unknown()),
  madeAt: z.string(),
})

/**
 * This cell's keys for what is sealed to it: files of the data folder, in no database and no backup of one. Old ones stay, to open
 * what was sealed before; `dure cell rotate-sealing-key` makes a new one.
 */
export interface SealingKeys {
  /** The newest, made when there is none. */
  current(now: Date): Promise<PublicSealingKey>
  make(now: Date): Promise<PublicSealingKey>
  /** `undefined` when it is not ours. */
  privateKey(keyId: string): Promise<CryptoKey | undefined>
}

const FOLDER = 'sealing-keys'

export const makeSealingKeys = (dataDir: string): SealingKeys => {
  const folder = join(dataDir, FOLDER)
  const read = async (name: string) => KeyFile.parse(JSON.parse(await readFile(join(folder, name), 'utf8')))

  const make: SealingKeys['make'] = async (now) => {
    const pair = await suite().kem.generateKeyPair()
    const publicKey = Buffer.from(await suite().kem.serializePublicKey(pair.publicKey)).toString('base64url')
    const keyId = randomBytes(8).toString('hex')
    const privateKey = await webcrypto.subtle.exportKey('jwk', pair.privateKey as webcrypto.CryptoKey)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // Names sort by time of making.
    const name = `${now.toISOString().replaceAll(/[:.]/g, '')}-${keyId}.json`
    const text = JSON.stringify({ keyId, publicKey, privateKey, madeAt: now.toISOString() })
    await writeFile(join(folder, `${name}.new`), text, { mode: 0o600 })
    await rename(join(folder, `${name}.new`), join(folder, name))
    return { keyId, publicKey }
  }

  const names = async (): Promise<string[]> =>
    existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.json')).sort() : []

  return {
    make,
    current: async (now) => {
      const newest = (await names()).at(-1)
      if (newest === undefined) return make(now)
      const { keyId, publicKey } = await read(newest)
      return { keyId, publicKey }
    },
    privateKey: async (keyId) => {
      const name = (await names()).find((one) => one.endsWith(`-${keyId}.json`))
      if (name === undefined) return undefined
      const { privateKey } = await read(name)
      return suite().kem.importKey('jwk', privateKey as JsonWebKey, false)
    },
  }
}

/** A key found in a cell's own log counts from then on; the newest published one is used. */
export const saveSealingKey = async (
  tx: Queries,
  cell: CellId,
  key: PublicSealingKey,
  seq: number,
  at: Date,
): Promise<void> => {
  await tx.sql(
    `insert into exchange.sealing_key (cell, key_id, public_key, published_seq, published_at)
     values ($1, $2, $3, $4, $5)
     on conflict (cell, key_id) do update
        set published_seq = excluded.published_seq, published_at = excluded.published_at, withdrawn_at = null`,
    [cell, key.keyId, Buffer.from(key.publicKey, 'base64url'), seq, at],
  )
}

export const withdrawSealingKey = async (tx: Queries, cell: CellId, keyId: string, at: Date): Promise<void> => {
  await tx.sql(`update exchange.sealing_key set withdrawn_at = $3 where cell = $1 and key_id = $2`, [cell, keyId, at])
}

const sealingKeyOf = async (db: Queries, cell: CellId): Promise<{ keyId: string; publicKey: Buffer } | undefined> => {
  const [row] = await db.sql<{ key_id: string; public_key: Buffer }>(
    `select key_id, public_key
       from exchange.sealing_key
      where cell = $1 and withdrawn_at is null
      order by published_seq desc, published_at desc, key_id
      limit 1`,
    [cell],
  )
  return row && { keyId: row.key_id, publicKey: row.public_key }
}

const TEXT = z.string().regex(/^[A-Za-z0-9_-]+$/)
const Envelope = z.object({
  v: z.literal(1),
  to: z.array(z.object({ cell: z.string(), keyId: z.string(), enc: TEXT, key: TEXT })).min(1),
  iv: TEXT,
  text: TEXT,
})

const base64 = (bytes: Uint8Array | ArrayBuffer): string => Buffer.from(bytes as Uint8Array).toString('base64url')
const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')
const info = (cell: CellId, keyId: string): Buffer => Buffer.from(`dure sealed 1\n${cell}\n${keyId}`)
/** Exactly this range of memory: a Buffer may be a part of a larger one. */
const whole = (buffer: Buffer): ArrayBuffer => Uint8Array.from(buffer).buffer

/**
 * Seals text for the cells that must read it, and nobody else: one random key for the text, sealed by HPKE to each of them.
 * @param about what it belongs to (an op's subject, say); it opens only beside the same
 * @returns `null` while the key of one of them is not known here
 */
export const sealFor = async (
  db: Queries,
  cells: readonly CellId[],
  text: string,
  about: string,
): Promise<string | null> => {
  const key = randomBytes(32)
  const iv = randomBytes(12)
  const to = []
  for (const cell of [...new Set(cells)].sort()) {
    const recipient = await sealingKeyOf(db, cell)
    if (recipient === undefined) return null
    const { keyId } = recipient
    const publicKey = await suite().kem.deserializePublicKey(whole(recipient.publicKey))
    const sender = await suite().createSenderContext({
      recipientPublicKey: publicKey,
      info: whole(info(cell, keyId)),
    })
    const sealedKey = await sender.seal(whole(key), whole(Buffer.from(about)))
    to.push({ cell, keyId, enc: base64(sender.enc), key: base64(sealedKey) })
  }
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(JSON.stringify([about, to])))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return base64(Buffer.from(JSON.stringify({ v: 1, to, iv: base64(iv), text: base64(sealed) })))
}

/** The text, or `null` when it was sealed for others, with a key that is gone, for something else, or was changed. */
export const openSealed = async (keys: SealingKeys, sealed: string, about: string): Promise<string | null> => {
  const envelope = readEnvelope(sealed)
  if (envelope === undefined) return null
  for (const { cell, keyId, enc, key } of envelope.to) {
    const privateKey = await keys.privateKey(keyId)
    if (privateKey === undefined) continue
    try {
      const recipient = await suite().createRecipientContext({
        recipientKey: privateKey,
        enc: whole(bytes(enc)),
        info: whole(info(cell, keyId)),
      })
      const opened = Buffer.from(await recipient.open(whole(bytes(key)), whole(Buffer.from(about))))
      const text = bytes(envelope.text)
      const decipher = createDecipheriv('aes-256-gcm', opened, bytes(envelope.iv))
      decipher.setAAD(Buffer.from(JSON.stringify([about, envelope.to])))
      decipher.setAuthTag(text.subarray(text.length - 16))
      return Buffer.concat([decipher.update(text.subarray(0, -16)), decipher.final()]).toString('utf8')
    } catch {
      return null
    }
  }
  return null
}

/** For whom something was sealed; shown in the audit in place of what was sealed. */
export const sealedFor = (sealed: string): readonly CellId[] => readEnvelope(sealed)?.to.map(({ cell }) => cell) ?? []

const readEnvelope = (sealed: string): z.infer<typeof Envelope> | undefined => {
  try {
    const read = Envelope.safeParse(JSON.parse(bytes(sealed).toString('utf8')))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}

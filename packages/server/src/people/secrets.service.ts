import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Licence } from './licences.ts'

/** What is kept about people without being kept: licence numbers as keyed hashes, signing keys sealed. */
export interface PeopleSecrets {
  /** HMAC-SHA-256: equal for the same licence, useless without the key. */
  licenceHash(licence: Licence): Buffer
  /** 32 bytes for one person on one device, always the same: nothing about it is kept. */
  deviceSecret(personId: string, device: string): Buffer
  /** AES-256-GCM, bound to the row it stands in. */
  seal(id: string, secret: Buffer): Buffer
  /** @throws when the key or the row is another, or a byte was changed */
  open(id: string, sealed: Buffer): Buffer
}

const FILE = 'people.key'
const IV = 12
const TAG = 16

/** The cell's key, 32 bytes in the data directory and in no database. Made at its first use; of two processes the first wins. */
const load = async (dataDir: string): Promise<PeopleSecrets> => {
  const file = join(dataDir, FILE)
  if (!existsSync(file)) {
    await mkdir(dataDir, { recursive: true })
    const fresh = `${file}.${process.pid}.new`
    await writeFile(fresh, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flush: true })
    await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await rm(fresh)
  }
  const secret = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64url')
  if (secret.length !== 32) throw new Error(`${FILE} is not a key of 32 bytes; restore it from its own backup`)
  return peopleSecrets(secret)
}

/** Loaded at the first use: describing the API needs no key. */
export const lazyPeopleSecrets = (dataDir: string): (() => Promise<PeopleSecrets>) => {
  let secrets: Promise<PeopleSecrets> | undefined
  return () => {
    secrets ??= load(dataDir)
    return secrets
  }
}

export const peopleSecrets = (secret: Buffer): PeopleSecrets => {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, 'dure', purpose, 32))
  const licences = derive('licence')
  const sealing = derive('authority-key')
  const devices = derive('device-store')
  return {
    licenceHash: ({ kind, number }) => createHmac('sha256', licences).update(`${kind}\n${number}`).digest(),
    deviceSecret: (personId, device) => createHmac('sha256', devices).update(`${personId}\n${device}`).digest(),
    seal: (id, text) => {
      const iv = randomBytes(IV)
      const cipher = createCipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(id))
      const sealed = Buffer.concat([cipher.update(text), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    open: (id, sealed) => {
      const opener = createDecipheriv('aes-256-gcm', sealing, sealed.subarray(0, IV))
        .setAAD(Buffer.from(id))
        .setAuthTag(sealed.subarray(IV, IV + TAG))
      return Buffer.concat([opener.update(sealed.subarray(IV + TAG)), opener.final()])
    },
  }
}

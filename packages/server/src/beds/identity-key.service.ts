import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Seals who a patient is, and finds the same patient again without opening anything. */
export interface IdentityKey {
  /** AES-256-GCM. Bound to `requestId`: moved to another row it no longer opens. */
  seal(requestId: string, text: string): Buffer
  /** @throws when the key or the row is another, or a byte was changed */
  open(requestId: string, sealed: Buffer): string
  /** HMAC-SHA-256 of a resident number without its hyphen. */
  samePatient(residentNumber: string): Buffer
}

const FILE = 'patient.key'
const IV_BYTES = 12
const TAG_BYTES = 16

/** The cell's key, 32 bytes in the data directory and in no database and no backup of one. Made at the first start. */
export const loadIdentityKey = async (dataDir: string): Promise<IdentityKey> => {
  const file = join(dataDir, FILE)
  if (!existsSync(file)) await makeKey(dataDir, file)
  const secret = Buffer.from((await readFile(file, 'utf8')).trim(), 'base64url')
  if (secret.length !== 32) throw new Error(`${FILE} is not a key of 32 bytes; restore it from its own backup`)
  return identityKey(secret)
}

/** Written beside its place and linked there: no half a key after a start that was cut short, and the first of two processes wins. */
const makeKey = async (dataDir: string, file: string): Promise<void> => {
  await mkdir(dataDir, { recursive: true })
  const fresh = `${file}.${process.pid}.new`
  await writeFile(fresh, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flush: true })
  await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(fresh)
}

/** Loaded at the first use: describing the API needs no key. */
export const lazyIdentityKey = (dataDir: string): (() => Promise<IdentityKey>) => {
  let key: Promise<IdentityKey> | undefined
  return () => {
    key ??= loadIdentityKey(dataDir)
    return key
  }
}

/**
 * The same patient in two regions: HMAC-SHA-256 of the resident number under the key all regions share, as hex. It stands in logs, so
 * it is made with a key of its own and with nothing a single cell knows.
 */
export const nationHash = (nationKey: Buffer, residentNumber: string): string => {
  const finding = Buffer.from(hkdfSync('sha256', nationKey, 'dure', 'same-patient-nation', 32))
  return createHmac('sha256', finding).update(residentNumber.replace('-', '')).digest('hex')
}

export const identityKey = (secret: Buffer): IdentityKey => {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, 'dure', purpose, 32))
  const sealing = derive('patient-identity')
  const finding = derive('same-patient')
  return {
    seal: (requestId, text) => {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(requestId))
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed])
    },
    open: (requestId, sealed) => {
      const iv = sealed.subarray(0, IV_BYTES)
      const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)
      const opener = createDecipheriv('aes-256-gcm', sealing, iv).setAAD(Buffer.from(requestId)).setAuthTag(tag)
      return opener.update(sealed.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + opener.final('utf8')
    },
    samePatient: (residentNumber) => createHmac('sha256', finding).update(residentNumber.replace('-', '')).digest(),
  }
}

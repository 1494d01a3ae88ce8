import { type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { chainText, ed25519 } from '../platform/oplog-chain.ts'
import { err, ok, type Result } from '../platform/result.ts'
import type { CellId } from './log-record.ts'

const CELL = z.string().regex(/^\d{2}$/)
/** 32 raw bytes of an Ed25519 public key. */
const KEY = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/** `https://host[:port]`; without TLS only on one machine. */
const ORIGIN = z
  .string()
  .max(200)
  .refine((raw) => {
    const url = URL.parse(raw)
    // The name goes into the content security policy: nothing but a name.
    if (url?.origin !== raw || !/^[a-z0-9.-]+$/.test(url.hostname)) return false
    return url.protocol === 'https:' || /(^|\.)localhost$|^127\.0\.0\.1$/.test(url.hostname)
  }, 'an https origin without a path')

const LogKey = z.object({
  key: KEY,
  /** Epochs it may sign. A stolen key ends with the last epoch that was its owner's. */
  fromEpoch: z.int().min(0).default(0),
  untilEpoch: z.int().min(0).optional(),
})

const DirectoryCell = z.object({
  id: CELL,
  name: z.string().min(1).max(80),
  /** `host:port` of the cell's exchange listener. */
  address: z.string().regex(/^[A-Za-z0-9.-]{1,200}:\d{1,5}$|^\[[0-9a-fA-F:]{2,45}\]:\d{1,5}$/),
  logKeys: z.array(LogKey).min(1).max(50),
  /** Where this cell's screens are served, the first to be tried first. Browsers may speak to these and to no others. */
  screens: z.array(ORIGIN).max(10).optional(),
  /** Cells that may stand in for it, the likeliest first; their screens are tried when all of its own are silent. */
  neighbours: z.array(CELL).max(20).optional(),
})

const Operator = z.object({
  id: z.string().regex(/^[a-z0-9-]{2,40}$/),
  name: z.string().min(1).max(80),
  /** The cell this operator works for, and for which alone they may sign. */
  cell: CELL,
  key: KEY,
})

export const Directory = z.object({
  /** Rises; an older one never replaces a newer one. */
  version: z.int().min(1),
  issuedAt: z.iso.datetime(),
  cells: z.array(DirectoryCell).max(64),
  operators: z.array(Operator).max(1_000),
  /** SHA-256 fingerprints, in hex, of cell certificates that count no more. */
  revokedCertificates: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .max(1_000)
    .default([]),
})
export type Directory = z.infer<typeof Directory>

export const SignedDirectory = z.object({ directory: z.unknown(), signature: z.string().regex(/^[0-9a-f]{128}$/) })
export interface SignedDirectory {
  /** As it was signed: members that this version does not know belong to it. */
  readonly directory: unknown
  readonly signature: string
  /** What of it browsers may know. */
  readonly screens?: SignedScreens
}

/** The text is signed as it stands: a browser checks it without knowing our canonical form. */
export interface SignedScreens {
  readonly text: string
  /** Ed25519 over `dure screens 1\n` and the text; base64url. */
  readonly signature: string
}

export const EMPTY_DIRECTORY: Directory = {
  version: 1,
  issuedAt: '1970-01-01T00:00:00.000Z',
  cells: [],
  operators: [],
  revokedCertificates: [],
}

const signedBytes = (directory: unknown): Buffer => Buffer.from(`dure cells 1\n${chainText(directory)}`)

export const signDirectory = (directory: unknown, key: KeyObject): SignedDirectory => {
  const screens = screensOf(directory)
  return {
    directory,
    signature: sign(null, signedBytes(directory), key).toString('hex'),
    ...(screens === undefined ? {} : { screens: { text: screens, signature: signScreens(screens, key) } }),
  }
}

const screensBytes = (text: string): Buffer => Buffer.from(`dure screens 1\n${text}`)
const signScreens = (text: string, key: KeyObject): string => sign(null, screensBytes(text), key).toString('base64url')

/** Where the cells' screens are, without operators, keys and addresses of exchanges. */
const screensOf = (raw: unknown): string | undefined => {
  const parsed = Directory.safeParse(raw)
  if (!parsed.success) return undefined
  const { version, issuedAt, cells } = parsed.data
  const served = cells.filter(({ screens }) => screens !== undefined && screens.length > 0)
  const list = served.map(({ id, name, screens, neighbours = [] }) => ({ id, name, screens, neighbours }))
  return served.length === 0 ? undefined : JSON.stringify({ version, issuedAt, cells: list })
}

/** The part for browsers, if it belongs to this list and its key signed it. */
export const readScreens = (document: unknown, rootKey: Uint8Array): SignedScreens | undefined => {
  const outer = SignedDirectory.safeParse(document)
  const part = z.object({ screens: Screens }).safeParse(document)
  if (!outer.success || !part.success) return undefined
  const { text, signature } = part.data.screens
  const whole = verify(null, screensBytes(text), ed25519(rootKey), Buffer.from(signature, 'base64url'))
  return whole && text === screensOf(outer.data.directory) ? part.data.screens : undefined
}

const Screens = z.object({ text: z.string().max(200_000), signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/) })

/** Origins that browsers of any cell's screens come from. */
export const screenOrigins = ({ cells }: Directory): ReadonlySet<string> =>
  new Set(cells.flatMap(({ screens = [] }) => screens))

export type DirectoryFault = 'not-a-directory' | 'wrong-signature' | 'one-id-twice'

/** The list of cells and operators, if the key that this cell was given at its founding signed it. */
export const readDirectory = (document: unknown, rootKey: Uint8Array): Result<Directory, DirectoryFault> => {
  const outer = SignedDirectory.safeParse(document)
  if (!outer.success) return err('not-a-directory')
  const signature = Buffer.from(outer.data.signature, 'hex')
  if (!verify(null, signedBytes(outer.data.directory), ed25519(rootKey), signature)) return err('wrong-signature')
  const inner = Directory.safeParse(outer.data.directory)
  if (!inner.success) return err('not-a-directory')
  const { cells, operators } = inner.data
  const unique = (ids: readonly string[]) => new Set(ids).size === ids.length
  // One person with two names would be two signatures.
  const ids = [cells.map(({ id }) => id), operators.map(({ id }) => id), operators.map(({ key }) => key)]
  return ids.every(unique) ? ok(inner.data) : err('one-id-twice')
}

/** Keys that may sign records of this epoch written by this cell. */
export const logKeysOf = ({ cells }: Directory, writer: CellId, epoch: number): readonly Buffer[] =>
  (cells.find(({ id }) => id === writer)?.logKeys ?? [])
    .filter(({ fromEpoch, untilEpoch }) => fromEpoch <= epoch && epoch <= (untilEpoch ?? Number.MAX_SAFE_INTEGER))
    .map(({ key }) => Buffer.from(key, 'base64url'))

import { type KeyObject, sign, verify } from 'node:crypto'
import { z } from 'zod'
import { chainText, ed25519 } from '../platform/oplog-chain.ts'
import { err, ok, type Result } from '../platform/result.ts'
import type { CellId } from './log-record.ts'

const CELL = z.string().regex(/^\d{2}$/)
/** 32 raw bytes of an Ed25519 public key. */
const KEY = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

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
}

export const EMPTY_DIRECTORY: Directory = {
  version: 1,
  issuedAt: '1970-01-01T00:00:00.000Z',
  cells: [],
  operators: [],
  revokedCertificates: [],
}

const signedBytes = (directory: unknown): Buffer => Buffer.from(`dure cells 1\n${chainText(directory)}`)

export const signDirectory = (directory: unknown, key: KeyObject): SignedDirectory => ({
  directory,
  signature: sign(null, signedBytes(directory), key).toString('hex'),
})

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

import { z } from 'zod'
import { verifyHash } from '../platform/oplog-chain.ts'
import { Approval, approvers } from './approval.ts'
import type { Opening } from './branch.ts'
import { type Directory, logKeysOf } from './directory.ts'
import { EPOCH_REASONS, type EpochOpening, type EpochRefusal, epochRefusal } from './epoch.ts'
import { type CellId, EPOCH_OPENED, type LogRecord } from './log-record.ts'

/** With what to seal for a cell; also the body of a `cell-key-published` record. */
export const SealingKeyBody = z.object({
  keyId: z.string().regex(/^[0-9a-f]{16}$/),
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
})

/**
 * Body of an `epoch-opened` record. It names every opening of its branch, itself last: by its one signature a reader knows the
 * shape of the whole log before it gives up anything of its own copy.
 */
const OpenedBody = z.object({
  writer: z.string().regex(/^\d{2}$/),
  reason: z.enum(EPOCH_REASONS),
  approvedBy: z.array(z.string()),
  approvals: z.array(Approval).max(20).default([]),
  openings: z
    .array(z.object({ epoch: z.int().positive(), seq: z.int().positive() }))
    .min(1)
    .max(200),
  sealingKey: SealingKeyBody.optional(),
})
export interface OpenedBody extends EpochOpening {
  readonly approvals: readonly Approval[]
  readonly openings: readonly Opening[]
  readonly sealingKey?: z.infer<typeof SealingKeyBody> | undefined
}

/** Opening of an epoch as a copy keeps it. */
export interface KnownOpening extends Opening {
  readonly writer: CellId
  readonly reason: string
}

/** The body of a record that opens an epoch; `undefined` when it is not one or contradicts its own place. */
export const openedBody = ({ kind, epoch, seq, body }: LogRecord): OpenedBody | undefined => {
  if (kind !== EPOCH_OPENED) return undefined
  const read = OpenedBody.safeParse(body)
  if (!read.success) return undefined
  const { openings } = read.data
  const last = openings.at(-1)
  const rises = openings.every((one, index) => {
    const before = openings[index - 1]
    return before === undefined ? one.seq === 1 : one.epoch > before.epoch && one.seq > before.seq
  })
  return rises && last?.epoch === epoch && last.seq === seq ? read.data : undefined
}

export type OpeningRefusal = EpochRefusal | 'not-an-opening' | 'not-signed-by-the-writer' | 'founded-twice'

/**
 * Why the epoch this record claims to open may not be followed; `null` if it may. Its writer must have signed it with a key of
 * the directory, and a neighbour's operators must have signed that it stands in.
 * @param current newest epoch before it on its branch, 0 for none
 */
export const openingRefusal = (
  record: LogRecord,
  signature: Uint8Array,
  current: number,
  directory: Directory,
): OpeningRefusal | null => {
  const body = openedBody(record)
  if (body === undefined) return 'not-an-opening'
  if (body.reason === 'founded' && (current > 0 || record.epoch !== FOUNDING_EPOCH)) return 'founded-twice'
  if (!isSignedBy(directory, body.writer, record, signature)) return 'not-signed-by-the-writer'
  const standIn = { origin: record.origin, epoch: record.epoch, writer: body.writer }
  const approvedBy = approvers(standIn, body.approvals, directory)
  return epochRefusal(record.origin, current, record.epoch, { ...body, approvedBy })
}

/**
 * Every log is founded in epoch 1. A cell that lost everything and is set up anew begins there again, and its neighbours, who have
 * another first record, stop and call people; were founding a higher epoch, they would give up all they still have.
 */
export const FOUNDING_EPOCH = 1

export const isSignedBy = (
  directory: Directory,
  writer: CellId,
  { epoch, hash }: Pick<LogRecord, 'epoch' | 'hash'>,
  signature: Uint8Array,
): boolean => logKeysOf(directory, writer, epoch).some((key) => verifyHash(key, hash, signature))

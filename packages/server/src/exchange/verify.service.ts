import type { Db } from '../platform/db.ts'
import { FIRST_HASH, findChainFault, verifyHash } from '../platform/oplog-chain.ts'
import { type Directory, logKeysOf } from './directory.ts'
import { listLogs, planned, signedRecordsAfter } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import { openedBody, openingRefusal } from './opening.ts'
import { type Start, verifySnapshot } from './verify-snapshot.service.ts'

export interface Verified {
  readonly origin: CellId
  /** Number of the last record, and of the one from which the chain was followed: 0, or where a copy's snapshot ends. */
  readonly records: number
  readonly from: number
  /** Before that: records of the snapshot, which the writer's checkpoint vouches for as a whole. */
  readonly vouched: number
  readonly signatures: number
  readonly openings: number
  /** The first break; nothing behind it was looked at. */
  readonly fault: { readonly seq: number; readonly what: string } | null
}

const PAGE = 2_000

/**
 * Reads whole logs again and checks every link of the chain, every hash, every signature and who was allowed to open each epoch.
 * @param ownKey this cell's key, for its own log when there is no list of cells
 */
export const verifyLogs = async (
  db: Db,
  directory: Directory,
  self: CellId,
  ownKey: Uint8Array,
  only?: CellId,
): Promise<readonly Verified[]> => {
  const alone = directory.cells.length === 0
  const known: Directory = alone
    ? {
        ...directory,
        cells: [
          {
            id: self,
            name: self,
            address: 'localhost:1',
            logKeys: [{ key: Buffer.from(ownKey).toString('base64url'), fromEpoch: 0 }],
          },
        ],
      }
    : directory
  const logs = (await listLogs(planned(db))).filter(({ origin }) => only === undefined || origin === only)
  const verified: Verified[] = []
  for (const { origin } of logs) verified.push(await verifyLog(db, known, origin))
  return verified
}

const verifyLog = async (db: Db, directory: Directory, origin: CellId): Promise<Verified> => {
  const start = await verifyStart(db, directory, origin)
  let { after, epoch, writer, signatures, openings } = start
  const { from, vouched } = start
  let lastSigned = true
  const result = (fault: Verified['fault']): Verified => ({
    ...{ origin, records: after.seq, from, vouched, signatures, openings, fault },
  })
  if (start.fault !== null) return result(start.fault)
  for (;;) {
    const page = await signedRecordsAfter(planned(db), origin, after.seq, PAGE)
    if (page.length === 0) break
    const chain = findChainFault(
      page.map(({ record }) => record),
      after,
    )
    for (const { record, signature } of page) {
      if (chain !== undefined && record.seq >= chain.seq) return result({ seq: chain.seq, what: chain.fault })
      const body = openedBody(record)
      if (body !== undefined) {
        const refusal = signature === null ? 'not-signed' : openingRefusal(record, signature, epoch, directory)
        if (refusal !== null) return result({ seq: record.seq, what: refusal })
        epoch = record.epoch
        writer = body.writer
        openings += 1
      } else if (record.epoch !== epoch) return result({ seq: record.seq, what: 'epoch-not-opened' })
      if (signature !== null) {
        const keys = logKeysOf(directory, writer, epoch)
        if (!keys.some((key) => verifyHash(key, record.hash, signature)))
          return result({ seq: record.seq, what: 'wrong-signature' })
        signatures += 1
      }
      lastSigned = signature !== null
      after = { seq: record.seq, hash: record.hash }
    }
  }
  return result(lastSigned ? null : { seq: after.seq, what: 'end-not-signed' })
}

/** Where the chain begins: at record 1, or behind the snapshot a copy began with, once that is verified. */
const verifyStart = async (db: Db, directory: Directory, origin: CellId): Promise<Start> =>
  (await verifySnapshot(db, directory, origin)) ?? {
    ...{ after: { seq: 0, hash: FIRST_HASH }, from: 0, vouched: 0 },
    ...{ epoch: 0, writer: origin, signatures: 0, openings: 0, fault: null },
  }

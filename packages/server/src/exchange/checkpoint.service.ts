import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import type { CellIdentity } from '../platform/oplog.key.ts'
import { appendNumbered, lockWriting } from '../platform/oplog.sequencer.ts'
import {
  baseOf,
  type Claim,
  claimCheckpoint,
  openClaims,
  servedCheckpoints,
  setCheckpoint,
  type WrittenLog,
  writtenLogs,
} from './checkpoint.sql.ts'
import { type CheckpointBody, checkpointBody, makePieceCutter, type Piece, piecesDigest } from './checkpoint.ts'
import { ageKept, dropGone, foldPage, forgetFold, keptHashes, lockFold, setFold } from './kept.sql.ts'
import { findLogs, hashesBetween, raiseAlarm, recordsAfter } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import type { ExchangePort } from './ports.ts'
import { AGED_DAYS, CHECKPOINT_MADE, RULES } from './superseding.ts'

/**
 * Behind the logs and never in a transaction that decides: vouches for snapshots of the logs this cell writes, and works out for
 * every other log whether the records here give what its writer vouched for. What agrees is served to newcomers.
 */
export interface Checkpoints {
  /** One page of work; gives whether there may be more. */
  step(): Promise<boolean>
}

export interface CheckpointParts {
  readonly deps: Pick<Deps, 'db' | 'clock' | 'log'>
  readonly identity: Pick<CellIdentity, 'key'>
  /** Records between two checkpoints of a log; 0: none is made here. */
  readonly every: number
  /** Records sorted by one transaction. */
  readonly page?: number
}

const PAGE = 5_000
const DAY_MS = 86_400_000

/** A log's own word that a snapshot of it is so and so; what is made of it here comes later. */
export const followCheckpoints = (port: Pick<ExchangePort, 'onRecord'>): void =>
  port.onRecord(CHECKPOINT_MADE, async (tx, record) => {
    const body = checkpointBody(record)
    if (body !== undefined) await claimCheckpoint(tx, record.origin, record.seq, body.upto)
  })

export const makeCheckpoints = ({ deps, identity, every, page = PAGE }: CheckpointParts): Checkpoints => {
  const { db, clock, log } = deps

  const step = async (): Promise<boolean> => {
    for (const claim of await openClaims(db)) if (await examine(claim)) return true
    for (const written of every > 0 ? await writtenLogs(db) : []) if (await make(written)) return true
    return false
  }

  /** Sorts one page towards `upto`. `busy`: another process does; `unable`: what is here cannot give it. */
  const foldTo = (origin: CellId, upto: number): Promise<'there' | 'more' | 'busy' | 'unable'> =>
    db.tx(async (tx) => {
      const fold = await lockFold(tx, origin, RULES)
      if (fold === undefined) return 'busy'
      const base = await baseOf(tx, origin)
      // What other rules left out of the snapshot this copy began with is not here to be kept.
      if (base !== undefined && (base.rules !== RULES || base.seq > upto)) return 'unable'
      if (fold.rules !== RULES || fold.upto > upto) {
        await forgetFold(tx, origin)
        return 'more'
      }
      if (fold.upto === upto) return 'there'
      const next = Math.min(fold.upto + page, upto)
      await foldPage(tx, origin, fold.upto, next)
      await setFold(tx, origin, { rules: RULES, upto: next })
      return 'more'
    })

  /** Pieces of the snapshot at `upto`, up to which the log is sorted; `undefined` when another process went on meanwhile. */
  const cut = (origin: CellId, upto: number, agedBefore: Date): Promise<Pieces | undefined> =>
    db.tx(async (tx) => {
      const fold = await lockFold(tx, origin, RULES)
      if (fold?.upto !== upto || fold.rules !== RULES) return undefined
      await ageKept(tx, origin, upto, agedBefore)
      const cutter = makePieceCutter()
      for (let after = 0; ; ) {
        const hashes = await keptHashes(tx, origin, upto, after, PAGE)
        for (const { seq, hash } of hashes) cutter.take(seq, hash)
        const last = hashes.at(-1)
        if (last === undefined) return cutter.end()
        after = last.seq
      }
    })

  // ---------------------------------------------------------------- of others

  const examine = async (claim: Claim): Promise<boolean> => {
    const { origin, seq, upto } = claim
    const [record] = await recordsAfter(db, origin, seq - 1, 1)
    const body = record === undefined || record.seq !== seq ? undefined : checkpointBody(record)
    if (body === undefined || body.rules !== RULES) return passOver(claim)
    const folded = await foldTo(origin, upto)
    if (folded === 'unable') return passOver(claim)
    if (folded !== 'there') return folded === 'more'
    const found = await cut(origin, upto, new Date(body.agedBefore))
    if (found === undefined) return false
    await db.tx((tx) => settle(tx, claim, body, found))
    return true
  }

  const passOver = async (claim: Claim): Promise<boolean> => {
    await db.tx((tx) => setCheckpoint(tx, claim, 'passed-over', null))
    return true
  }

  const settle = async (tx: Tx, claim: Claim, body: CheckpointBody, { pieces, records }: Pieces): Promise<void> => {
    const { origin, seq, upto } = claim
    const hash = (await hashesBetween(tx, origin, upto, upto)).get(upto)
    const agrees = piecesDigest(pieces) === body.digest && records === body.records && hash === body.hash
    await setCheckpoint(tx, claim, agrees ? 'good' : 'differs', agrees ? pieces : null)
    if (agrees) return dropUnserved(tx, origin)
    // Its writer signed a snapshot that is not that of its log: newcomers would be told something else than everybody knows.
    await raiseAlarm(tx, origin, 'checkpoint-differs', { seq, upto, records, said: body.records }, clock.now())
    log.error({ origin, seq, upto }, 'checkpoint-differs')
  }

  // ---------------------------------------------------------------- of the logs written here

  const make = async (written: WrittenLog): Promise<boolean> => {
    const { origin, epoch, opened, head, checkpointed } = written
    const due = Math.floor((head - checkpointed) / every)
    if (due < 1) return false
    // A number that stands still while the log grows; and of the epoch that is written now, as its writer vouches for it.
    const upto = Math.max(checkpointed + due * every, opened)
    const folded = await foldTo(origin, upto)
    if (folded !== 'there') return folded === 'more'
    const agedBefore = await agedBeforeNext(origin)
    const found = await cut(origin, upto, agedBefore)
    if (found === undefined) return false
    await db.tx((tx) => append(tx, { origin, epoch, upto, agedBefore }, found))
    return false
  }

  /** Never earlier than in the checkpoint before: what is gone stays gone, whichever checkpoints a reader has seen. */
  const agedBeforeNext = async (origin: CellId): Promise<Date> => {
    const wanted = clock.now().getTime() - AGED_DAYS * DAY_MS
    const [newest] = await servedCheckpoints(db, origin)
    const [record] = newest === undefined ? [] : await recordsAfter(db, origin, newest.seq - 1, 1)
    const before = record === undefined ? undefined : checkpointBody(record)?.agedBefore
    return new Date(Math.max(wanted, before === undefined ? 0 : Date.parse(before)))
  }

  const append = async (tx: Tx, { origin, epoch, upto, agedBefore }: Making, found: Pieces): Promise<void> => {
    await lockWriting(tx)
    const [writing] = await tx.sql<{ epoch: number }>(
      `select epoch::float8 as epoch from platform.writing where origin = $1 for update`,
      [origin],
    )
    const hash = (await hashesBetween(tx, origin, upto, upto)).get(upto)
    const [log] = await findLogs(tx, [origin])
    // Another cell writes it by now, or another process was quicker.
    if (writing?.epoch !== epoch || hash === undefined || log?.head == null) return
    if (((await servedCheckpoints(tx, origin))[0]?.upto ?? 0) >= upto) return
    const { pieces, records } = found
    const body = {
      ...{ upto, epoch, hash, rules: RULES, agedBefore: agedBefore.toISOString() },
      ...{ records, pieces: pieces.length, digest: piecesDigest(pieces) },
    }
    const op = { kind: CHECKPOINT_MADE, at: clock.now(), subject: origin, body, audience: '{}' }
    // Alone, so that the signature on it is the writer's on this and nothing else.
    const seq = await appendNumbered(tx, identity, origin, epoch, log.head, [op])
    await setCheckpoint(tx, { origin, seq, upto }, 'good', pieces)
    await dropUnserved(tx, origin)
    deps.log.info({ origin, upto, records }, 'checkpoint-made')
  }

  const dropUnserved = async (tx: Tx, origin: CellId): Promise<void> => {
    const oldest = (await servedCheckpoints(tx, origin)).at(-1)
    if (oldest !== undefined) await dropGone(tx, origin, oldest.upto)
  }

  return { step }
}

interface Pieces {
  readonly pieces: readonly Piece[]
  readonly records: number
}

interface Making {
  readonly origin: CellId
  readonly epoch: number
  readonly upto: number
  readonly agedBefore: Date
}

import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { putRecords } from '../platform/oplog.put.ts'
import { lockWriting } from '../platform/oplog.sequencer.ts'
import type { Applying } from './applying.service.ts'
import { commonEnd, newestEpoch, type Opening, reconsider } from './branch.ts'
import type { Directory } from './directory.ts'
import { decideIntake } from './intake.ts'
import {
  BEGIN_COPY,
  branchOf,
  giveUpAfter,
  hashesBetween,
  type LogRow,
  lockLog,
  raiseAlarm,
  recordsAfter,
  saveBranch,
  setAsideUnnumbered,
} from './log.sql.ts'
import { type CellId, EPOCH_OPENED, type LogRecord } from './log-record.ts'
import { isSignedBy, type KnownOpening, openedBody, openingRefusal } from './opening.ts'
import { noteLost, noteShared } from './regained.sql.ts'
import type { Registry } from './registry.service.ts'
import type { Run } from './runs.ts'
import { saveSealingKey } from './sealing.service.ts'
import { forgetCheckpoints, letGoOfBase } from './snapshot.sql.ts'
import { extraOf, type LogHeadLine } from './wire.ts'

/** Why something that came was not taken. Everything refused is counted by this name. */
export type TakeRefusal =
  | 'hash-does-not-fit'
  | 'not-signed'
  | 'opening-refused'
  | 'gap'
  | 'written-here'
  | 'own-records-unknown'
  | 'unknown-cell'

export type Taken =
  | { readonly took: number; readonly refused?: undefined; readonly stopped?: undefined }
  | { readonly took: 0; readonly refused: TakeRefusal; readonly stopped?: undefined }
  | { readonly took: 0; readonly refused?: undefined; readonly stopped: string }
const took = (count: number): Taken => ({ took: count })
const refused = (why: TakeRefusal): Taken => ({ took: 0, refused: why })

export interface IntakeParts {
  readonly deps: Pick<Deps, 'db' | 'clock' | 'log'>
  readonly self: CellId
  readonly directory: () => Directory
  readonly applying: Applying
  readonly registry: Registry
}

/**
 * Takes what other cells hand on, from the network or from a file, in one transaction per run. `header` comes first: it may make us
 * follow a newer branch. What both give back are decisions; they throw only when the database does.
 */
export interface Intake {
  header(head: LogHeadLine): Promise<Taken>
  run(run: Run): Promise<Taken>
}

/** Records of a kept log that are handed over again at once after it was cut back. */
const PAGE = 500

export const makeIntake = ({ deps, self, directory, applying, registry }: IntakeParts): Intake => {
  const { db, clock, log } = deps
  /** Hash of the opening last seen at the head of each log, where it was of the branch we follow: nothing to decide again. */
  const headsSeen = new Map<CellId, string>()

  const header = async (head: LogHeadLine): Promise<Taken> => {
    const { opening, openingRecomputed, signature } = head
    if (openingRecomputed !== opening.hash) return refused('hash-does-not-fit')
    if (!directory().cells.some(({ id }) => id === head.origin)) return refused('unknown-cell')
    if (headsSeen.get(head.origin) === opening.hash) return took(0)
    const body = openedBody(opening)
    if (body === undefined) return refused('opening-refused')
    const outcome = await db.tx(async (tx) => {
      if (await mayBeOurs(tx, head.origin)) await lockWriting(tx)
      const row = await lockLog(tx, head.origin)
      const before = row.following.openings
      if (isSame(before, body.openings) && row.following.doubts === 0) return 'ours' as const
      // The shape of the whole branch stands in this one record: it is followed only if its writer was allowed to open it.
      const current = body.openings.at(-2)?.epoch ?? 0
      if (openingRefusal(opening, signature, current, directory()) !== null) return refused('opening-refused')
      const following = reconsider(branchOf(row), row.following, body.openings)
      if (following.openings === before) {
        if (following.doubts !== row.following.doubts) await saveBranch(tx, head.origin, row.openings, following)
        return took(0)
      }
      await follow(tx, row, following.openings, { seq: opening.seq, writer: body.writer })
      return 'ours'
    })
    if (outcome !== 'ours') return outcome
    headsSeen.set(head.origin, opening.hash)
    return took(0)
  }

  /** Cuts our copy back to what it shares with the branch, and stops writing this log if we did. */
  const follow = async (
    tx: Tx,
    row: LogRow,
    openings: readonly Opening[],
    newest: { readonly seq: number; readonly writer: CellId },
  ): Promise<void> => {
    const now = clock.now()
    const { origin } = row
    const common = commonEnd(branchOf(row), { openings, end: Number.MAX_SAFE_INTEGER })
    // A snapshot is of one place. Before it there is nothing to go back to: the copy begins anew.
    const shared = common < row.base ? 0 : common
    const newestEpochThere = newestEpoch({ openings })
    const given = shared < (row.head?.seq ?? 0) ? await giveUpAfter(tx, origin, shared, newestEpochThere, now) : []
    if (shared < common) await letGoOfBase(tx, origin, common, newestEpochThere)
    else if (given.length > 0) await forgetCheckpoints(tx, origin)
    const kept = row.openings.filter(({ seq }) => seq <= shared)
    await saveBranch(tx, origin, kept, { openings, doubts: 0 })
    await stopWriting(tx, origin, newest.writer, now)
    if (origin === self) await noteShared(tx, shared)
    if (given.length === 0) return
    log.warn({ origin, shared, givenUp: given.length, epoch: newestEpochThere }, 'oplog-branch-given-up')
    await raiseAlarm(tx, origin, 'branch-given-up', { shared, givenUp: given.length, epoch: newestEpochThere }, now)
    await rewind(tx, origin, given, now)
  }

  const stopWriting = async (tx: Tx, origin: CellId, writer: CellId, now: Date): Promise<void> => {
    const rows = await tx.sql<{ own: boolean }>(`delete from platform.writing where origin = $1 returning own`, [
      origin,
    ])
    const aside = await setAsideUnnumbered(tx, origin, `log written by ${writer}`, now)
    if (aside > 0) await raiseAlarm(tx, origin, 'set-aside', { ops: aside, writer }, now)
    if (origin === self && rows.length > 0) await noteLost(tx, self, now)
    if (origin === self)
      await tx.sql(`update platform.cell set state = 'stood-in', state_since = $1 where state = 'writing'`, [now])
    if (rows.length > 0) log.error({ origin, writer }, 'cell-writes-no-more')
  }

  /** What was folded from the log is made anew: the slices forget, and hear everything that is kept again. */
  const rewind = async (tx: Tx, origin: CellId, given: readonly LogRecord[], now: Date): Promise<void> => {
    await tx.sql(`delete from exchange.unapplied where origin = $1`, [origin])
    for (const handler of registry.rewound) await handler(tx, origin, given, now)
    for (let after = 0; ; ) {
      const page = await recordsAfter(tx, origin, after, PAGE)
      if (page.length === 0) return
      await applying.hand(tx, origin, page, await waitingOf(tx, origin), now)
      after = page.at(-1)?.seq ?? after
    }
  }

  const waitingOf = async (tx: Tx, origin: CellId): Promise<ReadonlySet<string>> => {
    const rows = await tx.sql<{ kind: string }>(`select kind from exchange.unapplied where origin = $1`, [origin])
    return new Set(rows.map(({ kind }) => kind))
  }

  const run = async (given: Run): Promise<Taken> => {
    const [first] = given.records
    if (first === undefined) return took(0)
    if (given.records.some((record, index) => record.hash !== given.recomputed[index]))
      return refused('hash-does-not-fit')
    const outcome = await db.tx((tx) => takeRun(tx, given), { begin: BEGIN_COPY })
    if (outcome.took > 0) await tellApplied([given.origin])
    return outcome
  }

  const takeRun = async (tx: Tx, given: Run): Promise<Taken> => {
    const { origin, records, signature } = given
    const [first] = records
    const last = records.at(-1)
    if (first === undefined || last === undefined) return took(0)
    if (origin === self) await lockWriting(tx)
    const row = await lockLog(tx, origin)
    if (row.stoppedAt !== null) return { took: 0, stopped: row.stoppedWhy ?? 'stopped' }
    const writer = signerOf(row, first, signature)
    if (writer === undefined) return refused(first.seq > (row.head?.seq ?? 0) + 1 ? 'gap' : 'opening-refused')
    if (!isSignedBy(directory(), writer, last, signature)) return refused('not-signed')
    // Signed by us, and we do not know it: this database has forgotten something, whatever the mark says.
    if (row.written) return refused(last.seq > (row.head?.seq ?? 0) ? 'own-records-unknown' : 'written-here')
    const fresh = await freshOf(tx, row, given)
    if (!Array.isArray(fresh)) return fresh
    if (fresh.length === 0) return took(0)
    const now = clock.now()
    await keep(tx, given, fresh)
    await noteOpening(tx, row, fresh)
    await applying.hand(tx, origin, fresh, new Set(row.waiting), now)
    return took(fresh.length)
  }

  /** The records of a run from the first that is new here: after it all are. */
  const keep = (tx: Tx, { origin, records, bodyTexts, signature }: Run, fresh: readonly LogRecord[]): Promise<void> => {
    const known = records.length - fresh.length
    const rows = fresh.map((record, index) => ({
      ...record,
      body: bodyTexts[known + index] ?? '',
      extra: extraOf(record),
      signature: index === fresh.length - 1 ? signature : null,
    }))
    const [first] = fresh
    return putRecords(tx, origin, first?.epoch ?? 0, first?.seq ?? 0, rows)
  }

  /** Who must have signed the run: the writer of its epoch, which it may itself open. */
  const signerOf = (row: LogRow, first: LogRecord, signature: Buffer): CellId | undefined => {
    if (first.kind !== EPOCH_OPENED) return row.openings.find(({ epoch }) => epoch === first.epoch)?.writer
    const body = openedBody(first)
    if (body === undefined) return undefined
    const current = row.openings.filter(({ seq }) => seq < first.seq).at(-1)?.epoch ?? 0
    // An opening is signed alone, so that who follows a branch by it needs nothing else.
    return openingRefusal(first, signature, current, directory()) === null ? body.writer : undefined
  }

  const freshOf = async (tx: Tx, row: LogRow, { records, recomputed }: Run): Promise<LogRecord[] | Taken> => {
    const fresh: LogRecord[] = []
    let head = row.head
    const [first] = records
    const known =
      head !== null && first !== undefined && first.seq <= head.seq
        ? await hashesBetween(tx, row.origin, first.seq, head.seq)
        : new Map<number, string>()
    const view = {
      get head() {
        return head
      },
      hashAt: (seq: number) => known.get(seq),
    }
    for (const [index, record] of records.entries()) {
      const intake = decideIntake(view, row.following.openings, record, recomputed[index] ?? '')
      switch (intake.take) {
        case 'apply':
          fresh.push(record)
          head = { epoch: record.epoch, seq: record.seq, hash: record.hash }
          break
        case 'have':
          break
        case 'wait':
          return refused('gap')
        case 'other-branch':
          return took(0)
        case 'fork':
          return stop(tx, row, intake.seq, record)
        case 'refuse':
          return refused('hash-does-not-fit')
      }
    }
    return fresh
  }

  /** Two records of one writer for one place. Both signatures are good: this is no accident of the network. */
  const stop = async (tx: Tx, row: LogRow, seq: number, record: LogRecord): Promise<Taken> => {
    const now = clock.now()
    await tx.sql(`update exchange.log set stopped_at = $2, stopped_why = 'fork' where origin = $1`, [row.origin, now])
    const ours = (await recordsAfter(tx, row.origin, seq - 1, 1))[0]
    const theirs = { epoch: record.epoch, seq: record.seq, hash: record.hash, prevHash: record.prevHash }
    await raiseAlarm(tx, row.origin, 'fork', { seq, ours: ours?.hash ?? null, theirs }, now)
    log.fatal({ origin: row.origin, seq, epoch: record.epoch }, 'oplog-fork')
    return { took: 0, stopped: 'fork' }
  }

  const noteOpening = async (tx: Tx, row: LogRow, fresh: readonly LogRecord[]): Promise<void> => {
    const opened: KnownOpening[] = []
    for (const record of fresh) {
      const body = openedBody(record)
      if (body === undefined) continue
      opened.push({ epoch: record.epoch, seq: record.seq, writer: body.writer, reason: body.reason })
      if (body.sealingKey !== undefined)
        await saveSealingKey(tx, record.origin, body.sealingKey, record.seq, new Date(record.at))
    }
    if (opened.length > 0) await saveBranch(tx, row.origin, [...row.openings, ...opened], row.following)
  }

  const mayBeOurs = async (tx: Tx, origin: CellId): Promise<boolean> => origin === self || isWritten(tx, origin)

  const isWritten = async (tx: Tx, origin: CellId): Promise<boolean> =>
    (await tx.sql(`select from platform.writing where origin = $1`, [origin])).length > 0

  const tellApplied = async (origins: readonly CellId[]): Promise<void> => {
    for (const handler of registry.applied)
      await handler(origins).catch((error: unknown) => log.error({ err: error }, 'duty-after-records-failed'))
  }

  return { header, run }
}

const isSame = (one: readonly Opening[], other: readonly Opening[]): boolean =>
  one.length === other.length &&
  one.every((opening, index) => opening.epoch === other[index]?.epoch && opening.seq === other[index]?.seq)

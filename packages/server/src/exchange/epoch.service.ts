import type { Db, Queries, Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import type { Logger } from '../platform/logger.ts'
import type { CellIdentity } from '../platform/oplog.key.ts'
import { appendNumbered, lockWriting, NO_END, TIMELINE_SQL } from '../platform/oplog.sequencer.ts'
import type { Approval } from './approval.ts'
import { newestEpoch } from './branch.ts'
import { type EpochReason, nextEpoch } from './epoch.ts'
import { findLogs, lockLog, raiseAlarm, saveBranch, setAsideUnnumbered } from './log.sql.ts'
import { type CellId, EPOCH_OPENED } from './log-record.ts'
import { goneFrom, isBehind, type Marks, type Remembered } from './mark.service.ts'
import { FOUNDING_EPOCH } from './opening.ts'
import type { OpenedHere } from './ports.ts'
import {
  findSetAside,
  isRegained,
  type Lived,
  livedOf,
  noteLost,
  regainedRecords,
  saidRecords,
} from './regained.sql.ts'
import type { Registry } from './registry.service.ts'
import { type PublicSealingKey, saveSealingKey } from './sealing.service.ts'

export const CELL_STATES = ['writing', 'recovering', 'stood-in'] as const
export type CellState = (typeof CELL_STATES)[number]

export interface CellRow {
  readonly state: CellState
  readonly since: Date
  readonly founded: boolean
  /** PostgreSQL was not promoted since the epoch was opened; `null` when this cell writes nothing. */
  readonly sameTimeline: boolean | null
  readonly writing: readonly CellId[]
}

export const cellRow = async (db: Queries): Promise<CellRow> => {
  const [row] = await db.sql<{
    state: CellState
    since: Date
    founded: boolean
    same: boolean | null
    writing: string[]
  }>(
    `select c.state, c.state_since as since, c.founded,
            (select bool_and(w.timeline = ${TIMELINE_SQL}) from platform.writing w) as same,
            array(select w.origin from platform.writing w order by w.origin) as writing
       from platform.cell c`,
  )
  if (row === undefined) throw new Error('The cell has no identity')
  return { state: row.state, since: row.since, founded: row.founded, sameTimeline: row.same, writing: row.writing }
}

export interface Opened {
  readonly epoch: number
  readonly seq: number
}

export interface OpenOptions {
  readonly reason: EpochReason
  readonly approvals?: readonly Approval[]
  readonly approvedBy?: readonly string[]
  /** The number the operators signed; absent: the next by the clock. */
  readonly epoch?: number
  /** With what to seal for whoever writes this log from now on. */
  readonly sealingKey: PublicSealingKey
  /** What the data folder remembers of this log: the new epoch is above it, and what is missing is said. */
  readonly remembered?: Remembered | undefined
}

/**
 * Opens an epoch of a log: from now on this cell writes it. Numbered and signed at once and alone: until the opening has its place,
 * nobody can tell which of two epochs is the newer.
 */
export const openEpoch = async (
  tx: Tx,
  identity: CellIdentity,
  origin: CellId,
  options: OpenOptions,
  registry: Registry,
  now: Date,
): Promise<Opened> => {
  await lockWriting(tx)
  const row = await lockLog(tx, origin)
  const current = Math.max(
    newestEpoch({ openings: row.openings }),
    newestEpoch(row.following),
    options.remembered?.epoch ?? 0,
  )
  const founding = options.reason === 'founded'
  const epoch = options.epoch ?? (founding ? FOUNDING_EPOCH : nextEpoch(current, now.getTime(), identity.region))
  if (epoch <= current) throw new Error(`Epoch ${epoch} of ${origin} is not above ${current}`)
  const seq = (row.head?.seq ?? 0) + 1
  const own = origin === identity.region
  const lived = await tablesOf(tx, origin, own, seq - 1)
  const openings = [...row.openings.map((one) => ({ epoch: one.epoch, seq: one.seq })), { epoch, seq }]
  const body = {
    writer: identity.region,
    reason: options.reason,
    approvedBy: options.approvedBy ?? [],
    approvals: options.approvals ?? [],
    openings,
    sealingKey: options.sealingKey,
  }
  const audience = JSON.stringify({ roles: ['admin', 'placement_desk'] })
  const op = { kind: EPOCH_OPENED, at: now, subject: origin, body, audience }
  await appendNumbered(tx, identity, origin, epoch, row.head ?? NO_END, [op])
  const opened = { epoch, seq, writer: identity.region, reason: options.reason }
  await saveBranch(tx, origin, [...row.openings, opened], { openings, doubts: 0 })
  await tx.sql(
    `insert into platform.writing (origin, own, epoch, timeline, since)
     values ($1, $2, $3, ${TIMELINE_SQL}, $4)
     on conflict (origin) do update set epoch = excluded.epoch, timeline = excluded.timeline, since = excluded.since`,
    [origin, own, epoch, now],
  )
  if (own) await tx.sql(`update platform.cell set state = 'writing', state_since = $1, founded = true`, [now])
  await saveSealingKey(tx, origin, options.sealingKey, seq, now)
  const gone = goneFrom({ epoch: newestEpoch({ openings: row.openings }), seq: seq - 1 }, options.remembered)
  if (options.reason === 'restored' && gone > 0)
    await raiseAlarm(tx, origin, 'records-gone', { gone, behind: seq - 1 }, now)
  const steps: (() => Promise<void>)[] = []
  const opening = {
    origin,
    epoch,
    reason: options.reason,
    afterwards: (step: () => Promise<void>) => void steps.push(step),
  }
  const here = await openedHere(tx, opening, lived)
  for (const handler of registry.opened) await handler(tx, here, now)
  for (const step of steps) await step()
  return { epoch, seq }
}

/** Where the tables end in the log: nowhere for another region's, at its end for one that was written here until now. */
const tablesOf = async (tx: Tx, origin: CellId, own: boolean, end: number): Promise<Lived> => {
  if (!own) return { livedTo: 0, lostAt: null }
  const { writes, ...lived } = await livedOf(tx)
  if (writes) return { livedTo: end, lostAt: null }
  await findSetAside(tx, origin, lived)
  return lived
}

const openedHere = async (
  tx: Tx,
  opened: Pick<OpenedHere, 'origin' | 'epoch' | 'reason' | 'afterwards'>,
  lived: Lived,
): Promise<OpenedHere> => ({
  ...opened,
  ...lived,
  isRegained: await isRegained(tx, opened.origin, lived.livedTo),
  regained: (kinds) => regainedRecords(tx, opened.origin, lived.livedTo, kinds),
  said: (kinds) => saidRecords(tx, opened.origin, kinds),
})

/**
 * This database may have forgotten what the cell had decided: nothing gets a number until the others were asked. What had no number
 * yet is set aside, since it may have got one in the life that was lost.
 */
export const enterRecovering = async (tx: Tx, self: CellId, why: string, now: Date): Promise<void> => {
  await lockWriting(tx)
  const rows = await tx.sql<{ origin: string; own: boolean }>(`delete from platform.writing returning origin, own`)
  if (rows.some(({ own }) => own)) await noteLost(tx, self, now)
  await tx.sql(`update platform.cell set state = 'recovering', state_since = $1`, [now])
  for (const origin of new Set([self, ...rows.map((row) => row.origin)])) {
    const aside = await setAsideUnnumbered(tx, origin, why, now)
    if (aside > 0) await raiseAlarm(tx, origin, 'set-aside', { ops: aside, why }, now)
  }
  await raiseAlarm(tx, self, 'recovering', { why }, now)
}

export interface Beginning {
  readonly deps: Pick<Deps, 'db' | 'clock' | 'log'>
  readonly identity: CellIdentity
  readonly registry: Registry
  readonly sealingKey: PublicSealingKey
  /** Are there other cells to ask? */
  readonly alone: boolean
}

/**
 * What a cell does with its own log before it serves anybody: founds it, goes on in it, finds that it was restored, or that
 * PostgreSQL was promoted. A cell without neighbours has nobody to ask and goes on at once, in a higher epoch.
 */
export const beginLog = async (
  { deps, identity, registry, sealingKey, alone }: Beginning,
  marks: Marks,
): Promise<void> => {
  const { db, clock, log } = deps
  const self = identity.region
  const now = clock.now()
  const cell = await cellRow(db)
  const behind = await findBehind(db, marks, self, cell)
  if (behind.length > 0 && cell.state !== 'stood-in') {
    log.fatal({ logs: behind }, 'database-is-behind-what-was-shown')
    await db.tx((tx) => enterRecovering(tx, self, 'the database is behind the mark in the data folder', now))
    if (alone) await reopen({ db, identity, registry, sealingKey }, marks, 'restored', now)
    return
  }
  if (cell.state === 'writing' && cell.sameTimeline === false)
    await reopenAfterPromotion({ db, identity, registry, sealingKey }, now)
  if (cell.state !== 'recovering') return
  if (!alone) return
  const reason = cell.founded || behind.length > 0 ? 'restored' : 'founded'
  await reopen({ db, identity, registry, sealingKey }, marks, reason, now)
}

/** Logs of ours of which somebody saw more than is here. */
const findBehind = async (
  db: Db,
  marks: Marks,
  self: CellId,
  { writing }: Pick<CellRow, 'writing'>,
): Promise<readonly CellId[]> => {
  const ours = [...new Set([self, ...writing])]
  const rows = await findLogs(db, ours)
  return ours.filter((origin) => {
    const row = rows.find((one) => one.origin === origin)
    const have = { epoch: newestEpoch({ openings: row?.openings ?? [] }), seq: row?.head?.seq ?? 0 }
    return isBehind(have, marks.get(origin))
  })
}

export interface Reopening {
  readonly db: Db
  readonly identity: CellIdentity
  readonly registry: Registry
  readonly sealingKey: PublicSealingKey
}

/**
 * Everybody who can be reached has told what they know of the own log. A neighbour that writes it meanwhile goes on: this cell is stood
 * in for until its people agree on the minute (`dure cell return`). While the branch that is followed has not come whole, `null`.
 */
export const endRecovery = async (parts: Reopening, marks: Marks, now: Date): Promise<Opened | 'stood-in' | null> => {
  const { db, identity } = parts
  const [row] = await findLogs(db, [identity.region])
  if (row !== undefined && newestEpoch(row.following) > newestEpoch({ openings: row.openings })) return null
  const writer = row?.openings.at(-1)?.writer
  if (writer === undefined || writer === identity.region) return reopen(parts, marks, 'restored', now)
  await db.sql(`update platform.cell set state = 'stood-in', state_since = $1 where state = 'recovering'`, [now])
  return 'stood-in'
}

/** Opens a higher epoch of the own log, above what the mark remembers. */
export const reopen = (
  { db, identity, registry, sealingKey }: Reopening,
  marks: Marks,
  reason: EpochReason,
  now: Date,
): Promise<Opened> =>
  db.tx((tx) => {
    const remembered = marks.get(identity.region)
    return openEpoch(tx, identity, identity.region, { reason, remembered, sealingKey }, registry, now)
  })

/**
 * PostgreSQL was promoted under the running cell. A standby that had not yet received what others were shown has forgotten it, like a
 * backup; one that had goes on in a higher epoch.
 */
export const goOnAfterPromotion = async (parts: Reopening, marks: Marks, log: Logger, now: Date): Promise<void> => {
  const self = parts.identity.region
  const behind = await findBehind(parts.db, marks, self, await cellRow(parts.db))
  if (behind.length === 0) return reopenAfterPromotion(parts, now)
  log.fatal({ logs: behind }, 'promoted-database-is-behind-what-was-shown')
  await parts.db.tx((tx) =>
    enterRecovering(tx, self, 'the promoted database is behind the mark in the data folder', now),
  )
}

/** Every log this cell writes goes on in a higher epoch; what was committed and not numbered is numbered in it. */
export const reopenAfterPromotion = async (
  { db, identity, registry, sealingKey }: Reopening,
  now: Date,
): Promise<void> => {
  await db.tx(async (tx) => {
    await lockWriting(tx)
    const rows = await tx.sql<{ origin: string; own: boolean }>(
      `select origin, own from platform.writing where timeline <> ${TIMELINE_SQL} order by origin`,
    )
    for (const { origin, own } of rows) {
      if (own) await openEpoch(tx, identity, origin, { reason: 'promoted', sealingKey }, registry, now)
      // A new epoch of another's log needs its operators' word. The mark says that nothing anybody saw is missing: it goes on.
      else await tx.sql(`update platform.writing set timeline = ${TIMELINE_SQL} where origin = $1`, [origin])
    }
  })
}

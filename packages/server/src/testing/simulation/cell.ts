import {
  type Branch,
  commonEnd,
  EMPTY_BRANCH,
  FOLLOWS_NOTHING,
  newestEpoch,
  type Opening,
  reconsider,
} from '../../exchange/branch.ts'
import { isOfBranch } from '../../exchange/checkpoint.ts'
import { type EpochReason, epochRefusal, nextEpoch } from '../../exchange/epoch.ts'
import { decideIntake, GENESIS_HASH } from '../../exchange/intake.ts'
import type { CellId, LogRecord } from '../../exchange/log-record.ts'
import { EPOCH_OPENED } from '../../exchange/log-record.ts'
import { allOf, type Base, branchOf, type Copy, type Fault, lastOf, type Pending, quickHash } from './copies.ts'
import { atomically, atWrite } from './crash.ts'
import { emptyRegion, fold, type RegionOp, type RegionState } from './region-state.ts'
import { type Snapshot, snapshotOf } from './snapshots.ts'
import type { Watcher } from './watcher.ts'

/** What survives a crash; what a backup holds. */
export interface Durable {
  readonly copies: Map<CellId, Copy>
  /** Decisions of branches that were given up, to be taken anew by the one who writes their region now. */
  readonly redo: Map<CellId, RegionOp[]>
  nextId: number
  /** Epochs up to this one were opened before the last restore. */
  restoredAtEpoch: number
}

export interface Cell {
  readonly id: CellId
  durable: Durable
  alive: boolean
  pausedUntil: number
  /** The process ends after so many more writes; null: it does not. */
  crashIn: number | null
  /** Restored from a backup and still learning from others what it had decided. */
  recoveringUntil: number | null
  readonly skewMs: number
}

export const emptyDisk = (): Durable => ({ copies: new Map(), redo: new Map(), nextId: 1, restoredAtEpoch: 0 })

export const newCell = (id: CellId, skewMs: number): Cell => ({
  id,
  durable: emptyDisk(),
  alive: true,
  pausedUntil: 0,
  crashIn: null,
  recoveringUntil: null,
  skewMs,
})

export const copyOf = (cell: Cell, origin: CellId): Copy => {
  const known = cell.durable.copies.get(origin)
  if (known !== undefined) return known
  const copy: Copy = {
    records: [],
    base: null,
    following: FOLLOWS_NOTHING,
    gaveUp: 0,
    state: emptyRegion(),
    outbox: [],
  }
  cell.durable.copies.set(origin, copy)
  return copy
}

/**
 * A cell writes a region's log in the epoch it opened itself, and only while it holds all it wrote in it: not when it was restored since
 * (it may have forgotten), and not when it gave up a part for a newer epoch it has heard of.
 */
export const writes = (cell: Cell, origin: CellId): boolean => {
  const { state, gaveUp } = copyOf(cell, origin)
  const forgotten = Math.max(gaveUp, cell.durable.restoredAtEpoch)
  return cell.recoveringUntil === null && state.writer === cell.id && state.epoch > forgotten
}

/** One transaction: the change and the op together. */
export const commit = (cell: Cell, origin: CellId, op: RegionOp, watcher: Watcher): void => {
  atWrite(cell)
  const copy = copyOf(cell, origin)
  const id = `${cell.id}:${cell.durable.nextId++}`
  fold(copy.state, op)
  copy.outbox.push({ id, op })
  watcher.committed(origin, cell.id, copy.state, op)
}

/** Numbers what was committed, in the order of commit. Without a sequencer, numbers are those drawn at the start of each transaction. */
export const sequence = (cell: Cell, fault: Fault, late: (index: number) => boolean): void => {
  for (const [origin, copy] of cell.durable.copies) {
    if (copy.outbox.length === 0) continue
    atWrite(cell)
    const waiting = fault === 'cursor-on-identity' ? copy.outbox.filter((_, index) => late(index)) : []
    for (const pending of copy.outbox) if (!waiting.includes(pending)) number(origin, copy, pending, fault)
    copy.outbox = waiting
  }
}

const number = (origin: CellId, copy: Copy, { id, op }: Pending, fault: Fault) => {
  const last = lastOf(copy)
  const epoch = op.kind === EPOCH_OPENED ? op.epoch : (last?.epoch ?? 1)
  const drawn = fault === 'cursor-on-identity' ? Number(id.split(':')[1]) : (last?.seq ?? 0) + 1
  const prevHash = last?.hash ?? GENESIS_HASH
  const bare = { origin, epoch, seq: drawn, kind: op.kind, at: '', subject: id, body: { op }, prevHash }
  copy.records.push({ ...bare, hash: chainHash(bare) })
}

/** A quick chain for the simulation; the product's is SHA-256. */
export const chainHash = (record: Omit<LogRecord, 'hash'>): string => {
  const { prevHash, origin, epoch, seq, subject, kind } = record
  return quickHash(`${prevHash}|${origin}|${epoch}|${seq}|${subject}|${kind}`)
}

const LIMIT_PER_ORIGIN = 40
/** Who lacks more than this begins with a snapshot. */
const MUCH = 30

/** A part of one origin's log as it travels, with the shape of the branch it is of. */
export interface Answer {
  readonly origin: CellId
  readonly openings: readonly Opening[]
  readonly records: readonly LogRecord[]
  /** Before them, for who lacks too much, or more than this copy has one by one. */
  readonly snapshot: Snapshot | null
}

export const vectorOf = (cell: Cell): Map<CellId, Branch> =>
  new Map([...cell.durable.copies].map(([origin, copy]) => [origin, branchOf(copy)]))

/** What a reader with this vector lacks of anything we hold: our own log and, for relaying, everybody else's. */
export const recordsAfter = (
  cell: Cell,
  have: ReadonlyMap<CellId, Branch>,
  asker: CellId,
  fault: Fault,
  watcher: Watcher,
): Answer[] =>
  [...cell.durable.copies].map(([origin, copy]) => {
    const theirs = have.get(origin) ?? EMPTY_BRANCH
    const branch = branchOf(copy)
    const { openings } = branch
    if (fault === 'cursor-on-identity') {
      const missing = copy.records.filter(({ seq }) => seq > theirs.end).sort((one, other) => one.seq - other.seq)
      return { origin, openings, records: missing.slice(0, LIMIT_PER_ORIGIN), snapshot: null }
    }
    const from = commonEnd(branch, theirs)
    const base = copy.base?.upto ?? 0
    // Of its own log a cell takes a snapshot only from who has no more.
    const wanted = from < base || (origin !== asker && (theirs.end === 0 || branch.end - from > MUCH))
    const snapshot = wanted
      ? snapshotOf(copy, from, fault, () => watcher.alarm(origin, cell.id, 'checkpoint-differs'))
      : null
    const start = Math.max(from, snapshot?.base.upto ?? 0)
    const records = start < base ? [] : copy.records.slice(start - base, start - base + LIMIT_PER_ORIGIN)
    return { origin, openings, records, snapshot }
  })

/** Takes what is next, one transaction each. */
export const receive = (cell: Cell, answers: readonly Answer[], fault: Fault, watcher: Watcher): void => {
  for (const answer of answers) {
    const copy = copyOf(cell, answer.origin)
    if (fault === 'cursor-on-identity') takeByCursor(cell, copy, answer)
    else {
      follow(cell, copy, answer)
      takeSnapshot(cell, copy, answer, fault, watcher)
      for (const record of answer.records) takeRecord(cell, copy, record, watcher)
    }
  }
}

const takeByCursor = (cell: Cell, copy: Copy, { origin, records }: Answer) => {
  for (const record of records) {
    if (record.seq <= branchOf(copy).end || writes(cell, origin)) continue
    atWrite(cell)
    copy.records.push(record)
    fold(copy.state, opOf(record))
  }
}

const opOf = ({ body }: LogRecord): RegionOp => (body as { readonly op: RegionOp }).op

const takeRecord = (cell: Cell, copy: Copy, record: LogRecord, watcher: Watcher) => {
  const last = lastOf(copy)
  const head = last === undefined ? null : { epoch: last.epoch, seq: last.seq, hash: last.hash }
  const view = { head, hashAt: (seq: number) => copy.records[seq - 1 - (copy.base?.upto ?? 0)]?.hash }
  const intake = decideIntake(view, copy.following.openings, record, chainHash(record))
  if (intake.take === 'fork' || intake.take === 'refuse') watcher.alarm(record.origin, cell.id, intake.take)
  if (intake.take !== 'apply') return
  const op = opOf(record)
  if (op.kind === EPOCH_OPENED && epochRefusal(record.origin, copy.state.epoch, op.epoch, op) !== null) {
    watcher.alarm(record.origin, cell.id, 'epoch')
    return
  }
  atWrite(cell)
  copy.records.push(record)
  fold(copy.state, op)
  takeReturned(cell, op)
}

/** Only who decides for that region takes them up; were everybody to keep them, they would be handed round for ever. */
const takeReturned = (cell: Cell, op: RegionOp) => {
  if (op.kind === 'orphans-returned' && (op.origin === cell.id || writes(cell, op.origin)))
    keepForRedo(cell, op.origin, op.ops)
}

/** One transaction. What was here before has had its effect; the tail comes record by record. */
const takeSnapshot = (
  cell: Cell,
  copy: Copy,
  { origin, snapshot, records }: Answer,
  fault: Fault,
  watcher: Watcher,
) => {
  if (snapshot === null) return
  const { checkpoint, base } = snapshot
  const branch = branchOf(copy)
  if (writes(cell, origin) || base.upto <= branch.end) return
  const theirs = { openings: base.openings, end: checkpoint.seq }
  if (!isOfBranch(theirs, { branch, followed: copy.following.openings })) return
  atWrite(cell)
  const fresh = base.kept.filter(({ seq }) => seq > branch.end)
  copy.base = fault === 'snapshot-without-its-tail' ? withoutTail(base, records.at(-1)) : base
  copy.records.length = 0
  copy.state = refold(copy)
  for (const record of fresh) takeReturned(cell, opOf(record))
  watcher.beganWithSnapshot(origin, cell.id)
}

/** The fault: what came behind the snapshot is taken as known, and the log goes on at its end. */
const withoutTail = (base: Base, last: LogRecord | undefined): Base =>
  last === undefined ? base : { ...base, upto: last.seq, kept: [...base.kept, last] }

/** Someone else writes this region from an earlier point: what stands behind it here, numbered or not, is decided anew later. */
const follow = (cell: Cell, copy: Copy, { origin, openings }: Answer) => {
  atWrite(cell)
  const before = copy.following.openings
  const newestHeld = newestEpoch(branchOf(copy))
  copy.following = reconsider(branchOf(copy), copy.following, openings)
  if (copy.following.openings === before) return
  copy.gaveUp = Math.max(copy.gaveUp, newestHeld)
  const shared = commonEnd(branchOf(copy), { openings: copy.following.openings, end: Number.MAX_SAFE_INTEGER })
  const orphans = cutBack(copy, shared).map(opOf)
  const surplus = [...orphans, ...copy.outbox.splice(0).map(({ op }) => op)]
  copy.state = refold(copy)
  keepForRedo(cell, origin, surplus)
}

/** A snapshot is of one place: cut back behind it, the copy begins anew. Gives what stood behind what both share. */
const cutBack = (copy: Copy, shared: number): readonly LogRecord[] => {
  const { base, records } = copy
  if (base === null || shared >= base.upto) return records.splice(shared - (base?.upto ?? 0))
  copy.base = null
  return [...base.kept, ...records.splice(0)].filter(({ seq }) => seq > shared)
}

export const refold = (copy: Copy): RegionState => {
  const state = emptyRegion()
  for (const record of allOf(copy)) fold(state, opOf(record))
  for (const { op } of copy.outbox) fold(state, op)
  return state
}

/** What a backup had decided but not numbered may have been numbered since, elsewhere known: it is decided anew, never numbered again. */
export const setUnnumberedAside = (cell: Cell): void => {
  for (const [origin, copy] of cell.durable.copies) {
    keepForRedo(
      cell,
      origin,
      copy.outbox.splice(0).map(({ op }) => op),
    )
    copy.state = refold(copy)
  }
}

/** What was being handed back when its own record was given up is handed back again. */
const keepForRedo = (cell: Cell, origin: CellId, ops: readonly RegionOp[]) => {
  const worth = ops.filter(({ kind }) => kind !== EPOCH_OPENED && kind !== 'orphans-returned')
  if (worth.length > 0) cell.durable.redo.set(origin, [...(cell.durable.redo.get(origin) ?? []), ...worth])
  for (const op of ops) if (op.kind === 'orphans-returned') keepForRedo(cell, op.origin, op.ops)
}

/** Opens a higher epoch of a region's log; from now on this cell writes it. */
export const openEpoch = (
  cell: Cell,
  origin: CellId,
  reason: EpochReason,
  approvedBy: readonly string[],
  nowMs: number,
  watcher: Watcher,
) => {
  const { state, gaveUp } = copyOf(cell, origin)
  const epoch = nextEpoch(Math.max(state.epoch, gaveUp, cell.durable.restoredAtEpoch), nowMs, cell.id)
  atomically(cell, watcher, (heard) => {
    commit(cell, origin, { kind: EPOCH_OPENED, epoch, writer: cell.id, reason, approvedBy }, heard)
    // Numbered in the same transaction: until it has its place in the log, nobody can tell which of two epochs is the newer.
    sequence(cell, 'none', () => false)
    copyOf(cell, origin).following = { openings: branchOf(copyOf(cell, origin)).openings, doubts: 0 }
  })
}

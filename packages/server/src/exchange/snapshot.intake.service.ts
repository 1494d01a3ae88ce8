import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { lockWriting } from '../platform/oplog.sequencer.ts'
import type { Applying } from './applying.service.ts'
import {
  checkpointBody,
  isPiece,
  judgeManifest,
  type Manifest,
  type SnapshotRefusal,
  type SnapshotView,
} from './checkpoint.ts'
import type { Directory } from './directory.ts'
import type { Intake, Taken } from './intake.service.ts'
import { BEGIN_COPY, branchOf, emptyLog, findLogs, type LogRow, lockLog, planned, saveBranch } from './log.sql.ts'
import type { CellId, LogRecord } from './log-record.ts'
import { openedBody } from './opening.ts'
import type { Registry } from './registry.service.ts'
import { saveSealingKey } from './sealing.service.ts'
import {
  type Arriving,
  addBaseRecords,
  arrivingOf,
  beginArriving,
  dropArriving,
  insertScattered,
  pieceLines,
  saveBase,
  savePiece,
} from './snapshot.sql.ts'
import type { ArrivedPiece, SnapshotStep } from './snapshot-lines.ts'
import { readLine, recompute } from './wire.ts'

export interface Progress {
  /** Number of the checkpoint's record. */
  readonly checkpoint: number
  /** Up to where the snapshot goes. */
  readonly upto: number
  /** The first piece that is not here. */
  readonly piece: number
  readonly whole: boolean
  /** Who began to give it. */
  readonly takenFrom: CellId
}

export interface SnapshotIntakeParts {
  readonly deps: Pick<Deps, 'db' | 'clock' | 'log'>
  readonly self: CellId
  readonly directory: () => Directory
  readonly applying: Applying
  readonly registry: Registry
  readonly intake: Pick<Intake, 'header'>
}

export type SnapshotTaken =
  | { readonly took: 'part'; readonly refused?: undefined }
  /** Every piece is here, and counts now; `records`: how many of them were not here before. */
  | { readonly took: 'whole'; readonly records: number; readonly refused?: undefined }
  | { readonly took?: undefined; readonly refused: string }
const PART: SnapshotTaken = { took: 'part' }
const refuse = (why: SnapshotRefusal | string): SnapshotTaken => ({ refused: why })

/**
 * Takes a snapshot piece by piece, from the network or from a file. Nothing of it counts before its writer's signature was checked and
 * every piece is here; then it becomes the beginning of the copy in one transaction, through the same handlers as records that came
 * one by one. What is here survives a restart, and pieces may come from several cells.
 */
export interface SnapshotIntake {
  step(from: CellId, origin: CellId, step: SnapshotStep): Promise<SnapshotTaken>
  /** Where to go on. */
  progress(origin: CellId): Promise<Progress | undefined>
  /** Begins the copy with what has come, once all of it has. */
  finish(origin: CellId): Promise<SnapshotTaken>
  /** Lets go of what has come so far. */
  forget(origin: CellId): Promise<void>
}

export const makeSnapshotIntake = (parts: SnapshotIntakeParts): SnapshotIntake => {
  const { deps, self, directory, applying, registry, intake } = parts
  const { db, clock, log } = deps

  const step: SnapshotIntake['step'] = (from, origin, given) => {
    switch (given.type) {
      case 'head':
        return given.head.origin === origin ? header(given.head) : Promise.resolve(refuse('not-asked-for'))
      case 'manifest':
        return given.manifest.origin === origin ? begin(from, given.manifest) : Promise.resolve(refuse('not-asked-for'))
      case 'piece':
        return takePiece(origin, given.piece)
      case 'end':
        return given.more ? Promise.resolve(PART) : finish(origin)
    }
  }

  const header = async (head: Parameters<Intake['header']>[0]): Promise<SnapshotTaken> => {
    const taken: Taken = await intake.header(head)
    return taken.refused === undefined && taken.stopped === undefined ? PART : refuse(taken.refused ?? 'stopped')
  }

  const begin = async (from: CellId, manifest: Manifest): Promise<SnapshotTaken> => {
    const { origin, checkpoint, signature, pieces } = manifest
    const [row = emptyLog(origin)] = await findLogs(planned(db), [origin])
    const judged = judgeManifest(manifest, viewOf(row), directory())
    if (!judged.ok) return refuse(judged.why)
    const here = await arrivingOf(db, origin)
    // The same again: what has come of it stays.
    if (here?.checkpoint.hash === checkpoint.hash) return PART
    const openings = manifest.openings.map((one) => ({ record: one.record, signature: one.signature.toString('hex') }))
    const arriving = { checkpoint, signature, pieces, openings, takenFrom: from }
    await db.tx((tx) => beginArriving(tx, origin, arriving, clock.now()))
    return PART
  }

  const takePiece = async (
    origin: CellId,
    { at, records, recomputed, lines }: ArrivedPiece,
  ): Promise<SnapshotTaken> => {
    const arriving = await arrivingOf(db, origin)
    if (arriving === undefined) return refuse('not-asked-for')
    if (at < arriving.here) return PART
    if (at > arriving.here || !isPiece(arriving.pieces, at, origin, records, recomputed))
      return refuse('pieces-do-not-fit')
    await savePiece(db, origin, at, lines)
    return PART
  }

  const finish = async (origin: CellId): Promise<SnapshotTaken> => {
    const arriving = await arrivingOf(db, origin)
    if (arriving === undefined) return refuse('not-asked-for')
    if (arriving.here < arriving.pieces.length) return PART
    const taken = await db.tx((tx) => install(tx, origin, arriving), { begin: BEGIN_COPY })
    if (taken.refused !== undefined) await forget(origin)
    else await tellApplied(origin)
    return taken
  }

  const install = async (tx: Tx, origin: CellId, arriving: Arriving): Promise<SnapshotTaken> => {
    if (origin === self) await lockWriting(tx)
    const row = await lockLog(tx, origin)
    if (row.stoppedAt !== null) return refuse('stopped')
    // The branch may have changed while the pieces came: judged once more, now that nobody else can change it.
    const manifest = manifestOf(origin, arriving)
    const judged = judgeManifest(manifest, viewOf(row), directory())
    if (!judged.ok) return refuse(judged.why)
    const { upto, rules, records } = judged.body
    await saveBase(tx, origin, { ...arriving, seq: upto, rules }, clock.now())
    const signatures = new Map(manifest.openings.map(({ record, signature }) => [record.seq, signature]))
    let fresh = 0
    for (let at = 0; at < arriving.pieces.length; at += 1) fresh += await installPiece(tx, row, at, signatures)
    await saveBranch(tx, origin, judged.openings, row.following)
    await dropArriving(tx, origin)
    log.warn({ origin, upto, records, from: arriving.takenFrom }, 'snapshot-taken')
    return { took: 'whole', records: fresh }
  }

  const installPiece = async (
    tx: Tx,
    row: LogRow,
    at: number,
    signatures: ReadonlyMap<number, Buffer>,
  ): Promise<number> => {
    const { origin } = row
    const records = (await pieceLines(tx, origin, at)).flatMap((line) => {
      const read = readLine(line)
      return read?.type === 'record' ? [read.record] : []
    })
    await addBaseRecords(
      tx,
      origin,
      records.map(({ seq }) => seq),
    )
    // What was here before has had its effect.
    const fresh = records.filter(({ seq }) => seq > (row.head?.seq ?? 0))
    if (fresh.length === 0) return 0
    await insertScattered(tx, origin, fresh, signatures)
    for (const record of fresh) await keepSealingKey(tx, record)
    await applying.hand(tx, origin, fresh, await waitingOf(tx, origin), clock.now())
    return fresh.length
  }

  const keepSealingKey = async (tx: Tx, record: LogRecord): Promise<void> => {
    const key = openedBody(record)?.sealingKey
    if (key !== undefined) await saveSealingKey(tx, record.origin, key, record.seq, new Date(record.at))
  }

  const waitingOf = async (tx: Tx, origin: CellId): Promise<ReadonlySet<string>> => {
    const rows = await tx.sql<{ kind: string }>(`select kind from exchange.unapplied where origin = $1`, [origin])
    return new Set(rows.map(({ kind }) => kind))
  }

  const tellApplied = async (origin: CellId): Promise<void> => {
    for (const handler of registry.applied)
      await handler([origin]).catch((error: unknown) => log.error({ err: error }, 'duty-after-records-failed'))
  }

  const progress: SnapshotIntake['progress'] = async (origin) => {
    const arriving = await arrivingOf(db, origin)
    if (arriving === undefined) return undefined
    const { checkpoint, here, pieces, takenFrom } = arriving
    const upto = checkpointBody(checkpoint)?.upto ?? 0
    return { checkpoint: checkpoint.seq, upto, piece: here, whole: here >= pieces.length, takenFrom }
  }

  const forget: SnapshotIntake['forget'] = (origin) => dropArriving(db, origin)

  return { step, finish, progress, forget }
}

const viewOf = (row: LogRow): SnapshotView => ({
  branch: branchOf(row),
  followed: row.following.openings,
  written: row.written,
})

/** What was stored was checked when it came, hash by hash. */
const manifestOf = (origin: CellId, { checkpoint, signature, pieces, openings }: Arriving): Manifest => ({
  origin,
  checkpoint,
  checkpointRecomputed: recompute(checkpoint),
  signature,
  pieces,
  openings: openings.map(({ record, signature: hex }) => ({
    record,
    recomputed: recompute(record),
    signature: Buffer.from(hex, 'hex'),
  })),
})

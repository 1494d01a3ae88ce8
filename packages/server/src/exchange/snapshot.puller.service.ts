import type { Deps } from '../platform/deps.ts'
import { AskFailed, type Asking, askSnapshot, type Link } from './client.service.ts'
import { emptyLog, findLogs, type LogRow, planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import type { SnapshotAsk } from './snapshot.answer.service.ts'
import type { SnapshotIntake } from './snapshot.intake.service.ts'
import type { LogHeadLine } from './wire.ts'

/**
 * When a copy begins with a snapshot rather than with record 1: when nothing of the log is here, or so much is missing that reading it
 * all would take long, or when the one who is asked has nothing else. Whatever goes wrong, the whole log is asked for as ever.
 */
export interface Snapshots {
  /**
   * Before a question: takes what is due over this link. Gives the logs that are not to be asked for now, because another link takes
   * a snapshot of them, or because this peer cannot give what comes next.
   * @throws AskFailed when the link broke; what has come stays
   */
  before(link: Link, origins: readonly CellId[], asking: Asking): Promise<ReadonlySet<CellId>>
  /** What the head of an answer means: `leave` it, as a snapshot is due; or the peer has nothing for us, as its copy begins later. */
  heard(peer: CellId, head: LogHeadLine, have: number): 'go-on' | 'leave' | 'begins-later'
}

export interface SnapshotsParts {
  readonly deps: Pick<Deps, 'db' | 'clock' | 'log'>
  readonly self: CellId
  readonly intake: SnapshotIntake
  /** A copy that lacks more records than this asks for a snapshot; 0: never, unless there is no other way. */
  readonly behind: number
  /** Of the own log: has everybody who can be reached been heard, and can nobody give the whole of it? */
  readonly mayBeginOwn: () => boolean
  readonly refused: (why: string, detail: Readonly<Record<string, unknown>>) => void
}

/** A peer that gave a wrong one is not asked again for this long; one that has none yet, for this. Own choice: docs/sources/exchange.md. */
const WRONG_MS = 10 * 60_000
const NONE_MS = 5_000
/** Broken answers in a row, without a new piece, after which the whole log is asked for. */
const BROKEN_TRIES = 3

export const makeSnapshots = (parts: SnapshotsParts): Snapshots => {
  const { deps, self, intake, behind } = parts
  const busy = new Set<CellId>()
  /** By peer and log: until when not to ask for a snapshot. */
  const vain = new Map<string, number>()
  const broken = new Map<string, number>()
  /** By peer and log: where the peer's copy begins. */
  const begins = new Map<string, number>()
  /** The longest a log was said to be. */
  const lengths = new Map<CellId, number>()

  const isVain = (peer: CellId, origin: CellId) => (vain.get(of(peer, origin)) ?? 0) > performance.now()
  const inVain = (peer: CellId, origin: CellId, ms: number) => void vain.set(of(peer, origin), performance.now() + ms)
  const endOf = ({ head }: LogRow) => head?.seq ?? 0
  const beginsLater = (peer: CellId, row: LogRow) => (begins.get(of(peer, row.origin)) ?? 0) > endOf(row)
  const isFarBehind = (row: LogRow) => behind > 0 && (lengths.get(row.origin) ?? 0) - endOf(row) > behind

  const isDue = (peer: CellId, row: LogRow): boolean => {
    if (row.written || row.stoppedAt !== null || isVain(peer, row.origin)) return false
    // The own log is the record of what was decided here: without the whole of it only when nobody has it.
    if (row.origin === self) return beginsLater(peer, row) && parts.mayBeginOwn()
    return beginsLater(peer, row) || isFarBehind(row) || (behind > 0 && row.head === null)
  }

  const before: Snapshots['before'] = async (link, origins, asking) => {
    const notNow = new Set<CellId>()
    for (const row of await rowsOf(origins)) {
      if (busy.has(row.origin)) notNow.add(row.origin)
      else if (isDue(link.peer, row)) await take(link, row, asking)
    }
    for (const row of await rowsOf(origins)) if (beginsLater(link.peer, row)) notNow.add(row.origin)
    return notNow
  }

  const rowsOf = async (origins: readonly CellId[]): Promise<readonly LogRow[]> => {
    const rows = await findLogs(planned(deps.db), origins)
    return origins.map((origin) => rows.find((one) => one.origin === origin) ?? emptyLog(origin))
  }

  const take = async (link: Link, row: LogRow, asking: Asking): Promise<void> => {
    const { origin } = row
    const key = of(link.peer, origin)
    busy.add(origin)
    try {
      while (await takePart(link, row, asking)) broken.delete(key)
    } catch (error) {
      if (error instanceof AskFailed && isItsFault(error, key)) inVain(link.peer, origin, WRONG_MS)
      throw error
    } finally {
      busy.delete(origin)
    }
  }

  /** A peer that cannot be reached says nothing about its snapshot; one whose answers are wrong, or break off again and again, does. */
  const isItsFault = (error: AskFailed, key: string): boolean => {
    if (error.hostile) return true
    if (error.fault === 'unreachable' || error.fault === 'silent') return false
    const times = (broken.get(key) ?? 0) + 1
    broken.set(key, times)
    return times >= BROKEN_TRIES
  }

  /** One question; gives whether to ask on. */
  const takePart = async (link: Link, row: LogRow, asking: Asking): Promise<boolean> => {
    const { peer } = link
    const { origin } = row
    const here = await intake.progress(origin)
    if (here?.whole === true) return (await end(peer, origin, await intake.finish(origin))) === 'more'
    const worthwhile = endOf(row) + (isFarBehind(row) ? Math.floor(behind / 2) : 0)
    const goingOn = { origin, checkpoint: here?.checkpoint, piece: here?.piece ?? 0, above: worthwhile }
    const given = await askFor(link, asking, goingOn)
    if (given !== 'none') return given === 'more'
    // Who began to give it has moved on to a newer one: so do we.
    if (here !== undefined && (here.takenFrom === peer || origin === peer)) {
      await intake.forget(origin)
      return true
    }
    // Who goes on in its place may have a newer one only.
    const newer = here === undefined ? 'none' : await askFor(link, asking, newest(origin, here.upto))
    if (newer === 'none') inVain(peer, origin, NONE_MS)
    return newer === 'more'
  }

  /** `none`: the peer has no such snapshot. `ended`: it is whole, or was refused. */
  const askFor = async (link: Link, asking: Asking, wanted: SnapshotAsk): Promise<'none' | 'more' | 'ended'> => {
    const { peer } = link
    const { origin } = wanted
    try {
      for await (const step of askSnapshot(link, asking, wanted)) {
        const outcome = await end(peer, origin, await intake.step(peer, origin, step))
        if (outcome !== 'more') return 'ended'
      }
    } catch (error) {
      if (!(error instanceof AskFailed && error.status === 404)) throw error
      return 'none'
    }
    const now = await intake.progress(origin)
    if (now !== undefined && (now.piece > wanted.piece || now.checkpoint !== wanted.checkpoint)) return 'more'
    // An answer that says there is more, and gives nothing.
    await end(peer, origin, { refused: 'pieces-do-not-fit' })
    return 'ended'
  }

  const end = async (
    peer: CellId,
    origin: CellId,
    taken: Awaited<ReturnType<SnapshotIntake['step']>>,
  ): Promise<'more' | 'whole' | 'refused'> => {
    if (taken.refused === undefined) return taken.took === 'whole' ? 'whole' : 'more'
    parts.refused(taken.refused, { peer, origin, what: 'snapshot' })
    deps.log.warn({ peer, origin, why: taken.refused }, 'snapshot-refused')
    await intake.forget(origin)
    inVain(peer, origin, WRONG_MS)
    return 'refused'
  }

  const heard: Snapshots['heard'] = (peer, { origin, end: length, base }, have) => {
    begins.set(of(peer, origin), base)
    if (base > have) return 'begins-later'
    lengths.set(origin, Math.max(lengths.get(origin) ?? 0, length))
    const far = behind > 0 && length - have > behind
    return far && origin !== self && !isVain(peer, origin) ? 'leave' : 'go-on'
  }

  return { before, heard }
}

const newest = (origin: CellId, above: number): SnapshotAsk => ({ origin, checkpoint: undefined, piece: 0, above })
const of = (peer: CellId, origin: CellId): string => `${peer}/${origin}`

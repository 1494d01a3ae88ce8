import type { Tx } from '../platform/db.ts'
import type { EpochReason } from './epoch.ts'
import type { CellId, LogRecord } from './log-record.ts'

/**
 * What the exchange of logs gives to slices. A slice registers while the cell is put together; nothing here knows a slice.
 *
 * A record reaches its handler in the transaction that takes it, in the order of its log, once. Records of a region this cell writes
 * itself do not come through here: their change and their op were one transaction already.
 */
export type RecordHandler = (tx: Tx, record: LogRecord, now: Date) => Promise<void>

/**
 * An epoch opened here, in the transaction that opens it: from now on this cell writes that region's log. What the log says and these
 * tables were not made along with is to be taken up now. Of the own log that is what came back from others: after a restore, or after a
 * neighbour stood in. Of another region's log it is everything.
 */
export interface OpenedHere {
  readonly origin: CellId
  readonly epoch: number
  readonly reason: EpochReason
  /** Is there anything these tables do not know? Without it they are ahead of the log, or where it is. */
  readonly isRegained: boolean
  /** Records up to this number were decided in these tables. */
  readonly livedTo: number
  /** Ops set aside since then had not been numbered when the right to write was lost; `null`: it was not lost. */
  readonly lostAt: Date | null
  /** Done after every slice's handler, in the same transaction: what needs the others' rows to be there. */
  afterwards(step: () => Promise<void>): void
  /** The records of these kinds that these tables do not know, oldest first. */
  regained(kinds: readonly string[]): AsyncIterable<LogRecord>
  /** All records of these kinds in the log that goes on, oldest first. */
  said(kinds: readonly string[]): AsyncIterable<LogRecord>
}
export type OpenedHandler = (tx: Tx, opened: OpenedHere, now: Date) => Promise<void>

/** Who writes a region's log, as far as this cell knows. */
export interface Standing {
  readonly origin: CellId
  readonly epoch: number
  readonly writer: CellId
  /** This cell may append to it now. */
  readonly mayWrite: boolean
  /** When a record of it, or the news that there is none, last came in; `null` never (or it is our own). */
  readonly contactAt: Date | null
}

export interface ExchangePort {
  /** Several slices may follow one kind. A kind without a handler is kept and relayed all the same. */
  onRecord(kind: string, handler: RecordHandler): void
  /**
   * A region's copy was cut back to where its newer branch begins: whoever folded its records forgets what came of them. Everything
   * that is kept is handed over once more, in the same transaction, and then the branch goes on.
   * `givenUp`: the records behind the fork, oldest first. They were decided and are to be decided anew by who writes the region now.
   */
  onRewound(handler: (tx: Tx, origin: CellId, givenUp: readonly LogRecord[], now: Date) => Promise<void>): void
  /** After records were taken, and after an epoch was opened here: the transaction is over, and duties may be done. */
  onApplied(handler: (origins: readonly CellId[]) => Promise<void>): void
  /** The one door for whoever folds from logs what these tables lost or never had. */
  onOpened(handler: OpenedHandler): void
  standing(origin: CellId): Promise<Standing | null>
  standings(): Promise<readonly Standing[]>
  /** Every cell of the signed list, this one included. */
  readonly cells: readonly CellId[]
  /** HPKE to cells' keys; only they open it. Text in, base64url out; `null` while the key of one of them is not known here. */
  seal(to: CellId | readonly CellId[], text: string): Promise<string | null>
  /** `null` when it was sealed for another cell or with a key that is gone. */
  open(sealed: string): Promise<string | null>
}

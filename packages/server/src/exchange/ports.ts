import type { Tx } from '../platform/db.ts'
import type { CellId, LogRecord } from './log-record.ts'

/**
 * What the exchange of logs gives to slices. A slice registers while the cell is put together; nothing here knows a slice.
 *
 * A record reaches its handler in the transaction that takes it, in the order of its log, once. Records of a region this cell writes
 * itself do not come through here: their change and their op were one transaction already.
 */
export type RecordHandler = (tx: Tx, record: LogRecord, now: Date) => Promise<void>

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
  /** Opened here, in the transaction that opens it: from now on this cell writes that region's log. */
  onOpened(handler: (tx: Tx, origin: CellId, epoch: number, now: Date) => Promise<void>): void
  standing(origin: CellId): Promise<Standing | null>
  standings(): Promise<readonly Standing[]>
  /** Every cell of the signed list, this one included. */
  readonly cells: readonly CellId[]
  /** HPKE to another cell's key; only that cell opens it. Text in, base64url out; `null` while its key is not known here. */
  seal(to: CellId, text: string): Promise<string | null>
  /** `null` when it was sealed for another cell or with a key that is gone. */
  open(sealed: string): Promise<string | null>
}

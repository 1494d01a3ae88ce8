import { type CellId, EPOCH_OPENED, type LogRecord } from './log-record.ts'
import { CHECKPOINT_MADE } from './superseding.ts'
import { type Line, type LogHeadLine, MAX_RUN_CHARS, MAX_RUN_RECORDS } from './wire.ts'

/** Records of one log in a row, the last signed by their writer; all of one epoch. */
export interface Run {
  readonly origin: CellId
  readonly records: readonly LogRecord[]
  /** Hash of each, computed here. */
  readonly recomputed: readonly string[]
  /** Body of each, as it is hashed. */
  readonly bodyTexts: readonly string[]
  readonly signature: Buffer
}

export type Step =
  | { readonly type: 'head'; readonly head: LogHeadLine }
  | { readonly type: 'run'; readonly run: Run }
  | { readonly type: 'end'; readonly more: boolean }

export type WireFault = 'not-a-line' | 'out-of-place' | 'too-large' | 'after-the-end'

/** Whole batches are put together up to this many records: by the chain one signature vouches for all, and one transaction takes them. */
const JOIN_RECORDS = 1_000

const STAYS_ALONE: ReadonlySet<string> = new Set([EPOCH_OPENED, CHECKPOINT_MADE])

/** Makes runs from lines. Records that no signature followed are never given out. */
export const makeRunReader = () => {
  let origin: CellId | undefined
  let records: LogRecord[] = []
  let recomputed: string[] = []
  let bodyTexts: string[] = []
  let chars = 0
  let signedUpTo = 0
  let signature: Buffer | undefined
  let ended = false

  /** What is signed so far, as a run. */
  const cut = (): Step[] => {
    if (origin === undefined || signature === undefined || signedUpTo === 0) return []
    const run = {
      origin,
      records: records.slice(0, signedUpTo),
      recomputed: recomputed.slice(0, signedUpTo),
      bodyTexts: bodyTexts.slice(0, signedUpTo),
      signature,
    }
    records = records.slice(signedUpTo)
    recomputed = recomputed.slice(signedUpTo)
    bodyTexts = bodyTexts.slice(signedUpTo)
    signedUpTo = 0
    signature = undefined
    chars = 0
    return [{ type: 'run', run }]
  }

  const takeRecord = ({
    record,
    recomputed: hash,
    bodyText,
    chars: more,
  }: Extract<Line, { type: 'record' }>): Step[] | WireFault => {
    if (record.origin !== origin) return 'out-of-place'
    const last = records.at(-1)
    // A run is of one epoch: who may sign it is a matter of the epoch.
    // A checkpoint keeps the signature that is on it alone: whoever passes a snapshot on has to show it.
    const alone = record.kind === CHECKPOINT_MADE && signedUpTo === records.length
    const steps = last !== undefined && (last.epoch !== record.epoch || alone) ? cut() : []
    const before = records.at(-1)
    if (before !== undefined && (before.seq + 1 !== record.seq || before.epoch !== record.epoch)) return 'out-of-place'
    if (records.length >= MAX_RUN_RECORDS || chars + more > MAX_RUN_CHARS) return 'too-large'
    records.push(record)
    recomputed.push(hash)
    bodyTexts.push(bodyText)
    chars += more
    return steps
  }

  const take = (line: Line): readonly Step[] | WireFault => {
    if (ended) return 'after-the-end'
    switch (line.type) {
      case 'log': {
        const steps = cut()
        origin = line.head.origin
        records = []
        recomputed = []
        bodyTexts = []
        chars = 0
        return [...steps, { type: 'head', head: line.head }]
      }
      case 'record':
        return takeRecord(line)
      case 'signed': {
        if (line.origin !== origin || records.at(-1)?.seq !== line.seq) return 'out-of-place'
        signedUpTo = records.length
        signature = line.signature
        // An opening is signed alone, and stays alone: its own signature is what allows its writer to write.
        if (records.length === 1 && STAYS_ALONE.has(records[0]?.kind ?? '')) return cut()
        return records.length >= JOIN_RECORDS || chars >= MAX_RUN_CHARS / 4 ? cut() : []
      }
      case 'end':
        ended = true
        return [...cut(), { type: 'end', more: line.more }]
    }
  }
  /** What came whole before the answer broke off. */
  const rest = (): readonly Step[] => cut()
  return { take, rest }
}

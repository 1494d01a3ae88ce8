import type { Db } from './db.ts'
import type { Audience } from './oplog.ts'

/** An op as live screens are told of it. */
export interface LiveOp {
  readonly seq: bigint
  readonly kind: string
  readonly at: Date
  readonly subject: string
  readonly body: unknown
  readonly audience: Audience
}

/** The newest ops of this cell, read once for all open streams. */
export interface EventHub {
  /** The highest number so far. */
  head(): Promise<bigint>
  /** The ops after `seq`, at most a page of them, in order. */
  after(seq: bigint): Promise<readonly LiveOp[]>
  /** How often the hub was woken: asked for before reading, and handed to `nextWake`, so that no wake falls in between. */
  wakes(): number
  /** Resolves with the next wake after the `since`th, or after `ms`, or when told to stop. */
  nextWake(since: number, ms: number, stop: AbortSignal): Promise<void>
  wake(): void
}

const PAGE = 200
/** Streams that keep up are served from memory; one that was away reads the table. */
const REMEMBERED = 2_000
/** A wake may get lost with its connection: look again after this long. */
const LOOK_MS = 5_000

interface OpRow {
  seq: string
  kind: string
  at: Date
  subject: string
  body: unknown
  audience: Audience
}

export const makeEventHub = (db: Db, region: string): EventHub => {
  // Remembered are the ops `base + 1` to `base + ops.length`: numbers have no gaps.
  let base: bigint | undefined
  let ops: LiveOp[] = []
  let wakes = 1
  let readWakes = 0
  let readAt = Number.NEGATIVE_INFINITY
  let reading: Promise<void> | undefined
  const sleepers = new Set<() => void>()

  const page = async (seq: bigint): Promise<LiveOp[]> => {
    const rows = await db.sql<OpRow>(
      `select seq, kind, at, subject, body, audience
         from platform.oplog
        where origin = $1
          and seq > $2
        order by seq
        limit ${PAGE}`,
      [region, `${seq}`],
    )
    return rows.map((row) => ({ ...row, seq: BigInt(row.seq) }))
  }

  const head = async (): Promise<bigint> => {
    const [row] = await db.sql<{ head: string | null }>(
      `select max(seq) as head from platform.oplog where origin = $1`,
      [region],
    )
    return BigInt(row?.head ?? 0)
  }

  const readTail = async (): Promise<void> => {
    const upTo = wakes
    base ??= await head()
    for (;;) {
      const newer = await page(base + BigInt(ops.length))
      ops.push(...newer)
      const over = ops.length - REMEMBERED
      if (over > 0) {
        ops = ops.slice(over)
        base += BigInt(over)
      }
      if (newer.length < PAGE) break
    }
    readWakes = upTo
    readAt = performance.now()
  }

  /** Streams that ask at the same time wait for one read. */
  const refresh = (): Promise<void> => {
    reading ??= readTail().finally(() => {
      reading = undefined
    })
    return reading
  }

  const after = async (seq: bigint): Promise<readonly LiveOp[]> => {
    // A read that another stream began may be older than the wake this one comes from.
    const wanted = wakes
    while (readWakes < wanted || performance.now() - readAt > LOOK_MS) await refresh()
    if (base === undefined || seq < base) return page(seq)
    const from = seq - base
    return from >= BigInt(ops.length) ? [] : ops.slice(Number(from), Number(from) + PAGE)
  }

  const nextWake = (since: number, ms: number, stop: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (wakes !== since) {
        resolve()
        return
      }
      const wake = () => {
        clearTimeout(timer)
        stop.removeEventListener('abort', wake)
        sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      sleepers.add(wake)
      if (stop.aborted) wake()
      else stop.addEventListener('abort', wake)
    })

  const wake = () => {
    wakes += 1
    for (const one of [...sleepers]) one()
  }

  return { head, after, wakes: () => wakes, nextWake, wake }
}

import { randomFillSync } from 'node:crypto'
import { frameRow } from './pass-frames.ts'
import { revocationRows } from './pass-revocation.ts'
import { sizeRows } from './pass-size.ts'
import { speedRows } from './pass-speed.ts'

/** How close is the pass library to what the machine can do? Every figure stands beside its limit, measured in the same run. */
export type Row = {
  readonly what: string
  readonly ours: string
  /** The bare primitive in the same process, or the bound the figure must keep. */
  readonly limit: string
  /** Ours ÷ limit where that is the question. */
  readonly ratio: number | null
  readonly aim: string
  readonly ok: boolean
}

export const run = async (): Promise<{ table: Record<string, unknown>[]; summary: Record<string, unknown> }> => {
  const rows: Row[] = []
  for (const measure of [speedRows, async () => revocationRows(randomFillSync), sizeRows, frameRow])
    rows.push(...(await measure()))
  const summary = Object.fromEntries(rows.map(({ what, ours, ratio, ok }) => [what, { value: ratio ?? ours, ok }]))
  return {
    table: rows.map((row) => ({ ...row })),
    summary: { bench: 'pass', ...summary, ok: rows.every(({ ok }) => ok) },
  }
}

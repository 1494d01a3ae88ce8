import { type Run, type RunOptions, simulate } from './simulate.ts'
import { TROUBLES, type Trouble } from './world.ts'

export interface Many {
  readonly broken: readonly { readonly seed: number; readonly violations: readonly string[] }[]
  readonly totals: Omit<Run, 'seed' | 'violations' | 'troubles'>
  readonly troubles: Readonly<Record<Trouble, number>>
  /** Cells of the smallest and of the largest nation. */
  readonly sizes: readonly [number, number]
}

/** Plays seeds `from` … `from + count - 1` and adds up what happened. */
export const simulateMany = (from: number, count: number, options: RunOptions = {}): Many => {
  const broken: { seed: number; violations: readonly string[] }[] = []
  const totals = {
    cells: 0,
    promises: 0,
    crossRegion: 0,
    epochs: 0,
    acrossEpochs: 0,
    turnedAway: 0,
    worstIdle: 0,
    requests: 0,
    begun: 0,
    begunOwn: 0,
  }
  const troubles = Object.fromEntries(TROUBLES.map((trouble) => [trouble, 0])) as Record<Trouble, number>
  let sizes: readonly [number, number] = [Number.POSITIVE_INFINITY, 0]
  for (let seed = from; seed < from + count; seed += 1) {
    const run = simulate(seed, options)
    if (run.violations.length > 0) broken.push({ seed, violations: run.violations })
    for (const trouble of TROUBLES) troubles[trouble] += run.troubles[trouble] ?? 0
    sizes = [Math.min(sizes[0], run.cells), Math.max(sizes[1], run.cells)]
    totals.cells += run.cells
    totals.promises += run.promises
    totals.crossRegion += run.crossRegion
    totals.epochs += run.epochs
    totals.acrossEpochs += run.acrossEpochs
    totals.turnedAway += run.turnedAway
    totals.requests += run.requests
    totals.begun += run.begun
    totals.begunOwn += run.begunOwn
    totals.worstIdle = Math.max(totals.worstIdle, run.worstIdle)
  }
  return { broken, totals, troubles, sizes }
}

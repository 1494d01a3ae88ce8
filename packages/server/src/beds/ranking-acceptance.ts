import { careGroup } from './candidate-classes.ts'
import type { RankingConfig } from './ranking-config.ts'
import { GROUPS, QUARTERS } from './ranking-dimensions.ts'
import type { AcceptanceRecord } from './ranking-entities.ts'

/**
 * Expected seconds until a hospital accepts = seconds it takes to accept ÷ probability that it does, by care group and
 * quarter of the day. Both are shrunk twice: the quarter's own record towards the hospital's, the hospital's towards what
 * is usual, each as if `weight` offers had gone the usual way before. So one refusal does not condemn a hospital, and a
 * hospital nobody ever asked is neither the best nor the worst.
 * @returns hospital × care group × quarter, in whole seconds
 */
export const expectedWaits = (
  hospitalAt: ReadonlyMap<string, number>,
  history: readonly AcceptanceRecord[],
  prior: RankingConfig['acceptancePrior'],
): Int32Array => {
  const cells = GROUPS * QUARTERS
  const own = tally(hospitalAt.size * cells)
  const whole = tally(hospitalAt.size)
  for (const record of history) {
    const hospital = hospitalAt.get(record.hospitalId)
    if (hospital === undefined) continue
    enter(own, hospital * cells + careGroup(record.bedClass) * QUARTERS + record.quarter, record)
    enter(whole, hospital, record)
  }
  const waits = new Int32Array(hospitalAt.size * cells)
  for (let hospital = 0; hospital < hospitalAt.size; hospital++) {
    const usual = shrunk(whole, hospital, prior, prior.weight)
    for (let cell = hospital * cells; cell < (hospital + 1) * cells; cell++) {
      const { acceptMilli, secondsToAccept } = shrunk(own, cell, usual, prior.weight)
      waits[cell] = Math.min(MOST_S, Math.floor((secondsToAccept * 1_000) / Math.max(1, acceptMilli)))
    }
  }
  return waits
}

/** Beyond a day the figure says no more than "do not ask". */
const MOST_S = 86_400

interface Tally {
  readonly offers: Float64Array
  readonly accepted: Float64Array
  readonly seconds: Float64Array
}
const tally = (n: number): Tally => ({
  offers: new Float64Array(n),
  accepted: new Float64Array(n),
  seconds: new Float64Array(n),
})

/** Whole numbers only, so the order of the records does not matter. */
const enter = (into: Tally, at: number, record: AcceptanceRecord): void => {
  into.offers[at] = (into.offers[at] ?? 0) + record.offers
  into.accepted[at] = (into.accepted[at] ?? 0) + record.accepted
  into.seconds[at] = (into.seconds[at] ?? 0) + Math.round(record.secondsToAccept)
}

interface Habit {
  readonly acceptMilli: number
  readonly secondsToAccept: number
}

const shrunk = (from: Tally, at: number, usual: Habit, weight: number): Habit => {
  const accepted = from.accepted[at] ?? 0
  return {
    acceptMilli: Math.floor((accepted * 1_000 + weight * usual.acceptMilli) / ((from.offers[at] ?? 0) + weight)),
    secondsToAccept: Math.floor(((from.seconds[at] ?? 0) + weight * usual.secondsToAccept) / (accepted + weight)),
  }
}

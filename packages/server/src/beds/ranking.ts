import {
  CAPABILITY_MISSING_BIT,
  type Criteria,
  criteriaOf,
  hospitalFails,
  type NeedBits,
  needBits,
  slotFails,
} from './candidate-filters.ts'
import { needsOfBits } from './candidate-needs.ts'
import { ASK_FIRST_BIT, askFirstOfBits, countBits, WHY_NOT, WHY_NOT_BIT, whyNotOfBits } from './candidate-reasons.ts'
import {
  fairnessMilli,
  freshnessLevel,
  isCrossRegion,
  occupancyMilli,
  overFitLevels,
  overFitMilli,
  slotPreference,
  stepOf,
  TERM_UNITS,
  timeToTreatmentS,
} from './candidate-terms.ts'
import { NO_ROAD } from './drive-time.ts'
import { TERMS, type Term } from './ranking-config.ts'
import { quarterOf } from './ranking-dimensions.ts'
import { SHARE_DUTY, type Snapshot, STATE_SURGE } from './ranking-snapshot.ts'
import type { ExcludedHospital, RankedCandidate, Ranking, RankingInput } from './ranking-types.ts'
import { fnv1a, spread } from './tie-break.ts'

/**
 * Ranks every hospital for one request, best first, with the numbers of each candidate and, for every other hospital,
 * why not. Pure and made of whole numbers: the same input gives the same order on every machine.
 * @see docs/sources/beds.md#ranking
 */
export const rank = (input: RankingInput): Ranking => {
  const found = findCandidates(input)
  const order = orderOf(found, input)
  const wanted = input.limits?.candidates ?? order.length
  const excluded = excludedOrder(found, input)
  return {
    candidates: order.slice(0, wanted).map((candidate, at) => candidateView(found, candidate, at + 1, input)),
    candidatesTotal: order.length,
    whyNot: excludedViews(found, excluded.hospitals, input),
    whyNotTotal: excluded.total,
    driveFallback: input.driveTimes.fallback,
  }
}

const TERM_COUNT = TERMS.length
const T = Object.fromEntries(TERMS.map((term, at) => [term, at])) as Record<Term, number>

interface Found {
  readonly c: Criteria
  /** By hospital: failed filters; 0 = candidate. */
  readonly fails: Int32Array
  readonly missing: Int32Array
  readonly unknown: Int32Array
  /** By candidate, in the order of the hospitals. */
  readonly hospitals: number[]
  readonly slots: number[]
  readonly fitting: number[]
  /** Candidate × term. */
  readonly values: Int32Array
  readonly steps: Int32Array
}

const findCandidates = (input: RankingInput): Found => {
  const { snapshot, request, driveTimes } = input
  const c = criteriaOf(input)
  const levels = overFitLevels(request)
  const n = snapshot.hospitals.length
  const fails = new Int32Array(n)
  const missing = new Int32Array(n)
  const unknown = new Int32Array(n)
  const hospitals: number[] = []
  const slots: number[] = []
  const fitting: number[] = []
  const needs: NeedBits = { missing: 0, unknown: 0 }
  const best: BestSlot = { slot: -1, fitting: 0, fails: 0 }
  for (let hospital = 0; hospital < n; hospital++) {
    needBits(c, snapshot, hospital, needs)
    missing[hospital] = needs.missing
    unknown[hospital] = needs.unknown
    bestSlot(c, snapshot, levels, hospital, best)
    const own = hospitalFails(c, snapshot, hospital, driveTimes.seconds[hospital] ?? NO_ROAD)
    const failed = own | best.fails | (needs.missing === 0 ? 0 : CAPABILITY_MISSING_BIT)
    fails[hospital] = failed
    if (failed !== 0) continue
    hospitals.push(hospital)
    slots.push(best.slot)
    fitting.push(best.fitting)
  }
  const found = { c, fails, missing, unknown, hospitals, slots, fitting }
  return { ...found, ...termsOf(found, input, levels) }
}

interface BestSlot {
  slot: number
  fitting: number
  /** Failed filters of the nearest-fitting slot; 0 when one fits. */
  fails: number
}

/** Counts bits of the failed filters of a slot. */
const BITS = Uint8Array.from({ length: 1 << 12 }, (_, bits) => countBits(bits))
const bitsSet = (fails: number): number => (BITS[fails & 0xfff] ?? 0) + (BITS[(fails >>> 12) & 0xfff] ?? 0)

const bestSlot = (
  c: Criteria,
  s: Snapshot,
  levels: ReturnType<typeof overFitLevels>,
  hospital: number,
  into: BestSlot,
): void => {
  into.slot = -1
  into.fitting = 0
  into.fails = WHY_NOT_BIT['no-slot-known']
  let fewest = Number.POSITIVE_INFINITY
  let preferred = Number.POSITIVE_INFINITY
  const end = s.firstSlot[hospital + 1] ?? 0
  for (let slot = s.firstSlot[hospital] ?? 0; slot < end; slot++) {
    const fails = slotFails(c, s, slot, hospital)
    if (fails === 0) {
      into.fitting++
      const preference = slotPreference(c, s, levels, slot, hospital)
      if (preference < preferred) {
        preferred = preference
        into.slot = slot
        into.fails = 0
      }
    } else if (into.fitting === 0) {
      const failed = bitsSet(fails)
      if (failed < fewest || (failed === fewest && fails < into.fails)) {
        fewest = failed
        into.fails = fails
      }
    }
  }
}

const termsOf = (
  found: Pick<Found, 'c' | 'unknown' | 'hospitals' | 'slots'>,
  { snapshot: s, request, driveTimes, nowMs, config }: RankingInput,
  levels: ReturnType<typeof overFitLevels>,
): Pick<Found, 'values' | 'steps'> => {
  const { c, unknown, hospitals, slots } = found
  const values = new Int32Array(hospitals.length * TERM_COUNT)
  const steps = new Int32Array(hospitals.length * TERM_COUNT)
  const quarter = quarterOf(nowMs)
  const continuity = new Set(request.continuityHospitalIds)
  for (let at = 0; at < hospitals.length; at++) {
    const hospital = hospitals[at] ?? 0
    const slot = slots[at] ?? 0
    const row = at * TERM_COUNT
    const timeS = timeToTreatmentS(s, slot, hospital, driveTimes.seconds[hospital] ?? 0, quarter)
    values[row + T.cross_region] = isCrossRegion(c, s, slot, hospital) ? 1 : 0
    const opening = s.slotState[slot] === STATE_SURGE && !c.phoneVerified.has(hospital)
    values[row + T.ask_first] = unknown[hospital] !== 0 || opening ? 1 : 0
    values[row + T.time_to_treatment] = timeS
    values[row + T.over_fit] = overFitMilli(s, levels, slot, hospital)
    values[row + T.occupancy] = occupancyMilli(s, slot, hospital)
    values[row + T.freshness] = freshnessLevel(c, s, slot)
    values[row + T.fairness] = fairnessMilli(s, hospital)
    values[row + T.continuity] = continuity.has(s.hospitals[hospital]?.id ?? '') ? 0 : 1
    values[row + T.duty_reserve] = s.slotShare[slot] === SHARE_DUTY ? 1 : 0
    values[row + T.tie_seconds] = timeS
    for (const [term, name] of TERMS.entries()) {
      steps[row + term] = stepOf(name, values[row + term] ?? 0, request, config)
    }
  }
  return { values, steps }
}

/** Candidates by the terms in their order, then by the hash of request and hospital, then by hospital id. */
const orderOf = ({ hospitals, steps }: Found, { request, snapshot, config }: RankingInput): number[] => {
  const terms = Int32Array.from(config.termOrder[request.urgency], (term) => T[term])
  const seed = fnv1a(`${request.id}|`)
  const hash = new Map<number, number>()
  const hashOf = (candidate: number): number => {
    const known = hash.get(candidate)
    if (known !== undefined) return known
    const made = spread(fnv1a(snapshot.hospitals[hospitals[candidate] ?? 0]?.id ?? '', seed))
    hash.set(candidate, made)
    return made
  }
  return hospitals
    .map((_, at) => at)
    .sort((a, b) => {
      for (const term of terms) {
        const difference = (steps[a * TERM_COUNT + term] ?? 0) - (steps[b * TERM_COUNT + term] ?? 0)
        if (difference !== 0) return difference
      }
      return hashOf(a) - hashOf(b) || a - b
    })
}

/**
 * The others: those that fail the fewest filters first, then the nearer, then by id. Only as many as are wanted are put
 * in order: of 4,000 hospitals a screen shows 50.
 */
const excludedOrder = ({ fails }: Found, { driveTimes, limits }: RankingInput): Excluded => {
  const n = fails.length
  const byCount = new Int32Array(WHY_NOT.length + 1)
  for (let at = 0; at < n; at++) add(byCount, bitsSet(fails[at] ?? 0))
  const total = n - (byCount[0] ?? 0)
  const wanted = Math.min(limits?.whyNot ?? total, total)
  const most = mostFailures(byCount, wanted)
  const keys: number[] = []
  for (let hospital = 0; hospital < n; hospital++) {
    const failed = bitsSet(fails[hospital] ?? 0)
    if (failed === 0 || failed > most) continue
    const seconds = driveTimes.seconds[hospital] ?? NO_ROAD
    keys.push((failed * FAR_S + (seconds === NO_ROAD ? FAR_S - 1 : Math.min(seconds, FAR_S - 2))) * n + hospital)
  }
  return { total, hospitals: Array.from(Float64Array.from(keys).sort().subarray(0, wanted), (key) => key % n) }
}
/** Longer than any drive. */
const FAR_S = 1_000_000

interface Excluded {
  readonly total: number
  readonly hospitals: readonly number[]
}

const add = (column: Int32Array, at: number): void => {
  column[at] = (column[at] ?? 0) + 1
}

/** The number of failures up to which hospitals have to be looked at to find as many as are wanted. */
const mostFailures = (byCount: Int32Array, wanted: number): number => {
  let found = 0
  for (let failures = 1; failures < byCount.length; failures++) {
    found += byCount[failures] ?? 0
    if (found >= wanted) return failures
  }
  return byCount.length
}

const candidateView = (found: Found, candidate: number, rankNo: number, input: RankingInput): RankedCandidate => {
  const { snapshot: s, driveTimes, request, config } = input
  const hospital = found.hospitals[candidate] ?? 0
  const slot = s.slots[found.slots[candidate] ?? 0]
  const view = s.hospitals[hospital]
  if (slot === undefined || view === undefined) throw new Error('a candidate without hospital or slot')
  const row = candidate * TERM_COUNT
  const stale = (found.values[row + T.freshness] ?? 0) > 0
  // A call said that the bed is there: neither its age nor its opening has to be asked about again.
  const called = found.c.phoneVerified.has(hospital)
  const asks =
    (found.unknown[hospital] === 0 ? 0 : ASK_FIRST_BIT['capability-unknown']) |
    (stale && !called ? ASK_FIRST_BIT['report-stale'] : 0) |
    (slot.state === 'surge' && !called ? ASK_FIRST_BIT['surge-to-open'] : 0)
  return {
    rank: rankNo,
    hospitalId: view.id,
    slotId: slot.id,
    bedClass: slot.bedClass,
    isolation: slot.isolation,
    freeFitting: found.fitting[candidate] ?? 0,
    driveSeconds: driveTimes.seconds[hospital] ?? 0,
    driveFromServer: driveTimes.fromServer[hospital] === 1,
    asOfMs: slot.asOfMs,
    stale,
    askFirst: askFirstOfBits(asks),
    unknownNeeds: needsOfBits(found.unknown[hospital] ?? 0),
    terms: config.termOrder[request.urgency].map((term) => ({
      term,
      value: found.values[row + T[term]] ?? 0,
      unit: TERM_UNITS[term],
      step: found.steps[row + T[term]] ?? 0,
    })),
  }
}

const excludedViews = (
  found: Found,
  hospitals: readonly number[],
  { snapshot, driveTimes }: RankingInput,
): readonly ExcludedHospital[] => {
  const reasonsOf = once(whyNotOfBits)
  const needsOf = once(needsOfBits)
  return hospitals.map((hospital) => {
    const seconds = driveTimes.seconds[hospital] ?? NO_ROAD
    return {
      hospitalId: snapshot.hospitals[hospital]?.id ?? '',
      driveSeconds: seconds === NO_ROAD ? null : seconds,
      reasons: reasonsOf(found.fails[hospital] ?? 0),
      missingNeeds: needsOf(found.missing[hospital] ?? 0),
      unknownNeeds: needsOf(found.unknown[hospital] ?? 0),
    }
  })
}

/** Thousands of hospitals fail in a few dozen ways: each list is made once. */
const once = <T>(make: (bits: number) => T): ((bits: number) => T) => {
  const made = new Map<number, T>()
  return (bits) => {
    const known = made.get(bits)
    if (known !== undefined) return known
    const value = make(bits)
    made.set(bits, value)
    return value
  }
}

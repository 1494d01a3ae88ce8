import { BED_CLASSES, NEEDS, type Need, PATHOGENS, ROOM_SEXES, SLOT_ISOLATIONS } from '@dure/contract'
import { ISOLATION_SERVED_BY, isolationNeedOf, SERVED_BY } from './candidate-classes.ts'
import { allNeeds, type NeedTest, needTests } from './candidate-needs.ts'
import { WHY_NOT_BIT } from './candidate-reasons.ts'
import { NO_ROAD } from './drive-time.ts'
import {
  ISOLATION_COHORT,
  LEASE,
  NO_PATHOGEN,
  regionNumber,
  SHARE_DUTY,
  SHARE_OWN_USE,
  type Snapshot,
  STATE_AVAILABLE,
  STATE_SURGE,
} from './ranking-snapshot.ts'
import type { PastDecline, RankingInput, RankRequest } from './ranking-types.ts'

/** A request turned into numbers, once, before the pass over all slots. */
export interface Criteria {
  readonly nowMin: number
  /** Failed filters by `slotKind` and by `slotStanding`. */
  readonly kindFails: Int32Array
  readonly standingFails: Int32Array
  readonly pathogen: number
  readonly ageYears: number
  readonly surgeWithinH: number
  readonly driveLimitS: number
  readonly ownRegion: number
  readonly regionAsked: Uint8Array
  readonly consent: boolean
  readonly tests: readonly NeedTest[]
  readonly staleMin: Int32Array
  readonly expiredMin: Int32Array
  /** Reports from before this minute are too old, by class; those from after `newestMin` come from a wrong clock. */
  readonly oldestMin: Int32Array
  readonly newestMin: number
  /** Failed filters known before looking: the origin itself, open offers; by hospital. */
  readonly known: ReadonlyMap<number, number>
  /** Declines that stand only until a newer report, by hospital: minute of the decline. */
  readonly declinedMin: ReadonlyMap<number, number>
  readonly phoneVerified: ReadonlySet<number>
  /** Needs a call has settled, by hospital: bits of those met and those not. */
  readonly settled: ReadonlyMap<number, { readonly met: number; readonly unmet: number }>
}

export const criteriaOf = ({ request, snapshot, nowMs, mode, config }: RankingInput): Criteria => {
  const isolationNeed = isolationNeedOf(request.requestedClass, request.isolationNeed)
  const nowMin = Math.floor(nowMs / 60_000)
  const regionAsked = new Uint8Array(100)
  for (const region of [request.origin.sidoCode, ...request.regionsAsked]) regionAsked[regionNumber(region)] = 1
  const at = (id: string) => snapshot.hospitalAt.get(id)
  const declines = standing(request.declines, nowMs, config.declineStands)
  const known = new Map<number, number>()
  const fail = (id: string | null, bit: number) => {
    const hospital = id === null ? undefined : at(id)
    if (hospital !== undefined) known.set(hospital, (known.get(hospital) ?? 0) | bit)
  }
  fail(request.originHospitalId, WHY_NOT_BIT['origin-itself'])
  for (const id of request.openOfferHospitalIds) fail(id, WHY_NOT_BIT['already-asked'])
  for (const { hospitalId } of declines.always) fail(hospitalId, WHY_NOT_BIT['declined-before'])
  return {
    nowMin,
    kindFails: kindTable(
      bitsOf(BED_CLASSES, SERVED_BY[request.requestedClass]),
      bitsOf(SLOT_ISOLATIONS, ISOLATION_SERVED_BY[isolationNeed]),
      request.urgency === 'immediate',
    ),
    standingFails: standingTable(bitsOf(ROOM_SEXES, request.sex === 'unknown' ? ['any'] : ['any', request.sex])),
    pathogen:
      request.pathogen === null || request.pathogen === 'none' ? NO_PATHOGEN : PATHOGENS.indexOf(request.pathogen),
    ageYears: request.ageYears,
    surgeWithinH: mode === 'war' ? config.surgeWithinHours[request.urgency] : -1,
    driveLimitS: config.driveLimitMin[request.stability] * 60,
    ownRegion: regionNumber(request.origin.sidoCode),
    regionAsked,
    consent: request.outOfRegionConsent,
    tests: needTests(allNeeds(request.needs, request.oxygen)),
    staleMin: Int32Array.from(BED_CLASSES, (bedClass) => config.staleness[bedClass].staleMin),
    expiredMin: Int32Array.from(BED_CLASSES, (bedClass) => config.staleness[bedClass].expiredMin),
    oldestMin: Int32Array.from(BED_CLASSES, (bedClass) => nowMin - config.staleness[bedClass].expiredMin),
    newestMin: nowMin + CLOCK_AHEAD_MIN,
    known,
    declinedMin: new Map(
      declines.untilNewReport.flatMap(({ hospitalId, atMs }) => {
        const hospital = at(hospitalId)
        return hospital === undefined ? [] : [[hospital, Math.floor(atMs / 60_000)] as const]
      }),
    ),
    phoneVerified: new Set(request.phoneVerifiedHospitalIds.flatMap((id) => at(id) ?? [])),
    settled: settledBits(request, at),
  }
}

/** Only what this patient needs: an answer about anything else settles nothing. */
const settledBits = (request: RankRequest, at: (id: string) => number | undefined): Criteria['settled'] => {
  const wanted = allNeeds(request.needs, request.oxygen)
  const bits = (needs: readonly Need[]) =>
    bitsOf(
      NEEDS,
      needs.filter((need) => wanted.includes(need)),
    )
  return new Map(
    (request.settledNeeds ?? []).flatMap(({ hospitalId, met, unmet }) => {
      const hospital = at(hospitalId)
      return hospital === undefined ? [] : [[hospital, { met: bits(met), unmet: bits(unmet) }] as const]
    }),
  )
}

const bitsOf = <T>(all: readonly T[], wanted: readonly T[]): number =>
  wanted.reduce((bits, item) => bits | (1 << all.indexOf(item)), 0)

/** Declines that still count, the later ones last. */
const standing = (
  declines: readonly PastDecline[],
  nowMs: number,
  stands: RankingInput['config']['declineStands'],
): { readonly always: readonly PastDecline[]; readonly untilNewReport: readonly PastDecline[] } => {
  const inTime = [...declines].sort((a, b) => a.atMs - b.atMs)
  return {
    always: inTime.filter(({ reason, atMs }) => {
      const rule = stands[reason]
      return rule === 'always' || (rule !== 'until_new_report' && nowMs < atMs + rule.hours * 3_600_000)
    }),
    untilNewReport: inTime.filter(({ reason }) => stands[reason] === 'until_new_report'),
  }
}

const {
  'capability-missing': CAPABILITY_MISSING,
  'no-road': NO_ROAD_BIT,
  'drive-too-long': DRIVE_TOO_LONG,
  'declined-before': DECLINED,
  'region-not-asked': REGION_NOT_ASKED,
  'no-consent-out-of-region': NO_CONSENT,
  'class-diverted': CLASS_DIVERTED,
  'class-too-low': CLASS_TOO_LOW,
  'isolation-missing': ISOLATION_MISSING,
  'cohort-of-other-pathogen': OTHER_PATHOGEN,
  'age-outside-limits': AGE,
  'room-of-other-sex': SEX,
  'own-use-only': OWN_USE,
  'kept-for-emergencies': DUTY,
  'not-leased-to-us': LEASED_AWAY,
  'not-free': NOT_FREE,
  'surge-not-open': SURGE,
  'data-too-old': TOO_OLD,
} = WHY_NOT_BIT

/** The filters of a hospital as a whole; 0 = passes. Needs are judged apart, by {@link needBits}. */
export const hospitalFails = (c: Criteria, s: Snapshot, hospital: number, driveS: number): number => {
  const drive = driveS === NO_ROAD ? NO_ROAD_BIT : driveS > c.driveLimitS ? DRIVE_TOO_LONG : 0
  const known = c.known.size === 0 ? 0 : (c.known.get(hospital) ?? 0)
  return (s.shut[hospital] ?? 0) | drive | known
}

/** Needs the hospital lacks and needs nobody has answered for, one bit for each need. Unknown is not no; a call for this patient counts most. */
export interface NeedBits {
  missing: number
  unknown: number
}

export const needBits = (c: Criteria, s: Snapshot, hospital: number, into: NeedBits): void => {
  into.missing = 0
  into.unknown = 0
  for (const { need, low, high } of c.tests) {
    const yes = ((s.yesLow[hospital] ?? 0) & low) | ((s.yesHigh[hospital] ?? 0) & high)
    if (yes !== 0) continue
    const allNo = ((s.noLow[hospital] ?? 0) & low) === low && ((s.noHigh[hospital] ?? 0) & high) === high
    if (allNo) into.missing |= 1 << need
    else into.unknown |= 1 << need
  }
  const call = c.settled.size === 0 ? undefined : c.settled.get(hospital)
  if (call === undefined) return
  into.missing = (into.missing & ~call.met) | call.unmet
  into.unknown &= ~(call.met | call.unmet)
}

export const CAPABILITY_MISSING_BIT = CAPABILITY_MISSING

/** Minutes a report may be ahead of our clock before its age counts as unknown. */
const CLOCK_AHEAD_MIN = 5

/** What one kind of place fails, whichever place it is: looked up once for each slot instead of worked out. */
const kindTable = (classBits: number, isolationBits: number, emergency: boolean): Int32Array =>
  Int32Array.from({ length: 256 }, (_, kind) => {
    const share = kind >> 6
    return (
      ((classBits & (1 << (kind & 15))) === 0 ? CLASS_TOO_LOW : 0) |
      ((isolationBits & (1 << ((kind >> 4) & 3))) === 0 ? ISOLATION_MISSING : 0) |
      (share === SHARE_OWN_USE ? OWN_USE : 0) |
      (share === SHARE_DUTY && !emergency ? DUTY : 0)
    )
  })

const standingTable = (sexBits: number): Int32Array =>
  Int32Array.from({ length: 128 }, (_, standing) => {
    const state = standing & 7
    return (
      (state === STATE_AVAILABLE || state === STATE_SURGE ? 0 : NOT_FREE) |
      ((sexBits & (1 << ((standing >> 3) & 3))) === 0 ? SEX : 0) |
      (standing >> 5 === LEASE.to_others ? LEASED_AWAY : 0)
    )
  })

/** The filters of one slot; 0 = passes. */
export const slotFails = (c: Criteria, s: Snapshot, at: number, hospital: number): number => {
  const kind = s.slotKind[at] ?? 0
  const standing = s.slotStanding[at] ?? 0
  let fails = (c.kindFails[kind] ?? 0) | (c.standingFails[standing] ?? 0)
  if (c.ageYears < (s.slotMinAge[at] ?? 0) || c.ageYears > (s.slotMaxAge[at] ?? 0)) fails |= AGE
  if (((kind >> 4) & 3) === ISOLATION_COHORT && (fails & ISOLATION_MISSING) === 0)
    fails |= c.pathogen === NO_PATHOGEN || s.slotPathogen[at] !== c.pathogen ? OTHER_PATHOGEN : 0
  if ((standing & 7) === STATE_SURGE && (s.slotOpensInH[at] ?? 0) > c.surgeWithinH) fails |= SURGE
  if (standing >> 5 === LEASE.none) fails |= regionFails(c, s.sido[hospital] ?? 0)
  const asOfMin = s.slotAsOfMin[at] ?? 0
  if (asOfMin < (c.oldestMin[kind & 15] ?? 0) || asOfMin > c.newestMin) fails |= unusableReport(c, hospital)
  if (((s.divertedClasses[hospital] ?? 0) & (1 << (kind & 15))) !== 0) fails |= CLASS_DIVERTED
  if (c.declinedMin.size > 0) fails |= declinedSince(c, hospital, asOfMin)
  return fails
}

const regionFails = (c: Criteria, region: number): number => {
  if (region === c.ownRegion) return 0
  return (c.regionAsked[region] === 1 ? 0 : REGION_NOT_ASKED) | (c.consent ? 0 : NO_CONSENT)
}

const unusableReport = (c: Criteria, hospital: number): number => (c.phoneVerified.has(hospital) ? 0 : TOO_OLD)

const declinedSince = (c: Criteria, hospital: number, asOfMin: number): number => {
  const declinedMin = c.declinedMin.get(hospital)
  return declinedMin !== undefined && asOfMin <= declinedMin ? DECLINED : 0
}

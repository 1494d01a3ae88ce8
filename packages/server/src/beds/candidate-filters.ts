import { BED_CLASSES, PATHOGENS, ROOM_SEXES, SLOT_ISOLATIONS } from '@dure/contract'
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
import type { PastDecline, RankingInput } from './ranking-types.ts'

/** A request turned into numbers, once, before the pass over all slots. */
export interface Criteria {
  readonly nowMin: number
  readonly classBits: number
  readonly isolationBits: number
  readonly pathogen: number
  readonly ageYears: number
  /** Rooms of these sexes will do. */
  readonly sexBits: number
  readonly emergency: boolean
  readonly surgeWithinH: number
  readonly driveLimitS: number
  readonly ownRegion: number
  readonly regionAsked: Uint8Array
  readonly consent: boolean
  readonly tests: readonly NeedTest[]
  readonly staleMin: Int32Array
  readonly expiredMin: Int32Array
  /** Failed filters known before looking: the origin itself, open offers; by hospital. */
  readonly known: ReadonlyMap<number, number>
  /** Declines that stand only until a newer report, by hospital: minute of the decline. */
  readonly declinedMin: ReadonlyMap<number, number>
  readonly phoneVerified: ReadonlySet<number>
}

export const criteriaOf = ({ request, snapshot, nowMs, mode, config }: RankingInput): Criteria => {
  const isolationNeed = isolationNeedOf(request.requestedClass, request.isolationNeed)
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
    nowMin: Math.floor(nowMs / 60_000),
    classBits: bitsOf(BED_CLASSES, SERVED_BY[request.requestedClass]),
    isolationBits: bitsOf(SLOT_ISOLATIONS, ISOLATION_SERVED_BY[isolationNeed]),
    pathogen:
      request.pathogen === null || request.pathogen === 'none' ? NO_PATHOGEN : PATHOGENS.indexOf(request.pathogen),
    ageYears: request.ageYears,
    sexBits: bitsOf(ROOM_SEXES, request.sex === 'unknown' ? ['any'] : ['any', request.sex]),
    emergency: request.urgency === 'immediate',
    surgeWithinH: mode === 'war' ? config.surgeWithinHours[request.urgency] : -1,
    driveLimitS: config.driveLimitMin[request.stability] * 60,
    ownRegion: regionNumber(request.origin.sidoCode),
    regionAsked,
    consent: request.outOfRegionConsent,
    tests: needTests(allNeeds(request.needs, request.oxygen)),
    staleMin: Int32Array.from(BED_CLASSES, (bedClass) => config.staleness[bedClass].staleMin),
    expiredMin: Int32Array.from(BED_CLASSES, (bedClass) => config.staleness[bedClass].expiredMin),
    known,
    declinedMin: new Map(
      declines.untilNewReport.flatMap(({ hospitalId, atMs }) => {
        const hospital = at(hospitalId)
        return hospital === undefined ? [] : [[hospital, Math.floor(atMs / 60_000)] as const]
      }),
    ),
    phoneVerified: new Set(request.phoneVerifiedHospitalIds.flatMap((id) => at(id) ?? [])),
  }
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
  'hospital-closed': CLOSED,
  diverted: DIVERTED,
  'capability-missing': CAPABILITY_MISSING,
  'no-road': NO_ROAD_BIT,
  'drive-too-long': DRIVE_TOO_LONG,
  'declined-before': DECLINED,
} = WHY_NOT_BIT

/** The filters of a hospital as a whole; 0 = passes. Needs are judged apart, by {@link needBits}. */
export const hospitalFails = (c: Criteria, snapshot: Snapshot, hospital: number, driveS: number): number => {
  let fails = c.known.get(hospital) ?? 0
  const view = snapshot.hospitals[hospital]
  if (view?.open !== true) fails |= CLOSED
  if (view?.diverted === true) fails |= DIVERTED
  if (driveS === NO_ROAD) fails |= NO_ROAD_BIT
  else if (driveS > c.driveLimitS) fails |= DRIVE_TOO_LONG
  return fails
}

/** Needs the hospital lacks and needs nobody has answered for, one bit for each need. Unknown is not no. */
export interface NeedBits {
  missing: number
  unknown: number
}

export const needBits = (c: Criteria, snapshot: Snapshot, hospital: number, into: NeedBits): void => {
  into.missing = 0
  into.unknown = 0
  for (const { need, low, high } of c.tests) {
    const yes = ((snapshot.yesLow[hospital] ?? 0) & low) | ((snapshot.yesHigh[hospital] ?? 0) & high)
    if (yes !== 0) continue
    const allNo = ((snapshot.noLow[hospital] ?? 0) & low) === low && ((snapshot.noHigh[hospital] ?? 0) & high) === high
    if (allNo) into.missing |= 1 << need
    else into.unknown |= 1 << need
  }
}

export const CAPABILITY_MISSING_BIT = CAPABILITY_MISSING

const {
  'region-not-asked': REGION_NOT_ASKED,
  'no-consent-out-of-region': NO_CONSENT,
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

/** Minutes a report may be ahead of our clock before its age counts as unknown. */
const CLOCK_AHEAD_MIN = 5

/** The filters of one slot; 0 = passes. */
export const slotFails = (c: Criteria, s: Snapshot, at: number, hospital: number): number => {
  const isolation = s.slotIsolation[at] ?? 0
  const share = s.slotShare[at]
  const state = s.slotState[at]
  let fails = 0
  if ((c.classBits & (1 << (s.slotClass[at] ?? 0))) === 0) fails |= CLASS_TOO_LOW
  if ((c.isolationBits & (1 << isolation)) === 0) fails |= ISOLATION_MISSING
  else if (isolation === ISOLATION_COHORT && (c.pathogen === NO_PATHOGEN || s.slotPathogen[at] !== c.pathogen))
    fails |= OTHER_PATHOGEN
  if (c.ageYears < (s.slotMinAge[at] ?? 0) || c.ageYears > (s.slotMaxAge[at] ?? 0)) fails |= AGE
  if ((c.sexBits & (1 << (s.slotSex[at] ?? 0))) === 0) fails |= SEX
  if (share === SHARE_OWN_USE) fails |= OWN_USE
  else if (share === SHARE_DUTY && !c.emergency) fails |= DUTY
  if (state === STATE_SURGE) {
    if ((s.slotOpensInH[at] ?? 0) > c.surgeWithinH) fails |= SURGE
  } else if (state !== STATE_AVAILABLE) fails |= NOT_FREE
  const lease = s.slotLease[at]
  if (lease === LEASE.to_others) fails |= LEASED_AWAY
  else if (lease === LEASE.none) fails |= regionFails(c, s.sido[hospital] ?? 0)
  return fails | reportFails(c, s, at, hospital)
}

const regionFails = (c: Criteria, region: number): number => {
  if (region === c.ownRegion) return 0
  return (c.regionAsked[region] === 1 ? 0 : REGION_NOT_ASKED) | (c.consent ? 0 : NO_CONSENT)
}

const reportFails = (c: Criteria, s: Snapshot, at: number, hospital: number): number => {
  const asOfMin = s.slotAsOfMin[at] ?? 0
  const ageMin = c.nowMin - asOfMin
  const usable = ageMin <= (c.expiredMin[s.slotClass[at] ?? 0] ?? 0) && ageMin >= -CLOCK_AHEAD_MIN
  let fails = usable || (c.phoneVerified.size > 0 && c.phoneVerified.has(hospital)) ? 0 : TOO_OLD
  if (c.declinedMin.size > 0) {
    const declinedMin = c.declinedMin.get(hospital)
    if (declinedMin !== undefined && asOfMin <= declinedMin) fails |= DECLINED
  }
  return fails
}

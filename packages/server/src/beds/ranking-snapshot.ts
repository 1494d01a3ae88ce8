import {
  BED_CLASSES,
  type BedClass,
  type Capability,
  type CapabilityAnswer,
  PATHOGENS,
  ROOM_SEXES,
  SLOT_ISOLATIONS,
  SLOT_SHARES,
  SLOT_STATES,
} from '@dure/contract'
import { PAEDIATRIC_CLASSES, PAEDIATRIC_MAX_AGE_YEARS } from './candidate-classes.ts'
import { capabilityMask } from './candidate-needs.ts'
import { WHY_NOT_BIT } from './candidate-reasons.ts'
import { type RoadIndex, roadIndex } from './drive-time.ts'
import { expectedWaits } from './ranking-acceptance.ts'
import type { RankingConfig } from './ranking-config.ts'
import { CLASSES, GROUP_OF_CLASS, GROUPS } from './ranking-dimensions.ts'
import type { AcceptanceRecord, RankHospital, RankSlot } from './ranking-entities.ts'
import { compareIds } from './tie-break.ts'

/**
 * Everything ranking needs, in columns, prepared once for many requests. Hospitals and slots are kept in the order of
 * their ids, so that the order in which they were given means nothing.
 */
export interface Snapshot {
  readonly hospitals: readonly RankHospital[]
  readonly hospitalAt: ReadonlyMap<string, number>
  readonly road: RoadIndex
  readonly sido: Int32Array
  /** Failed filters of the hospital itself: closed, diverted. */
  readonly shut: Int32Array
  /** One bit for each class in which the hospital takes nobody. */
  readonly divertedClasses: Int32Array
  readonly yesLow: Int32Array
  readonly yesHigh: Int32Array
  readonly noLow: Int32Array
  readonly noHigh: Int32Array
  /** Expected seconds to an acceptance, by hospital × care group × quarter of the day. */
  readonly waitS: Int32Array
  /** Slots of hospital `h`: from `firstSlot[h]` up to `firstSlot[h + 1]`. */
  readonly firstSlot: Int32Array
  readonly slots: RankSlot[]
  readonly slotAt: ReadonlyMap<string, number>
  readonly slotHospital: Int32Array
  /** class | isolation << 4 | share << 6: what the place is. */
  readonly slotKind: Uint8Array
  /** state | sex << 3 | lease << 5: how it stands. */
  readonly slotStanding: Uint8Array
  readonly slotClass: Uint8Array
  readonly slotIsolation: Uint8Array
  readonly slotShare: Uint8Array
  readonly slotState: Uint8Array
  readonly slotSex: Uint8Array
  readonly slotMinAge: Int16Array
  readonly slotMaxAge: Int16Array
  readonly slotPathogen: Uint8Array
  readonly slotLease: Uint8Array
  readonly slotAsOfMin: Int32Array
  readonly slotOpensInH: Uint8Array
  /** By hospital × care group. */
  readonly staffed: Int32Array
  readonly busy: Int32Array
  /** By region code (0–99) × class. */
  readonly regionStaffed: Int32Array
  readonly regionFree: Int32Array
}

export const STATE_AVAILABLE = SLOT_STATES.indexOf('available')
export const STATE_SURGE = SLOT_STATES.indexOf('surge')
export const SHARE_OWN_USE = SLOT_SHARES.indexOf('own_use')
export const SHARE_DUTY = SLOT_SHARES.indexOf('duty_reserve')
export const ISOLATION_COHORT = SLOT_ISOLATIONS.indexOf('cohort')
export const NO_PATHOGEN = 255
export const LEASE = { none: 0, to_us: 1, to_others: 2 } as const
const REGIONS = 100

/** A bed counts as staffed unless it is closed, blocked or not yet opened; as busy when somebody lies in it or will. */
const STAFFED = SLOT_STATES.map((state) => ['available', 'held', 'occupied', 'cleaning'].includes(state))
const BUSY = SLOT_STATES.map((state) => ['held', 'occupied', 'cleaning'].includes(state))

/** @throws when a slot belongs to a hospital that is not there, or two slots or hospitals share an id */
export const prepare = (
  hospitals: readonly RankHospital[],
  slots: readonly RankSlot[],
  history: readonly AcceptanceRecord[],
  config: RankingConfig,
): Snapshot => {
  const sortedHospitals = [...hospitals].sort((a, b) => compareIds(a.id, b.id))
  const hospitalAt = indexById(sortedHospitals, 'hospital')
  const { sorted, firstSlot } = groupByHospital(slots, hospitalAt)
  const snapshot: Snapshot = {
    hospitals: sortedHospitals,
    hospitalAt,
    road: roadIndex(sortedHospitals),
    ...hospitalColumns(sortedHospitals),
    waitS: expectedWaits(hospitalAt, history, config.acceptancePrior),
    firstSlot,
    slots: sorted,
    slotAt: indexById(sorted, 'slot'),
    ...slotColumns(sorted.length),
    staffed: new Int32Array(sortedHospitals.length * GROUPS),
    busy: new Int32Array(sortedHospitals.length * GROUPS),
    regionStaffed: new Int32Array(REGIONS * CLASSES),
    regionFree: new Int32Array(REGIONS * CLASSES),
  }
  for (let at = 0; at < sorted.length; at++) {
    const slot = sorted[at]
    if (slot === undefined) continue
    snapshot.slotHospital[at] = hospitalAt.get(slot.hospitalId) ?? 0
    writeSlot(snapshot, at, slot)
    count(snapshot, at, 1)
  }
  return snapshot
}

/**
 * Puts a changed slot in place of its old self; the one way a snapshot changes. Returns false, and changes nothing, for a
 * slot that is new or has moved: then prepare a new snapshot.
 */
export const replaceSlot = (snapshot: Snapshot, slot: RankSlot): boolean => {
  const at = snapshot.slotAt.get(slot.id)
  if (at === undefined || snapshot.slots[at]?.hospitalId !== slot.hospitalId) return false
  count(snapshot, at, -1)
  snapshot.slots[at] = slot
  writeSlot(snapshot, at, slot)
  count(snapshot, at, 1)
  return true
}

const indexById = (items: readonly { readonly id: string }[], what: string): Map<string, number> => {
  const at = new Map<string, number>()
  for (const [index, { id }] of items.entries()) {
    if (at.has(id)) throw new Error(`two ${what}s with id ${id}`)
    at.set(id, index)
  }
  return at
}

const groupByHospital = (slots: readonly RankSlot[], hospitalAt: ReadonlyMap<string, number>) => {
  const firstSlot = new Int32Array(hospitalAt.size + 1)
  const owner = (slot: RankSlot): number => {
    const at = hospitalAt.get(slot.hospitalId)
    if (at === undefined) throw new Error(`slot ${slot.id} belongs to unknown hospital ${slot.hospitalId}`)
    return at
  }
  for (const slot of slots) firstSlot[owner(slot) + 1] = (firstSlot[owner(slot) + 1] ?? 0) + 1
  for (let h = 0; h < hospitalAt.size; h++) firstSlot[h + 1] = (firstSlot[h + 1] ?? 0) + (firstSlot[h] ?? 0)
  const sorted = [...slots].sort((a, b) => compareIds(a.hospitalId, b.hospitalId) || compareIds(a.id, b.id))
  return { sorted, firstSlot }
}

const hospitalColumns = (hospitals: readonly RankHospital[]) => {
  const n = hospitals.length
  const columns = {
    sido: new Int32Array(n),
    shut: new Int32Array(n),
    divertedClasses: new Int32Array(n),
    yesLow: new Int32Array(n),
    yesHigh: new Int32Array(n),
    noLow: new Int32Array(n),
    noHigh: new Int32Array(n),
  }
  for (const [at, { sidoCode, capabilities, open, diverted, divertedClasses = [] }] of hospitals.entries()) {
    columns.sido[at] = regionNumber(sidoCode)
    columns.shut[at] = (open ? 0 : WHY_NOT_BIT['hospital-closed']) | (diverted ? WHY_NOT_BIT['hospital-diverted'] : 0)
    columns.divertedClasses[at] = divertedClasses.reduce((bits, one) => bits | (1 << BED_CLASSES.indexOf(one)), 0)
    const yes = capabilityMask(answered(capabilities, 'yes'))
    const no = capabilityMask(answered(capabilities, 'no'))
    columns.yesLow[at] = yes.low
    columns.yesHigh[at] = yes.high
    columns.noLow[at] = no.low
    columns.noHigh[at] = no.high
  }
  return columns
}

/** @throws on a code that is not two digits */
export const regionNumber = (sidoCode: string): number => {
  if (!/^[0-9]{2}$/.test(sidoCode)) throw new Error(`region code ${sidoCode}`)
  return Number(sidoCode)
}

function* answered(capabilities: ReadonlyMap<Capability, CapabilityAnswer>, wanted: CapabilityAnswer) {
  for (const [capability, answer] of capabilities) if (answer === wanted) yield capability
}

const slotColumns = (n: number) => ({
  slotHospital: new Int32Array(n),
  slotKind: new Uint8Array(n),
  slotStanding: new Uint8Array(n),
  slotClass: new Uint8Array(n),
  slotIsolation: new Uint8Array(n),
  slotShare: new Uint8Array(n),
  slotState: new Uint8Array(n),
  slotSex: new Uint8Array(n),
  slotMinAge: new Int16Array(n),
  slotMaxAge: new Int16Array(n),
  slotPathogen: new Uint8Array(n),
  slotLease: new Uint8Array(n),
  slotAsOfMin: new Int32Array(n),
  slotOpensInH: new Uint8Array(n),
})

const NO_AGE_LIMIT = 999

const kindOf = ({ bedClass, isolation, share }: Pick<RankSlot, 'bedClass' | 'isolation' | 'share'>): number =>
  BED_CLASSES.indexOf(bedClass) | (SLOT_ISOLATIONS.indexOf(isolation) << 4) | (SLOT_SHARES.indexOf(share) << 6)

const standingOf = ({ state, roomSex, lease }: Pick<RankSlot, 'state' | 'roomSex' | 'lease'>): number =>
  SLOT_STATES.indexOf(state) | (ROOM_SEXES.indexOf(roomSex) << 3) | (LEASE[lease ?? 'none'] << 5)

const writeSlot = (snapshot: Snapshot, at: number, slot: RankSlot): void => {
  snapshot.slotClass[at] = BED_CLASSES.indexOf(slot.bedClass)
  snapshot.slotIsolation[at] = SLOT_ISOLATIONS.indexOf(slot.isolation)
  snapshot.slotShare[at] = SLOT_SHARES.indexOf(slot.share)
  snapshot.slotState[at] = SLOT_STATES.indexOf(slot.state)
  snapshot.slotSex[at] = ROOM_SEXES.indexOf(slot.roomSex)
  snapshot.slotMinAge[at] = slot.minAgeYears ?? 0
  snapshot.slotMaxAge[at] = slot.maxAgeYears ?? oldestOf(slot.bedClass)
  snapshot.slotPathogen[at] = slot.cohortPathogen === null ? NO_PATHOGEN : PATHOGENS.indexOf(slot.cohortPathogen)
  snapshot.slotLease[at] = LEASE[slot.lease ?? 'none']
  snapshot.slotKind[at] = kindOf(slot)
  snapshot.slotStanding[at] = standingOf(slot)
  snapshot.slotAsOfMin[at] = Math.floor(slot.asOfMs / 60_000)
  snapshot.slotOpensInH[at] = Math.ceil(slot.opensInHours ?? 0)
}

const oldestOf = (bedClass: BedClass): number =>
  PAEDIATRIC_CLASSES.includes(bedClass) ? PAEDIATRIC_MAX_AGE_YEARS : NO_AGE_LIMIT

const count = (snapshot: Snapshot, at: number, by: 1 | -1): void => {
  const hospital = snapshot.slotHospital[at] ?? 0
  const bedClass = snapshot.slotClass[at] ?? 0
  const state = snapshot.slotState[at] ?? 0
  const group = hospital * GROUPS + (GROUP_OF_CLASS[bedClass] ?? 0)
  const region = (snapshot.sido[hospital] ?? 0) * CLASSES + bedClass
  if (STAFFED[state] === true) {
    add(snapshot.staffed, group, by)
    add(snapshot.regionStaffed, region, by)
  }
  if (BUSY[state] === true) add(snapshot.busy, group, by)
  if (state === STATE_AVAILABLE) add(snapshot.regionFree, region, by)
}

const add = (column: Int32Array, at: number, by: number): void => {
  column[at] = (column[at] ?? 0) + by
}

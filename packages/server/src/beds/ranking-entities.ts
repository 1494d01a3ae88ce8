import type {
  BedClass,
  Capability,
  CapabilityAnswer,
  Channel,
  Pathogen,
  RoomSex,
  SlotIsolation,
  SlotShare,
  SlotState,
} from '@dure/contract'
import type { RoadPlace } from './drive-time.ts'

/** A hospital as ranking sees it. Answers that have grown too old are left out by the caller: absent = unknown. */
export interface RankHospital extends RoadPlace {
  readonly id: string
  readonly open: boolean
  /** Takes nobody at present, on its own word (staff, fire, outbreak). */
  readonly diverted: boolean
  /** Classes in which it takes nobody at present. */
  readonly divertedClasses?: readonly BedClass[]
  readonly capabilities: ReadonlyMap<Capability, CapabilityAnswer>
  /** Patients placed here through the network, for fairness. */
  readonly placements24h: number
  readonly placements72h: number
}

export interface RankSlot {
  readonly id: string
  readonly hospitalId: string
  readonly bedClass: BedClass
  readonly isolation: SlotIsolation
  readonly share: SlotShare
  readonly state: SlotState
  readonly roomSex: RoomSex
  readonly minAgeYears: number | null
  readonly maxAgeYears: number | null
  readonly cohortPathogen: Pathogen | null
  /** Of a surge bed. */
  readonly opensInHours: number | null
  readonly asOfMs: number
  readonly source: Channel
  /** `to_us`: lent by another region and still ours to promise. `to_others`: our own, lent away. */
  readonly lease?: 'to_us' | 'to_others'
}

/** What a hospital answered in the last 14 days, one row for each class and quarter of the day that has any. */
export interface AcceptanceRecord {
  readonly hospitalId: string
  readonly bedClass: BedClass
  /** Quarter of the local day: 0 = 00–06, 1 = 06–12, 2 = 12–18, 3 = 18–24 (UTC+9). */
  readonly quarter: number
  readonly offers: number
  readonly accepted: number
  /** Sum over the accepted offers. */
  readonly secondsToAccept: number
}

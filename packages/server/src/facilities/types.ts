import type {
  BedClass,
  Capability,
  CapabilityAnswer,
  HospitalKind,
  HospitalState,
  ReadingKind,
  StopReason,
} from '@dure/contract'
import type { Brand } from '../platform/ids.ts'

/** The register's number (관리번호) of a hospital, the same in every cell. Made by `parseHospitalId` or read from our own tables. */
export type HospitalId = Brand<string, 'HospitalId'>

const HOSPITAL_ID = /^[A-Za-z0-9-]{3,40}$/
export const parseHospitalId = (raw: string): HospitalId | undefined =>
  HOSPITAL_ID.test(raw) ? (raw as HospitalId) : undefined

/** WGS84 degrees. */
export type Position = { readonly lat: number; readonly lon: number }

/** One answer about one capability. `usableUntil`, the last instant at which it counts, is absent where it does not age. */
export type CapabilityFact = {
  readonly answer: CapabilityAnswer
  readonly source: CapabilitySource
  readonly asOf: Date | null
  readonly receivedAt: Date
  readonly usableUntil?: Date
}

/** Patients are not taken, on the hospital's own word. Ask `stoppedAt` what stands at an instant. */
export type IntakeStop = {
  /** null = the hospital as a whole. */
  readonly bedClass: BedClass | null
  readonly reason: StopReason
  readonly since: Date
  /** The first instant at which it no longer stands; null = until the hospital says so. */
  readonly until: Date | null
}

export type CapabilitySource = 'register' | 'nemc' | 'hospital' | 'demo'

/** What ranking needs to know of a hospital: read-only, shared by many requests. */
export type RankedHospital = {
  readonly id: HospitalId
  readonly hpid: string | null
  readonly name: string
  readonly kind: HospitalKind
  readonly sidoCode: string
  readonly sigunguCode: string | null
  readonly position: Position
  readonly phone: string | null
  readonly erPhone: string | null
  /** null = not known, which is not 0. */
  readonly licensedBeds: number | null
  readonly state: HospitalState
  readonly source: 'register' | 'demo' | 'hospital'
  /**
   * What each source says, the most trusted first; absent code = unknown.
   * Read it through `answerAt`, which knows when an answer has grown too old.
   */
  readonly capabilities: ReadonlyMap<Capability, readonly CapabilityFact[]>
  readonly stops: readonly IntakeStop[]
}

/**
 * The last figure a source gave for a class at a hospital. Absent = the source never spoke of it = unknown.
 * `available` is set exactly when `reading` is 'known'; below zero = that many patients over capacity.
 * `asOf` null = the source's clock was wrong: the age is unknown, and the figure is not used to place.
 */
export type BedCount = {
  readonly hospitalId: HospitalId
  readonly bedClass: BedClass
  readonly source: 'nemc' | 'demo'
  readonly reading: ReadingKind
  readonly available: number | null
  readonly total: number | null
  readonly raw: string | null
  readonly flags: readonly string[]
  readonly asOf: Date | null
  readonly receivedAt: Date
}

/** The whole directory at one version: `version` moves whenever a hospital or an answer changes. */
export type DirectorySnapshot = {
  readonly version: string
  readonly loadedAt: Date
  readonly hospitals: readonly RankedHospital[]
  readonly byId: ReadonlyMap<string, RankedHospital>
}

/** A hospital that this cell's own tables do not know, as the log of its region tells it. */
export type ToldHospital = RankedHospital & {
  /** The region whose log it is. */
  readonly toldBy: string
  /** When that region said so, by its own clock. */
  readonly toldAt: Date
}

import type { BedClass, Capability, Channel, HospitalKind, HospitalState, StopReason } from '@dure/contract'
import type { BedCount } from './types.ts'

/** What the tables hold, as read for people: what was stated, by whom and when. */

/** Where a page ended: the row after it is the first that sorts after this. */
export type SearchPlace = { readonly distanceM: number | null; readonly name: string; readonly id: string }

export type FoundHospital = {
  readonly id: string
  readonly hpid: string | null
  readonly name: string
  readonly kind: HospitalKind
  readonly type: string
  readonly sidoCode: string
  readonly sigunguCode: string | null
  readonly address: string
  readonly phone: string | null
  readonly erPhone: string | null
  readonly lat: number
  readonly lon: number
  readonly distanceM: number | null
  readonly licensedBeds: number | null
  readonly state: HospitalState
  readonly source: 'register' | 'demo' | 'hospital'
  /** The region whose log told it, and when; null = it stands in our own tables. */
  readonly toldBy: string | null
  readonly toldAt: Date | null
}

export type HospitalDetail = Omit<FoundHospital, 'distanceM' | 'toldBy' | 'toldAt'> & {
  readonly inpatientRooms: number | null
  readonly medicalStaff: number | null
  readonly departments: readonly string[]
  readonly sourceUpdatedOn: string | null
  readonly importedAt: Date
  readonly missingSince: Date | null
}

export type StatedAnswer = {
  readonly code: Capability
  readonly answer: 'yes' | 'no' | 'unknown'
  readonly source: 'register' | 'nemc' | 'hospital' | 'demo'
  readonly raw: string | null
  readonly flags: string[]
  readonly asOf: Date | null
  readonly receivedAt: Date
  readonly until: Date | null
}

/** A line of `facilities.statement`: what a hospital said of itself, or a desk heard of it. */
export type Statement = {
  readonly id: string
  readonly hospitalId: string
  readonly said: 'capability' | 'capability_withdrawn' | 'stop' | 'resume'
  readonly code: Capability | null
  readonly answer: 'yes' | 'no' | 'unknown' | null
  readonly bedClass: BedClass | null
  readonly reason: StopReason | null
  readonly note: string | null
  readonly until: Date | null
  readonly at: Date
  readonly byName: string
  readonly channel: Channel
  readonly heardFrom: string | null
}

export type NewStatement = Omit<Statement, 'id'> & { readonly byPerson: string }

/** A stop that nobody has taken back; it may have ended by its own `until`. */
export type StandingStop = Statement & { readonly said: 'stop'; readonly reason: StopReason }

export type StatedCount = Omit<BedCount, 'hospitalId'>

export type SourceKind = 'register' | 'nemc_file' | 'nemc_poll' | 'demo'
export type SourceName = {
  /** `register`, `nemc-file:beds`, `nemc-poll:28:acceptance` … */
  readonly key: string
  readonly kind: SourceKind
  readonly sidoCode: string | null
  readonly operation: string | null
}

export type SourceState = SourceName & {
  readonly lastAttemptAt: Date | null
  readonly lastSuccessAt: Date | null
  readonly lastErrorCode: string | null
  readonly lastErrorDetail: string | null
  readonly failuresInRow: number
  readonly nextTryAt: Date | null
  readonly items: number | null
  readonly refused: number | null
  readonly flagged: number | null
}

import {
  type BedClass,
  type BedCountView,
  CAPABILITIES,
  type CapabilityView,
  type Freshness,
  type HospitalRow,
  type HospitalView,
  type SourceView,
  type StatementView,
  type StopReason,
  type StopView,
} from '@dure/contract'
import { factOf, usableAt } from './answers.ts'
import { ageMinutes, freshnessOf, STOP_DOUBTED_MIN } from './staleness.ts'
import type {
  FoundHospital,
  HospitalDetail,
  SourceState,
  StandingStop,
  StatedAnswer,
  StatedCount,
  Statement,
} from './stated.ts'
import { stands } from './stops.ts'
import type { ToldHospital } from './types.ts'

/** What leaves the directory: every figure with its source and its age now. */

/** A poll that has been silent for this many rounds is shown as silent. */
export const SILENT_AFTER_ROUNDS = 3

const instant = (at: Date | null): string | null => at?.toISOString() ?? null
const ageOf = (asOf: Date | null, now: Date): number | null => (asOf === null ? null : ageMinutes(asOf, now))

export const toRowView = (
  { lat, lon, toldBy, toldAt, ...rest }: FoundHospital,
  stops: readonly StopView[],
): HospitalRow => ({ ...rest, position: { lat, lon }, told: toldView(toldBy, toldAt), stops: [...stops] })

const toldView = (by: string | null, at: Date | null): HospitalRow['told'] =>
  by === null || at === null ? null : { by, at: at.toISOString() }

export const toStopView = (stop: StandingStop, now: Date): StopView => ({
  ...stopView(stop.bedClass, stop.reason, stop.at, stop.until, now),
  note: stop.note,
  by: stop.byName,
  channel: stop.channel,
  heardFrom: stop.heardFrom,
})

const stopView = (bedClass: BedClass | null, reason: StopReason, since: Date, until: Date | null, now: Date) => {
  const ageMin = ageMinutes(since, now)
  const isDoubted = until === null && ageMin > STOP_DOUBTED_MIN
  return {
    ...{ bedClass, reason, since: since.toISOString(), until: instant(until), ageMin },
    freshness: isDoubted ? ('stale' as const) : ('fresh' as const),
  }
}

/** What another region's log says of its hospital: who said a word, and how, stays there. */
export const toldStops = (hospital: ToldHospital, now: Date): StopView[] =>
  hospital.stops
    .filter((stop) => stands(stop, now))
    .map(({ bedClass, reason, since, until }) => ({
      ...stopView(bedClass, reason, since, until, now),
      ...{ note: null, by: null, channel: null, heardFrom: null },
    }))

export const toToldView = (hospital: ToldHospital, now: Date): HospitalView => {
  const { id, hpid, name, kind, sidoCode, sigunguCode, phone, erPhone, position, licensedBeds, state, source } =
    hospital
  const toldAt = hospital.toldAt.toISOString()
  return {
    ...{ id, hpid, name, kind, type: '', sidoCode, sigunguCode, address: '', phone, erPhone, position, licensedBeds },
    ...{ state, source, inpatientRooms: null, medicalStaff: null, departments: [], sourceUpdatedOn: null },
    importedAt: toldAt,
    missingSince: null,
    told: { by: hospital.toldBy, at: toldAt },
    stops: toldStops(hospital, now),
    capabilities: toldAnswers(hospital, now),
    bedCounts: [],
  }
}

export const toldAnswers = ({ capabilities, toldAt }: ToldHospital, now: Date): CapabilityView[] =>
  CAPABILITIES.flatMap((code) =>
    (capabilities.get(code) ?? []).map((fact) => ({
      ...{ code, answer: fact.answer, source: fact.source, raw: null, flags: [], asOf: null },
      until: fact.source === 'hospital' ? instant(fact.usableUntil ?? null) : null,
      receivedAt: toldAt.toISOString(),
      ageMin: ageMinutes(toldAt, now),
      freshness: usableAt(fact, now) ? ('fresh' as const) : ('expired' as const),
    })),
  )

export const toStatementView = ({ byName, hospitalId: _, ...rest }: Statement): StatementView => ({
  ...rest,
  by: byName,
  at: rest.at.toISOString(),
  until: instant(rest.until),
})

export const toDetailView = ({
  lat,
  lon,
  departments,
  importedAt,
  missingSince,
  ...rest
}: HospitalDetail): Omit<HospitalView, 'capabilities' | 'bedCounts' | 'stops'> => ({
  ...rest,
  position: { lat, lon },
  told: null,
  departments: [...departments],
  importedAt: importedAt.toISOString(),
  missingSince: instant(missingSince),
})

export const toAnswerView = (stated: StatedAnswer, now: Date): CapabilityView => {
  const { code, answer, raw, flags, source, asOf, receivedAt, until } = stated
  const clockError = flags.some((flag) => flag.startsWith('clock_'))
  const known = clockError ? null : (asOf ?? receivedAt)
  return {
    code,
    answer,
    raw,
    flags: [...flags],
    until: instant(until),
    source,
    asOf: instant(asOf),
    receivedAt: receivedAt.toISOString(),
    ageMin: ageOf(known, now),
    freshness: answerFreshness(stated, clockError, now),
  }
}

const answerFreshness = (stated: StatedAnswer, clockError: boolean, now: Date): Freshness => {
  if (clockError) return 'unknown'
  return usableAt(factOf(stated), now) ? 'fresh' : 'expired'
}

export const toCountView = (stated: StatedCount, now: Date): BedCountView => ({
  bedClass: stated.bedClass,
  reading: stated.reading,
  available: stated.available,
  total: stated.total,
  raw: stated.raw,
  flags: [...stated.flags],
  source: stated.source,
  asOf: instant(stated.asOf),
  receivedAt: stated.receivedAt.toISOString(),
  ageMin: ageOf(stated.asOf, now),
  freshness: freshnessOf(stated.bedClass, stated.asOf, now),
})

/** @param pollEveryS seconds between polls; undefined = this cell polls nobody (any more), and what was polled once is silent */
export const toSourceView = (state: SourceState, now: Date, pollEveryS: number | undefined): SourceView => {
  const polled = state.kind === 'nemc_poll'
  const silentAfterMin = polled ? Math.ceil(((pollEveryS ?? 0) * SILENT_AFTER_ROUNDS) / 60) : null
  const ageMin = ageOf(state.lastSuccessAt, now)
  return {
    key: state.key,
    kind: state.kind,
    sidoCode: state.sidoCode,
    operation: state.operation,
    lastAttemptAt: instant(state.lastAttemptAt),
    lastSuccessAt: instant(state.lastSuccessAt),
    ageMin,
    silent: state.lastSuccessAt === null || (silentAfterMin !== null && ageMin !== null && ageMin > silentAfterMin),
    silentAfterMin,
    errorCode: state.lastErrorCode,
    errorDetail: state.lastErrorDetail,
    failuresInRow: state.failuresInRow,
    nextTryAt: instant(state.nextTryAt),
    items: state.items,
    refused: state.refused,
    flagged: state.flagged,
  }
}

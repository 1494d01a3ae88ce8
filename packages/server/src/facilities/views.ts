import type {
  BedCountView,
  CapabilityView,
  Freshness,
  HospitalRow,
  HospitalView,
  SourceView,
  StatementView,
  StopView,
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

/** What leaves the directory: every figure with its source and its age now. */

/** A poll that has been silent for this many rounds is shown as silent. */
export const SILENT_AFTER_ROUNDS = 3

const instant = (at: Date | null): string | null => at?.toISOString() ?? null
const ageOf = (asOf: Date | null, now: Date): number | null => (asOf === null ? null : ageMinutes(asOf, now))

export const toRowView = (
  { lat, lon, ...rest }: FoundHospital,
  stops: readonly StandingStop[],
  now: Date,
): HospitalRow => ({ ...rest, position: { lat, lon }, stops: stops.map((stop) => toStopView(stop, now)) })

export const toStopView = (stop: StandingStop, now: Date): StopView => {
  const ageMin = ageMinutes(stop.at, now)
  return {
    bedClass: stop.bedClass,
    reason: stop.reason,
    note: stop.note,
    since: stop.at.toISOString(),
    until: instant(stop.until),
    ageMin,
    freshness: stop.until === null && ageMin > STOP_DOUBTED_MIN ? 'stale' : 'fresh',
    by: stop.byName,
    channel: stop.channel,
    heardFrom: stop.heardFrom,
  }
}

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

import type { Capability, CapabilityAnswer } from '@dure/contract'
import { answerUsableUntil } from './staleness.ts'
import type { CapabilityFact, CapabilitySource, RankedHospital } from './types.ts'

/** Who is believed first when two sources know: the hospital itself, then the newest report, then the licence. */
export const SOURCE_ORDER: readonly CapabilitySource[] = ['hospital', 'nemc', 'demo', 'register']

/** What a hospital can do, now. An answer that has grown too old, or whose age is not known, says nothing any more. */
export const answerAt = (
  hospital: Pick<RankedHospital, 'capabilities'>,
  code: Capability,
  now: Date,
): CapabilityAnswer => {
  return factAt(hospital, code, now)?.answer ?? 'unknown'
}

/** The statement that counts now. A hospital's own "not known" stands above what others say of it: it is to be asked. */
export const factAt = (
  hospital: Pick<RankedHospital, 'capabilities'>,
  code: Capability,
  now: Date,
): CapabilityFact | undefined =>
  (hospital.capabilities.get(code) ?? []).find(
    (fact) => usableAt(fact, now) && (fact.answer !== 'unknown' || fact.source === 'hospital'),
  )

export const usableAt = ({ usableUntil }: Pick<CapabilityFact, 'usableUntil'>, now: Date): boolean =>
  usableUntil === undefined || now.getTime() <= usableUntil.getTime()

export type StoredAnswer = Omit<CapabilityFact, 'usableUntil'> & {
  readonly flags: readonly string[]
  /** Of the hospital's own word: the first instant at which it no longer stands. */
  readonly until: Date | null
}

/**
 * The hospital says itself until when its word stands. Of the others only the emergency centre's answers age; one with a clock
 * error is of unknown age and was never usable.
 */
export const factOf = ({ answer, source, asOf, receivedAt, flags, until }: StoredAnswer): CapabilityFact => {
  const fact = { answer, source, asOf, receivedAt }
  if (source === 'hospital') return until === null ? fact : { ...fact, usableUntil: new Date(until.getTime() - 1) }
  if (source !== 'nemc') return fact
  if (flags.some((flag) => flag.startsWith('clock_'))) return { ...fact, usableUntil: new Date(0) }
  return { ...fact, usableUntil: answerUsableUntil(asOf ?? receivedAt) }
}

export const bySource = (a: { readonly source: CapabilitySource }, b: { readonly source: CapabilitySource }): number =>
  SOURCE_ORDER.indexOf(a.source) - SOURCE_ORDER.indexOf(b.source)

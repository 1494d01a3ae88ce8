import type { BedClass, Capability, Channel, Need, PhoneSettled } from '@dure/contract'
import { type RankedHospital, STALENESS } from '../facilities/index.ts'
import { NEED_CAPABILITIES } from './candidate-needs.ts'
import type { RankRequest } from './ranking-types.ts'

/** What calls have settled, and how long it counts. Pure; rows come from `phone-checks.sql.ts`. */

/** A row of `beds.phone_check`. */
export interface PhoneCheck {
  /** null = about the hospital's figures, whoever the patient. */
  readonly request_id: string | null
  readonly hospital_id: string
  readonly bed_class: BedClass | null
  readonly bed: boolean
  readonly needs_met: Need[]
  readonly needs_unmet: Need[]
  readonly at: Date
  readonly by_name: string
  readonly channel: Channel
  readonly heard_from: string
}

/** A call counts as long as a report of that class would be used. */
export const callsCountFrom = (bedClass: BedClass, now: Date): Date =>
  new Date(now.getTime() - STALENESS[bedClass].expiredMin * 60_000)

type Hospitals = ReadonlyMap<string, Pick<RankedHospital, 'capabilities'>>

interface NeedWord {
  readonly need: Need
  readonly answer: 'yes' | 'no'
  readonly check: PhoneCheck
}

/** The last answer about each need of a hospital; what the hospital itself stated later stands above the call. */
const needWords = (
  checks: readonly PhoneCheck[],
  hospital: Pick<RankedHospital, 'capabilities'> | undefined,
): NeedWord[] => {
  const words = new Map<Need, NeedWord>()
  for (const check of checks) {
    for (const need of check.needs_met) words.set(need, { need, answer: 'yes', check })
    for (const need of check.needs_unmet) words.set(need, { need, answer: 'no', check })
  }
  return [...words.values()].filter(({ need, check }) => !statedSince(hospital, need, check.at))
}

const statedSince = (hospital: Pick<RankedHospital, 'capabilities'> | undefined, need: Need, at: Date): boolean =>
  NEED_CAPABILITIES[need]
    .flat()
    .some((code: Capability) =>
      (hospital?.capabilities.get(code) ?? []).some(
        ({ source, receivedAt }) => source === 'hospital' && receivedAt > at,
      ),
    )

const byHospital = (checks: readonly PhoneCheck[]): ReadonlyMap<string, PhoneCheck[]> =>
  Map.groupBy(checks, ({ hospital_id: id }) => id)

/** For ranking. @param checks of one request and of figures, the later ones last */
export const settledFor = (
  checks: readonly PhoneCheck[],
  hospitals: Hospitals,
): Required<Pick<RankRequest, 'phoneVerifiedHospitalIds' | 'settledNeeds'>> => {
  const own = checks.filter(({ request_id: id }) => id !== null)
  return {
    phoneVerifiedHospitalIds: [...new Set(own.filter(({ bed }) => bed).map(({ hospital_id: id }) => id))],
    settledNeeds: [...byHospital(own)].flatMap(([hospitalId, ofOne]) => {
      const words = needWords(ofOne, hospitals.get(hospitalId))
      if (words.length === 0) return []
      const of = (answer: NeedWord['answer']) => words.filter((one) => one.answer === answer).map(({ need }) => need)
      return [{ hospitalId, met: of('yes'), unmet: of('no') }]
    }),
  }
}

/** For people: what was settled at each hospital, by whom, and who said so. */
export const settledByHospital = (
  checks: readonly PhoneCheck[],
  hospitals: Hospitals,
): ReadonlyMap<string, readonly PhoneSettled[]> =>
  new Map([...byHospital(checks)].map(([id, ofOne]) => [id, settledViews(ofOne, hospitals.get(id))]))

const settledViews = (
  checks: readonly PhoneCheck[],
  hospital: Pick<RankedHospital, 'capabilities'> | undefined,
): readonly PhoneSettled[] => {
  const bed = checks.findLast((check) => check.request_id !== null && check.bed)
  const figures = checks.findLast((check) => check.request_id === null)
  return [
    ...(bed === undefined ? [] : [viewOf('bed', 'yes', bed)]),
    ...(figures === undefined
      ? []
      : [viewOf(figures.bed_class === null ? 'figures' : `figures:${figures.bed_class}`, 'yes', figures)]),
    ...needWords(checks, hospital).map(({ need, answer, check }) => viewOf(`need:${need}`, answer, check)),
  ]
}

const viewOf = (what: string, answer: 'yes' | 'no', check: PhoneCheck): PhoneSettled => ({
  what,
  answer,
  by: check.by_name,
  heardFrom: check.heard_from,
  channel: check.channel,
  at: check.at.toISOString(),
})

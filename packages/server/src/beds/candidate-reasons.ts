/**
 * Why a hospital is not a candidate: every hard filter that failed, by code. A slot's filters are reported for the slot
 * that fails the fewest of them.
 */
export const WHY_NOT = [
  // of the hospital
  'hospital-closed',
  'hospital-diverted',
  'origin-itself',
  'already-asked',
  'declined-before',
  'capability-missing',
  'no-road',
  'drive-too-long',
  'region-not-asked',
  'no-consent-out-of-region',
  // of its nearest-fitting slot
  'no-slot-known',
  'class-diverted',
  'class-too-low',
  'isolation-missing',
  'cohort-of-other-pathogen',
  'age-outside-limits',
  'room-of-other-sex',
  'own-use-only',
  'kept-for-emergencies',
  'not-leased-to-us',
  'not-free',
  'surge-not-open',
  'data-too-old',
] as const
export type WhyNot = (typeof WHY_NOT)[number]

/** What a phone call should settle before a candidate is relied on. */
export const ASK_FIRST = ['capability-unknown', 'report-stale', 'surge-to-open'] as const
export type AskFirst = (typeof ASK_FIRST)[number]

/** One bit for each code. */
export const WHY_NOT_BIT = Object.fromEntries(WHY_NOT.map((code, at) => [code, 1 << at])) as Record<WhyNot, number>
export const ASK_FIRST_BIT = Object.fromEntries(ASK_FIRST.map((code, at) => [code, 1 << at])) as Record<
  AskFirst,
  number
>

export const whyNotOfBits = (bits: number): readonly WhyNot[] => WHY_NOT.filter((_, at) => (bits & (1 << at)) !== 0)
export const askFirstOfBits = (bits: number): readonly AskFirst[] =>
  ASK_FIRST.filter((_, at) => (bits & (1 << at)) !== 0)

export const countBits = (bits: number): number => {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

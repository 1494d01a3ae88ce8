import { type OxygenSupport, SEVERITIES, type Severity, type Vitals } from '@dure/contract'
import { err, ok, type Result } from '../platform/result.ts'
import { type BedRefusal, refusal } from './refusals.ts'
import {
  ADULT_SCORE_FROM_AGE_YEARS,
  type Band,
  CLASS_BY_CONSCIOUSNESS,
  CLASS_BY_OXYGEN,
  CLASS_BY_RISK,
  CLASS_ON_VASOPRESSORS,
  MEWS_BANDS,
  MEWS_CONSCIOUSNESS,
  NEWS2_BANDS,
  NEWS2_CONSCIOUSNESS,
  NEWS2_RED_SCORE,
  NEWS2_SPO2,
  NEWS2_SUPPLEMENTAL_OXYGEN_POINTS,
  PLAUSIBLE,
  RISK_BANDS,
  type RiskBand,
} from './severity-tables.ts'

export interface SeverityInput {
  readonly vitals: Vitals
  readonly oxygen: OxygenSupport
  /** Absent: an adult. */
  readonly ageYears?: number
  readonly pregnant?: boolean
  readonly vasopressors?: boolean
  /** A prescribed saturation target of 88–92 %: NEWS2's second scale. */
  readonly hypercapnic?: boolean
}

/** A clinician's own class: who and when. It stands above every score. */
export interface JudgedClass {
  readonly class: Severity
  readonly by: string
  /** ISO 8601, UTC. */
  readonly at: string
}

export interface SeverityJudgement {
  /** `null`: too little is known to say even a least class. With vital signs missing it is a least class. */
  readonly suggested: Severity | null
  /** Why: each rule that spoke, with the class it asks for. The highest is suggested. */
  readonly because: readonly { readonly rule: SeverityRule; readonly class: Severity }[]
  readonly score: 'mews' | 'news2' | null
  /** The sum of the parts; with vital signs missing a least sum. */
  readonly points: number | null
  readonly parts: Readonly<Record<string, number>>
  readonly missing: readonly string[]
  /** Set only when the score is whole. */
  readonly band: RiskBand | null
  /** Why no adult score was worked out. */
  readonly notScored: 'child' | 'pregnant' | null
  readonly judged: JudgedClass | null
  /** What counts. */
  readonly effective: Severity | null
}
export type SeverityRule = 'score' | 'oxygen' | 'consciousness' | 'vasopressors'

/** Refuses implausible values, all at once, with pointers such as `/vitals/pulse`. */
export const judgeSeverity = (
  input: SeverityInput,
  judged: JudgedClass | null = null,
): Result<SeverityJudgement, readonly BedRefusal[]> => {
  const implausible = implausibleVitals(input.vitals)
  if (implausible.length > 0) return err(implausible)
  const notScored = notScoredBecause(input)
  const scored = notScored === null ? scoreOf(input) : { ...NO_SCORE, missing: [] }
  const because = reasons(input, scored)
  const suggested = because.reduce<Severity | null>((worst, { class: next }) => worse(worst, next), null)
  return ok({ ...scored, suggested, because, notScored, judged, effective: judged?.class ?? suggested })
}

type Scored = Pick<SeverityJudgement, 'score' | 'points' | 'parts' | 'missing' | 'band'>
const NO_SCORE = { score: null, points: null, parts: {}, band: null } as const

export const pointsIn = (bands: readonly Band[], value: number): number =>
  bands.find(({ upTo }) => value <= upTo)?.points ?? 0

export const implausibleVitals = (vitals: Vitals): readonly BedRefusal[] =>
  (Object.keys(PLAUSIBLE) as (keyof typeof PLAUSIBLE)[]).flatMap((name) => {
    const value = vitals[name]
    const [least, most] = PLAUSIBLE[name]
    return value === undefined || (value >= least && value <= most)
      ? []
      : [refusal('value-implausible', `${name} ${value} is not between ${least} and ${most}`, `/vitals/${name}`)]
  })

const notScoredBecause = ({ ageYears, pregnant }: SeverityInput): 'child' | 'pregnant' | null => {
  if (ageYears !== undefined && ageYears < ADULT_SCORE_FROM_AGE_YEARS) return 'child'
  return pregnant === true ? 'pregnant' : null
}

/** NEWS2 when the saturation is known, MEWS otherwise. */
const scoreOf = (input: SeverityInput): Scored => {
  const score = input.vitals.spo2 === undefined ? 'mews' : 'news2'
  const parts: Record<string, number> = {}
  const missing: string[] = []
  for (const [name, points] of Object.entries(score === 'mews' ? mewsParts(input) : news2Parts(input))) {
    if (points === undefined) missing.push(name)
    else parts[name] = points
  }
  if (Object.keys(parts).every((name) => name === 'supplementalOxygen')) return { ...NO_SCORE, missing }
  const points = Object.values(parts).reduce((sum, part) => sum + part, 0)
  return { score, points, parts, missing, band: missing.length === 0 ? riskBand(score, points, parts) : null }
}

type Parts = Record<string, number | undefined>

const bandPoints = (tables: typeof MEWS_BANDS, vitals: Vitals): Parts => {
  const tenths = vitals.temperature === undefined ? undefined : Math.round(vitals.temperature * 10)
  const points = (bands: readonly Band[], value: number | undefined) =>
    value === undefined ? undefined : pointsIn(bands, value)
  return {
    pulse: points(tables.pulse, vitals.pulse),
    systolicBp: points(tables.systolicBp, vitals.systolicBp),
    respiratoryRate: points(tables.respiratoryRate, vitals.respiratoryRate),
    temperature: points(tables.temperatureTenths, tenths),
  }
}

const mewsParts = ({ vitals }: SeverityInput): Parts => ({
  ...bandPoints(MEWS_BANDS, vitals),
  consciousness: vitals.consciousness === undefined ? undefined : MEWS_CONSCIOUSNESS[vitals.consciousness],
})

const news2Parts = ({ vitals, oxygen, hypercapnic }: SeverityInput): Parts => {
  const onOxygen = oxygen !== 'room_air'
  const scale = hypercapnic !== true ? 'scale1' : onOxygen ? 'scale2OnOxygen' : 'scale2OnAir'
  return {
    ...bandPoints(NEWS2_BANDS, vitals),
    spo2: vitals.spo2 === undefined ? undefined : pointsIn(NEWS2_SPO2[scale], vitals.spo2),
    supplementalOxygen: onOxygen ? NEWS2_SUPPLEMENTAL_OXYGEN_POINTS : 0,
    consciousness: vitals.consciousness === undefined ? undefined : NEWS2_CONSCIOUSNESS[vitals.consciousness],
  }
}

export const riskBand = (
  score: 'mews' | 'news2',
  points: number,
  parts: Readonly<Record<string, number>>,
): RiskBand => {
  const band = RISK_BANDS[score].find(({ from }) => points >= from)?.band ?? 'low'
  const red = score === 'news2' && Object.values(parts).some((part) => part >= NEWS2_RED_SCORE)
  return band === 'low' && red ? 'low_medium' : band
}

const reasons = ({ vitals, oxygen, vasopressors }: SeverityInput, scored: Scored): SeverityJudgement['because'] => {
  const said: { rule: SeverityRule; class: Severity }[] = []
  const say = (rule: SeverityRule, asked: Severity) => {
    if (asked !== 'asymptomatic') said.push({ rule, class: asked })
  }
  const fromScore = classByScore(scored)
  if (fromScore !== null) say('score', fromScore)
  say('oxygen', CLASS_BY_OXYGEN[oxygen])
  if (vitals.consciousness !== undefined) {
    say('consciousness', CLASS_BY_CONSCIOUSNESS[scored.band === null ? 'unscored' : 'scored'][vitals.consciousness])
  }
  if (vasopressors === true) say('vasopressors', CLASS_ON_VASOPRESSORS)
  return said
}

/** A part of the vital signs can only show that it is bad, never that it is well. */
const classByScore = ({ score, points, parts, band }: Scored): Severity | null => {
  if (score === null || points === null) return null
  if (band !== null) return CLASS_BY_RISK[band]
  const atLeast = CLASS_BY_RISK[riskBand(score, points, parts)]
  return atLeast === 'mild' ? null : atLeast
}

const worse = (a: Severity | null, b: Severity): Severity =>
  a !== null && SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b

import {
  type BedClass,
  type Capability,
  type HospitalStatement,
  hospitalStatement,
  type StopReason,
} from '@dure/contract'
import { linesOf } from './stating.ts'

/** Hospitals' own words as records of a log, and what stands once all of them were said. Pure. */

/** How each kind of statement is told. */
export const OP_KINDS: Record<HospitalStatement['say'], string> = {
  capability: 'capability-said',
  capability_withdrawn: 'capability-withdrawn',
  stop: 'intake-stopped',
  resume: 'intake-resumed',
}
export const WORD_KINDS: readonly string[] = Object.values(OP_KINDS)
const SAYS = new Map(Object.entries(OP_KINDS).map(([say, kind]) => [kind, say]))

/** A record of a log, as far as this slice asks. */
export interface WordRecord {
  readonly kind: string
  readonly at: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface SaidWord {
  readonly hospitalId: string
  readonly statement: HospitalStatement
  readonly at: Date
}

export const readWord = ({ kind, at, body }: WordRecord): SaidWord | undefined => {
  const { hospitalId, ...rest } = body
  const read = hospitalStatement.safeParse({ say: SAYS.get(kind), ...rest })
  return read.success && typeof hospitalId === 'string'
    ? { hospitalId, statement: read.data, at: new Date(at) }
    : undefined
}

/**
 * The lines of a word that was said elsewhere. It was accepted there: where what stands here differs, of a resume counts what is
 * stopped here.
 */
export const linesTaken = ({ statement, at }: SaidWord, stopped: readonly (BedClass | null)[]) => {
  const here =
    statement.say !== 'resume' || statement.bedClasses === null
      ? statement
      : { ...statement, bedClasses: statement.bedClasses.filter((one) => stopped.includes(one)) }
  const lines = linesOf(here, stopped, at)
  return lines.ok ? lines.value : []
}

export interface Stop {
  readonly reason: StopReason
  readonly until: Date | null
  readonly at: Date
}
export interface OwnAnswer {
  readonly answer: 'yes' | 'no' | 'unknown'
  readonly until: Date | null
  readonly at: Date
}

/** What of a hospital's own words stands. */
export interface Words {
  readonly stops: Map<BedClass | null, Stop>
  readonly answers: Map<Capability, OwnAnswer>
}
export const noWords = (): Words => ({ stops: new Map(), answers: new Map() })

/** Adds what was said next. */
export const foldWord = ({ stops, answers }: Words, said: SaidWord): void => {
  const { statement, at } = said
  for (const { said: what, bedClass, reason, until } of linesTaken(said, [...stops.keys()]))
    if (what === 'stop' && reason !== null) stops.set(bedClass, { reason, until, at })
    else if (what === 'resume') stops.delete(bedClass)
    else if (statement.say === 'capability') answers.set(statement.code, { answer: statement.answer, until, at })
  if (statement.say === 'capability_withdrawn') answers.delete(statement.code)
}

/** Without those whose time is over. */
export const standingWords = ({ stops, answers }: Words, now: Date): Words => {
  const stands = ([, { until }]: readonly [unknown, { readonly until: Date | null }]) => until === null || now < until
  return { stops: new Map([...stops].filter(stands)), answers: new Map([...answers].filter(stands)) }
}

const isSame = <T extends Stop | OwnAnswer>(one: T | undefined, other: T | undefined): boolean => {
  const what = (word: T) => ('reason' in word ? word.reason : word.answer)
  return (
    one !== undefined &&
    other !== undefined &&
    what(one) === what(other) &&
    one.until?.getTime() === other.until?.getTime()
  )
}

export interface NextWord {
  readonly statement: HospitalStatement
  /** When it was said; `null`: nobody said this, it follows from what stands. */
  readonly at: Date | null
}

/** What has to be said so that what stands by `from` becomes what stands by `to`. */
export const wordsBetween = (from: Words, to: Words): readonly NextWord[] => {
  const differ = [...from.stops.keys(), ...to.stops.keys()].some(
    (key) => !isSame(from.stops.get(key), to.stops.get(key)),
  )
  return [...(differ ? stopsAnew(from, to) : []), ...answersBetween(from, to)]
}

const stopsAnew = (from: Words, to: Words): readonly NextWord[] => [
  ...(from.stops.size === 0 ? [] : [{ statement: { say: 'resume', bedClasses: null } as const, at: null }]),
  ...[...to.stops].map(([bedClass, { reason, until, at }]) => ({
    statement: {
      say: 'stop' as const,
      bedClasses: bedClass === null ? null : [bedClass],
      reason,
      until: until?.toISOString() ?? null,
    },
    at,
  })),
]

const answersBetween = (from: Words, to: Words): readonly NextWord[] => [
  ...[...from.answers.keys()]
    .filter((code) => !to.answers.has(code))
    .map((code) => ({ statement: { say: 'capability_withdrawn' as const, code }, at: null })),
  ...[...to.answers]
    .filter(([code, word]) => !isSame(from.answers.get(code), word))
    .map(([code, { answer, until, at }]) => ({
      statement: { say: 'capability' as const, code, answer, until: until?.toISOString() ?? null },
      at,
    })),
]

import type { BedClass, HospitalStatement, Refusal } from '@dure/contract'
import { err, ok, type Result } from '../platform/result.ts'
import { WORD_LONGEST_DAYS } from './staleness.ts'
import type { NewStatement } from './stated.ts'

/** What a hospital's statement becomes: lines of its record. Pure; time and what stands now are arguments. */

type Problem = Refusal<'invalid-input' | 'wrong-state'>
type Line = Pick<NewStatement, 'said' | 'code' | 'answer' | 'bedClass' | 'reason' | 'note' | 'until'>

const DAY_MS = 24 * 3_600_000
const NOTHING = { code: null, answer: null, bedClass: null, reason: null, note: null, until: null } as const

/** @param stopped where it takes nobody now; null = the hospital as a whole */
export const linesOf = (
  statement: HospitalStatement,
  stopped: readonly (BedClass | null)[],
  now: Date,
): Result<readonly Line[], Problem> => {
  switch (statement.say) {
    case 'capability': {
      const until = endOf(statement.until, now)
      if (!until.ok) return until
      const { code, answer, note = null } = statement
      return ok([{ ...NOTHING, said: 'capability', code, answer, note, until: until.value }])
    }
    case 'capability_withdrawn':
      return ok([{ ...NOTHING, said: 'capability_withdrawn', code: statement.code }])
    case 'stop': {
      const until = endOf(statement.until, now)
      if (!until.ok) return until
      const { reason, note = null } = statement
      return ok(
        (unique(statement.bedClasses) ?? [null]).map((bedClass) => ({
          ...NOTHING,
          said: 'stop' as const,
          bedClass,
          reason,
          note,
          until: until.value,
        })),
      )
    }
    case 'resume':
      return resumed(unique(statement.bedClasses), stopped)
  }
}

/** A stop of the whole is taken back as a whole: a class alone would still be stopped, and look as if it were not. */
const resumed = (
  asked: readonly BedClass[] | null,
  stopped: readonly (BedClass | null)[],
): Result<readonly Line[], Problem> => {
  if (asked !== null && stopped.includes(null))
    return refuse('wrong-state', 'the hospital as a whole takes nobody; resume it first', '/body/statement/bedClasses')
  const again = asked ?? stopped
  if (again.length === 0 || again.some((one) => !stopped.includes(one)))
    return refuse('wrong-state', 'nothing of this is stopped', '/body/statement/bedClasses')
  return ok(again.map((bedClass) => ({ ...NOTHING, said: 'resume' as const, bedClass })))
}

const unique = (classes: readonly BedClass[] | null): readonly BedClass[] | null =>
  classes === null ? null : [...new Set(classes)]

const endOf = (until: string | null, now: Date): Result<Date | null, Problem> => {
  if (until === null) return ok(null)
  const at = new Date(until)
  if (!(at > now)) return refuse('invalid-input', 'the end lies in the past', '/body/statement/until')
  return at.getTime() - now.getTime() > WORD_LONGEST_DAYS * DAY_MS
    ? refuse('invalid-input', `a word is given for ${WORD_LONGEST_DAYS} days at most`, '/body/statement/until')
    : ok(at)
}

const refuse = (code: Problem['code'], detail: string, pointer: string) => err({ code, detail, pointer })

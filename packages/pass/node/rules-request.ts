import { evaluateLogic } from '../src/certlogic.ts'
import { isRecord } from '../src/certlogic-values.ts'
import { evaluateRules, type Question, type Verdict } from '../src/rules.ts'
import type { CompiledRuleSet } from '../src/rules-compile.ts'
import { parseInstant } from './instant.ts'

/** One line of a batch: `result` of the logic or the rules, or what was wrong with the line. */
export type RulesAnswer =
  | { readonly id: unknown; readonly result: unknown }
  | { readonly id: unknown; readonly error: { readonly code: string; readonly message: string } }

const failed = (id: unknown, code: string, message: string): RulesAnswer => ({ id, error: { code, message } })

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const HAS_ZONE = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i

/** Instants of Korean rules are Korean time unless they say otherwise. */
export const koreanInstant = (value: unknown): number | undefined =>
  typeof value === 'string' && value.length >= 10 && !HAS_ZONE.test(value.slice(10))
    ? parseInstant(`${value.length === 10 ? `${value}T00:00` : value}+09:00`)
    : parseInstant(value)

/** A question as JSON: `at` may be text; the rest has the shape of `Question` and is checked by the evaluator. */
export const judge = (set: CompiledRuleSet, question: Record<string, unknown>): Verdict => {
  const holder = { credentials: [], ...(isRecord(question.holder) ? question.holder : {}) }
  const at = koreanInstant(question.at) ?? Number.NaN
  return evaluateRules(set, { ...question, holder, at } as unknown as Question)
}

/**
 * `{"id", "logic", "data"}` → `{"id", "result"}`; `{"id", "question"}` → `{"id", "result": verdict}`. Whatever else the line
 * holds gives `{"id", "error": {"code", "message"}}`. Never throws.
 */
export const answerLine = (set: CompiledRuleSet, line: string): RulesAnswer => {
  const request = parse(line)
  if (!isRecord(request)) return failed(null, 'request-malformed', 'the line is not a JSON object')
  const id = request.id ?? null
  if (isRecord(request.question)) return { id, result: judge(set, request.question) }
  if (!Object.hasOwn(request, 'logic')) return failed(id, 'request-malformed', '"logic" is missing')
  const result = evaluateLogic(request.logic, request.data ?? null)
  return result.ok ? { id, result: result.value } : failed(id, result.error.code, result.error.detail)
}

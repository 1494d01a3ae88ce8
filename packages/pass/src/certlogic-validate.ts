import { MAX_DEPTH, MAX_STEPS } from './certlogic.ts'
import { isInteger, isRecord, isTimeUnit, TIME_UNITS } from './certlogic-values.ts'

/** One fault: the sub-expression it stands in, and the sentence the specification's validation suite uses for it. */
export type LogicIssue = { readonly expr: unknown; readonly message: string }

type Budget = { nodes: number; readonly extensions: readonly string[] }

const VAR_PATH = /^[^.]+(\.[^.]+)*$/
const FORM = 'operation not of the form { "<operator>": [ <values...> ] }'
const COMPARISONS = new Set(['<', '>', '<=', '>=', 'after', 'before', 'not-after', 'not-before'])
const BINARIES = new Set(['===', 'in', '+'])

/** How a value is shown in a message: as JSON, short. */
const shown = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'))

const varIssues = (expr: unknown, path: unknown): LogicIssue[] => {
  if (typeof path !== 'string') return [{ expr, message: 'not of the form { "var": "<path>" }' }]
  if (path === '' || VAR_PATH.test(path)) return []
  return [{ expr, message: `data access path doesn't have a valid format: ${path}` }]
}

const countMessage = (operator: string, count: number): string | undefined => {
  if (operator === 'and') {
    return count < 2 ? `an "and" operation must have at least 2 operands, but it has ${count}` : undefined
  }
  if (COMPARISONS.has(operator)) {
    const wrong = count < 2 || count > 3
    return wrong ? `an operation with operator "${operator}" must have 2 or 3 operands, but it has ${count}` : undefined
  }
  if (BINARIES.has(operator)) {
    return count === 2
      ? undefined
      : `an operation with operator "${operator}" must have 2 operands, but it has ${count}`
  }
  return FIXED[operator]?.(count)
}

const FIXED: { readonly [operator: string]: (count: number) => string | undefined } = {
  if: (n) => (n === 3 ? undefined : `an "if"-operation must have exactly 3 values/operands, but it has ${n}`),
  '!': (n) =>
    n === 1 ? undefined : `a !-operation (logical not/negation) must have exactly 1 operand, but it has ${n}`,
  plusTime: (n) =>
    n === 3 ? undefined : `a "plusTime"-operation must have exactly 3 values/operands, but it has ${n}`,
  reduce: (n) => (n === 3 ? undefined : `a "reduce"-operation must have exactly 3 values/operands, but it has ${n}`),
  extractFromUVCI: (n) =>
    n === 2 ? undefined : `an "extractFromUVCI"-operation must have exactly 2 values/operands, but it has ${n}`,
  dccDateOfBirth: (n) =>
    n === 1 ? undefined : `a "dccDateOfBirth"-operation must have exactly 1 value/operand, but it has ${n}`,
}

const isOperator = (operator: string): boolean =>
  operator === 'and' || COMPARISONS.has(operator) || BINARIES.has(operator) || Object.hasOwn(FIXED, operator)

/** The operands that are themselves expressions; the others are literals of the operation. */
const expressionOperands = (operator: string, values: readonly unknown[]): readonly unknown[] => {
  if (operator === 'and') return values
  if (COMPARISONS.has(operator) || operator === 'if' || operator === 'reduce') return values.slice(0, 3)
  if (BINARIES.has(operator)) return values.slice(0, 2)
  if (operator === '!') return values.length === 1 ? values : []
  return values.slice(0, 1)
}

const literalIssues = (expr: unknown, operator: string, values: readonly unknown[]): LogicIssue[] => {
  const issues: LogicIssue[] = []
  const [, second, third] = values
  if (operator === 'plusTime' && second !== undefined && !isInteger(second)) {
    const message = `"amount" argument (#2) of "plusTime" must be an integer, but it is: ${shown(second)}`
    issues.push({ expr, message })
  }
  if (operator === 'plusTime' && third !== undefined && !isTimeUnit(third)) {
    const units = TIME_UNITS.join(', ')
    const message = `"unit" argument (#3) of "plusTime" must be a string equal to one of ${units}, but it is: ${shown(third)}`
    issues.push({ expr, message })
  }
  if (operator === 'extractFromUVCI' && second !== undefined && !isInteger(second)) {
    const message = `"index" argument (#2) of "extractFromUVCI" must be an integer, but it is: ${shown(second)}`
    issues.push({ expr, message })
  }
  return issues
}

const operationIssues = (expr: Record<string, unknown>, depth: number, budget: Budget): LogicIssue[] => {
  const keys = Object.keys(expr)
  const operator = keys[0]
  if (operator === undefined || keys.length !== 1) {
    return [{ expr, message: `expression object must have exactly one key, but it has ${keys.length}` }]
  }
  const values = expr[operator]
  if (operator === 'var') return varIssues(expr, values)
  if (!Array.isArray(values)) return [{ expr, message: FORM }]
  const extended = budget.extensions.includes(operator)
  if (!extended && !isOperator(operator)) return [{ expr, message: `unrecognised operator: "${operator}"` }]
  if (extended) return values.flatMap((value) => issuesOf(value, depth + 1, budget))
  const count = countMessage(operator, values.length)
  return [
    ...(count === undefined ? [] : [{ expr, message: count }]),
    ...expressionOperands(operator, values).flatMap((value) => issuesOf(value, depth + 1, budget)),
    ...literalIssues(expr, operator, values),
  ]
}

const issuesOf = (expr: unknown, depth: number, budget: Budget): LogicIssue[] => {
  budget.nodes -= 1
  if (budget.nodes < 0) return []
  if (depth > MAX_DEPTH) return [{ expr: null, message: `nested deeper than ${MAX_DEPTH}` }]
  if (typeof expr === 'string' || typeof expr === 'boolean' || isInteger(expr)) return []
  if (typeof expr === 'number') return [{ expr, message: `${expr} is a non-integer number` }]
  if (Array.isArray(expr)) return expr.flatMap((item) => issuesOf(item, depth + 1, budget))
  if (isRecord(expr)) return operationIssues(expr, depth, budget)
  return [{ expr, message: 'invalid CertLogic expression' }]
}

/**
 * All faults of form of an expression, in reading order; empty for a valid one. Bounded like the evaluator; never throws.
 * `extensions` names operators beyond the specification that are allowed (rule sets allow `endOfDay`).
 */
export const validateLogic = (logic: unknown, extensions: readonly string[] = []): readonly LogicIssue[] => {
  const budget: Budget = { nodes: MAX_STEPS, extensions }
  const issues = issuesOf(logic, 0, budget)
  return budget.nodes < 0 ? [...issues, { expr: null, message: `more than ${MAX_STEPS} nodes` }] : issues
}

const gather = (expr: unknown, parent: unknown, depth: number, found: Map<string, unknown[]>): void => {
  if (depth > MAX_DEPTH) return
  if (Array.isArray(expr)) {
    for (const item of expr) gather(item, expr, depth + 1, found)
    return
  }
  if (!isRecord(expr)) return
  for (const [operator, values] of Object.entries(expr)) {
    if (operator === 'var' && typeof values === 'string') {
      const contexts = found.get(values)
      if (contexts === undefined) found.set(values, [parent ?? expr])
      else contexts.push(parent ?? expr)
    } else if (Array.isArray(values)) {
      // The lambda of a reduction reads `current` and `accumulator`, not the data.
      const operands = operator === 'reduce' ? [values[0], values[2]] : values
      for (const value of operands) gather(value, expr, depth + 1, found)
    }
  }
}

/** Every path of the data an expression can read → the sub-expressions that read it. What a form must ask for, no more. */
export const dataAccesses = (logic: unknown): ReadonlyMap<string, readonly unknown[]> => {
  const found = new Map<string, unknown[]>()
  gather(logic, undefined, 0, found)
  return found
}

/** The paths alone, sorted. */
export const accessedPaths = (logic: unknown): readonly string[] => [...dataAccesses(logic).keys()].sort()

const PAYLOAD = 'payload.'

/** `AffectedFields` of a DCC business rule: the paths inside the certificate, without `payload.`, sorted. */
export const affectedFields = (logic: unknown): readonly string[] =>
  accessedPaths(logic).flatMap((path) => (path.startsWith(PAYLOAD) ? [path.slice(PAYLOAD.length)] : []))

import { compileVar, OPERATIONS, type Operand } from './certlogic-operations.ts'
import { type CertLogicError, Fault, fail, faulty, MAX_DEPTH, MAX_STEPS, type Node, spend } from './certlogic-run.ts'
import { isInteger, isRecord } from './certlogic-values.ts'
import { err, ok, type Result } from './result.ts'

export { type CertLogicCode, type CertLogicError, MAX_DEPTH, MAX_STEPS } from './certlogic-run.ts'

/**
 * CertLogic 1.3.3: an expression is compiled once into closures and run on as many data contexts as needed.
 * Nothing here throws on hostile input; depth, steps and the size of a result are bounded.
 * @see docs/sources/rules.md#certlogic
 */
/** `value` is JSON, or a `Date` where the expression yields a date-time (JSON.stringify writes it as ISO 8601 in UTC). */
export type CompiledLogic = (data: unknown) => Result<unknown, CertLogicError>

/** A named operation beyond the specification: gets its operands evaluated. Used by rule sets only, never by `evaluate`. */
export type Extension = (operands: readonly unknown[]) => Result<unknown, CertLogicError>
export type Extensions = { readonly [operator: string]: Extension }

/** Most nodes plus characters a result may have when written as JSON. */
export const MAX_RESULT = 4_000_000

class Compiler {
  #nodes = 0
  readonly #extensions: Extensions

  constructor(extensions: Extensions) {
    this.#extensions = extensions
  }

  node(expr: unknown, depth: number): Node {
    this.#nodes += 1
    if (depth > MAX_DEPTH) return fail('logic-limit', `nested deeper than ${MAX_DEPTH}`)
    if (this.#nodes > MAX_STEPS) return fail('logic-limit', `more than ${MAX_STEPS} nodes`)
    if (typeof expr === 'string' || typeof expr === 'boolean' || isInteger(expr)) return this.#literal(expr)
    if (Array.isArray(expr)) return this.#array(expr, depth)
    if (isRecord(expr)) return this.#operation(expr, depth)
    return faulty('logic-malformed', typeof expr === 'number' ? 'not an integer' : 'not a CertLogic expression')
  }

  #literal(value: string | boolean | number): Node {
    return (_data, run) => {
      spend(run, 1)
      return value
    }
  }

  #array(items: readonly unknown[], depth: number): Node {
    const nodes = items.map((item) => this.node(item, depth + 1))
    return (data, run) => {
      spend(run, 1)
      return nodes.map((node) => node(data, run))
    }
  }

  #operation(expr: Record<string, unknown>, depth: number): Node {
    const keys = Object.keys(expr)
    const operator = keys[0]
    if (operator === undefined || keys.length !== 1) {
      return faulty('logic-malformed', `an operation has exactly one key, this has ${keys.length}`)
    }
    const values = expr[operator]
    if (operator === 'var') return compileVar(values)
    const compile = OPERATIONS.get(operator)
    const extension = Object.hasOwn(this.#extensions, operator) ? this.#extensions[operator] : undefined
    if (compile === undefined && extension === undefined) return faulty('logic-malformed', 'unrecognised operator')
    if (!Array.isArray(values) || values.length === 0) {
      return faulty('logic-malformed', `the operands of "${operator}" must be a non-empty array`)
    }
    const operand = (index: number): Node => this.node(values[index], depth + 1)
    if (compile !== undefined) return compile(operator, values, operand)
    return extension === undefined
      ? faulty('logic-malformed', 'unrecognised operator')
      : extend(extension, values, operand)
  }
}

/** The operators of the specification, `var` among them. */
export const OPERATORS: readonly string[] = ['var', ...OPERATIONS.keys()]

const extend = (extension: Extension, values: readonly unknown[], operand: Operand): Node => {
  const nodes = values.map((_value, index) => operand(index))
  return (data, run) => {
    spend(run, 1)
    const result = extension(nodes.map((node) => node(data, run)))
    return result.ok ? result.value : fail(result.error.code, result.error.detail)
  }
}

/** A shared value is counted each time it occurs: that is what it costs to write it down. */
const measure = (value: unknown, depth: number, left: number): number => {
  const rest = left - (typeof value === 'string' ? 1 + value.length : 1)
  if (rest < 0) return fail('logic-limit', `a result larger than ${MAX_RESULT}`)
  if (typeof value !== 'object' || value === null || value instanceof Date) return rest
  if (depth > MAX_DEPTH) return fail('logic-limit', `a result nested deeper than ${MAX_DEPTH}`)
  let remaining = rest
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    remaining = measure(
      (value as Record<string, unknown>)[key],
      depth + 1,
      remaining - (Array.isArray(value) ? 0 : key.length),
    )
  }
  return remaining
}

const guarded = <T>(work: () => T): Result<T, CertLogicError> => {
  try {
    return ok(work())
  } catch (fault) {
    if (fault instanceof Fault) return err(fault.error)
    throw fault
  }
}

/**
 * Compiles an expression. Only what makes the whole unusable is refused here (`logic-limit`); a malformed operation is
 * refused when it is reached, as the specification's own evaluators do. `validateLogic` finds all of them beforehand.
 */
export const compileLogic = (logic: unknown, extensions: Extensions = {}): Result<CompiledLogic, CertLogicError> => {
  const compiled = guarded(() => new Compiler(extensions).node(logic, 0))
  if (!compiled.ok) return compiled
  const root = compiled.value
  return ok((data) =>
    guarded(() => {
      const value = root(data, { steps: MAX_STEPS })
      if (typeof value === 'object' && value !== null) measure(value, 0, MAX_RESULT)
      return value
    }),
  )
}

/**
 * Evaluates a CertLogic expression on a data context (both JSON values).
 * Errors: `logic-malformed` (not an expression), `logic-type` (an operand has the wrong type), `logic-date`,
 * `logic-overflow`, `logic-limit`.
 */
export const evaluateLogic = (logic: unknown, data: unknown): Result<unknown, CertLogicError> => {
  const compiled = compileLogic(logic)
  return compiled.ok ? compiled.value(data) : compiled
}

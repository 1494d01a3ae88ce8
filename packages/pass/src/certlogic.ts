import {
  access,
  dateOfBirthInstant,
  dateTimeInstant,
  isInteger,
  isRecord,
  isTimeUnit,
  plusTime,
  TIME_UNITS,
  truth,
  uciFragment,
} from './certlogic-values.ts'
import { err, ok, type Result } from './result.ts'

/**
 * CertLogic 1.3.3: an expression is compiled once into closures and run on as many data contexts as needed.
 * Nothing here throws on hostile input; depth, steps and the size of a result are bounded.
 * @see docs/sources/rules.md#certlogic
 */
export type CertLogicCode = 'logic-malformed' | 'logic-type' | 'logic-date' | 'logic-overflow' | 'logic-limit'

/** `detail` names the fault of the expression; it never repeats a value of the data. */
export type CertLogicError = { readonly code: CertLogicCode; readonly detail: string }

/** `value` is JSON, or a `Date` where the expression yields a date-time (JSON.stringify writes it as ISO 8601 in UTC). */
export type CompiledLogic = (data: unknown) => Result<unknown, CertLogicError>

/** A named operation beyond the specification: gets its operands evaluated. Used by rule sets only, never by `evaluate`. */
export type Extension = (operands: readonly unknown[]) => Result<unknown, CertLogicError>
export type Extensions = { readonly [operator: string]: Extension }

/** Deepest nesting of an expression or of a result; real rules stay under 40. */
export const MAX_DEPTH = 256
/** Most nodes of an expression, and most steps of one evaluation. A step is one node, or 64 characters or items looked at. */
export const MAX_STEPS = 200_000
/** Most nodes plus characters a result may have when written as JSON. */
export const MAX_RESULT = 4_000_000

class Fault {
  readonly error: CertLogicError
  constructor(code: CertLogicCode, detail: string) {
    this.error = { code, detail }
  }
}

const fail = (code: CertLogicCode, detail: string): never => {
  throw new Fault(code, detail)
}

type Run = { steps: number }
type Node = (data: unknown, run: Run) => unknown

const spend = (run: Run, amount: number): void => {
  run.steps -= amount
  if (run.steps < 0) fail('logic-limit', `more than ${MAX_STEPS} steps`)
}

/** A fault found while compiling surfaces only when its node is run: an untaken branch may hold anything. */
const faulty =
  (code: CertLogicCode, detail: string): Node =>
  () =>
    fail(code, detail)

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

type Operand = (index: number) => Node
type CompileOperation = (operator: string, values: readonly unknown[], operand: Operand) => Node

const VAR_PATH = /^[^.]+(\.[^.]+)*$/

const compileVar = (path: unknown): Node => {
  if (typeof path !== 'string') return faulty('logic-malformed', '"var" takes a path')
  if (path !== '' && !VAR_PATH.test(path)) return faulty('logic-malformed', 'a path has an empty fragment')
  const fragments = path === '' ? [] : path.split('.')
  return (data, run) => {
    spend(run, 1 + fragments.length)
    return access(data, fragments)
  }
}

const arity =
  (least: number, most: number, compile: CompileOperation): CompileOperation =>
  (operator, values, operand) =>
    values.length < least || values.length > most
      ? faulty('logic-malformed', `"${operator}" has ${values.length} operands`)
      : compile(operator, values, operand)

/**
 * Surplus operands are ignored, as the published evaluators do: rules in force carried them (an `if` of four in VR-LT-0003).
 * The validator reports them.
 */
const atLeast = (least: number, compile: CompileOperation): CompileOperation =>
  arity(least, Number.POSITIVE_INFINITY, compile)

const truthOf = (value: unknown, where: string): boolean =>
  truth(value) ?? fail('logic-type', `${where} is neither truthy nor falsy`)

const compileIf: CompileOperation = (_operator, _values, operand) => {
  const [guard, then, otherwise] = [operand(0), operand(1), operand(2)]
  return (data, run) => {
    spend(run, 1)
    return truthOf(guard(data, run), 'the guard of "if"') ? then(data, run) : otherwise(data, run)
  }
}

const compileAnd: CompileOperation = (_operator, values, operand) => {
  const nodes = values.map((_value, index) => operand(index))
  return (data, run) => {
    spend(run, 1)
    let last: unknown = true
    for (const node of nodes) {
      last = node(data, run)
      if (!truthOf(last, 'an operand of "and"')) return last
    }
    return last
  }
}

const compileNot: CompileOperation = (_operator, _values, operand) => {
  const node = operand(0)
  return (data, run) => {
    spend(run, 1)
    return !truthOf(node(data, run), 'the operand of "!"')
  }
}

const weight = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? 1 + (value.length >> 6) : 1

const compileEquals: CompileOperation = (_operator, _values, operand) => {
  const [left, right] = [operand(0), operand(1)]
  return (data, run) => {
    const a = left(data, run)
    spend(run, weight(a))
    return a === right(data, run)
  }
}

const compileIn: CompileOperation = (_operator, _values, operand) => {
  const [member, array] = [operand(0), operand(1)]
  return (data, run) => {
    const wanted = member(data, run)
    const list = array(data, run)
    if (!Array.isArray(list)) return fail('logic-type', 'the second operand of "in" is not an array')
    spend(run, weight(list) * weight(wanted))
    return list.includes(wanted)
  }
}

const integer = (value: unknown, operator: string): number =>
  isInteger(value) ? value : fail('logic-type', `an operand of "${operator}" is not an integer`)

const compilePlus: CompileOperation = (operator, _values, operand) => {
  const [left, right] = [operand(0), operand(1)]
  return (data, run) => {
    spend(run, 1)
    const sum = integer(left(data, run), operator) + integer(right(data, run), operator)
    return Number.isSafeInteger(sum) ? sum : fail('logic-overflow', 'a sum is beyond 2^53')
  }
}

type Holds = (left: number, right: number) => boolean
const HOLDS = {
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
} as const satisfies Record<string, Holds>

const instantOf = (value: unknown, operator: string): number =>
  value instanceof Date ? value.getTime() : fail('logic-type', `an operand of "${operator}" is not a date-time`)

/** Binary, or ternary in the sense of "between"; every operand is evaluated and must have the right type. */
const comparing =
  (holds: Holds, read: (value: unknown, operator: string) => number): CompileOperation =>
  (operator, values, operand) => {
    const nodes = values.map((_value, index) => operand(index))
    return (data, run) => {
      spend(run, 1)
      const numbers = nodes.map((node) => read(node(data, run), operator))
      return numbers.every((number, index) => index === 0 || holds(numbers[index - 1] ?? Number.NaN, number))
    }
  }

const dateTime = (instant: number | undefined): Date =>
  instant === undefined || Number.isNaN(instant)
    ? fail('logic-date', 'not a date-time of an allowed form, or out of range')
    : new Date(instant)

const textOf = (value: unknown, operator: string): string =>
  typeof value === 'string' ? value : fail('logic-type', `the date of "${operator}" is not a string`)

const compilePlusTime: CompileOperation = (operator, values, operand) => {
  const [amount, unit] = [values[1], values[2]]
  if (!isInteger(amount)) return faulty('logic-malformed', 'the amount of "plusTime" must be an integer')
  if (!isTimeUnit(unit))
    return faulty('logic-malformed', `the unit of "plusTime" must be one of ${TIME_UNITS.join(', ')}`)
  const date = operand(0)
  return (data, run) => {
    spend(run, 1)
    const instant = dateTimeInstant(textOf(date(data, run), operator))
    return dateTime(instant === undefined ? undefined : plusTime(instant, amount, unit))
  }
}

const compileDateOfBirth: CompileOperation = (operator, _values, operand) => {
  const date = operand(0)
  return (data, run) => {
    spend(run, 1)
    return dateTime(dateOfBirthInstant(textOf(date(data, run), operator)))
  }
}

const compileReduce: CompileOperation = (_operator, _values, operand) => {
  const [array, lambda, initial] = [operand(0), operand(1), operand(2)]
  return (data, run) => {
    spend(run, 1)
    const list = array(data, run)
    let accumulator = initial(data, run)
    if (list === null) return accumulator
    if (!Array.isArray(list)) return fail('logic-type', 'the first operand of "reduce" is not an array')
    for (const current of list) accumulator = lambda({ current, accumulator }, run)
    return accumulator
  }
}

const compileUci: CompileOperation = (operator, values, operand) => {
  const index = values[1]
  if (!isInteger(index)) return faulty('logic-malformed', `the index of "${operator}" must be an integer`)
  const text = operand(0)
  return (data, run) => {
    const uci = text(data, run)
    if (uci === null) return null
    if (typeof uci !== 'string')
      return fail('logic-type', `the first operand of "${operator}" is neither a string nor null`)
    spend(run, weight(uci))
    return uciFragment(uci, index)
  }
}

const OPERATIONS: ReadonlyMap<string, CompileOperation> = new Map<string, CompileOperation>([
  ['if', atLeast(3, compileIf)],
  ['and', atLeast(2, compileAnd)],
  ['!', atLeast(1, compileNot)],
  ['===', arity(2, 2, compileEquals)],
  ['in', arity(2, 2, compileIn)],
  ['+', arity(2, 2, compilePlus)],
  ['<', arity(2, 3, comparing(HOLDS['<'], integer))],
  ['>', arity(2, 3, comparing(HOLDS['>'], integer))],
  ['<=', arity(2, 3, comparing(HOLDS['<='], integer))],
  ['>=', arity(2, 3, comparing(HOLDS['>='], integer))],
  ['before', arity(2, 3, comparing(HOLDS['<'], instantOf))],
  ['after', arity(2, 3, comparing(HOLDS['>'], instantOf))],
  ['not-after', arity(2, 3, comparing(HOLDS['<='], instantOf))],
  ['not-before', arity(2, 3, comparing(HOLDS['>='], instantOf))],
  ['plusTime', atLeast(3, compilePlusTime)],
  ['dccDateOfBirth', atLeast(1, compileDateOfBirth)],
  ['reduce', atLeast(3, compileReduce)],
  ['extractFromUVCI', atLeast(2, compileUci)],
])

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

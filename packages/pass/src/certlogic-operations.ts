import { fail, faulty, type Node, spend } from './certlogic-run.ts'
import {
  access,
  dateOfBirthInstant,
  dateTimeInstant,
  isInteger,
  isTimeUnit,
  plusTime,
  TIME_UNITS,
  truth,
  uciFragment,
} from './certlogic-values.ts'

/** The operations of CertLogic 1.3.3, each compiled to a closure. */
export type Operand = (index: number) => Node
export type CompileOperation = (operator: string, values: readonly unknown[], operand: Operand) => Node

const VAR_PATH = /^[^.]+(\.[^.]+)*$/

export const compileVar = (path: unknown): Node => {
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

export const OPERATIONS: ReadonlyMap<string, CompileOperation> = new Map<string, CompileOperation>([
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

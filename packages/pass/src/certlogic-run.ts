/** How a compiled expression runs: its errors, its budget of steps, and the one place where faults are thrown. */
export type CertLogicCode = 'logic-malformed' | 'logic-type' | 'logic-date' | 'logic-overflow' | 'logic-limit'

/** `detail` names the fault of the expression; it never repeats a value of the data. */
export type CertLogicError = { readonly code: CertLogicCode; readonly detail: string }

/** Deepest nesting of an expression or of a result; real rules stay under 40. */
export const MAX_DEPTH = 256
/** Most nodes of an expression, and most steps of one evaluation. A step is one node, or 64 characters or items looked at. */
export const MAX_STEPS = 200_000
/** Thrown inside a run and caught at its door (`compileLogic`); never seen outside. */
export class Fault {
  readonly error: CertLogicError
  constructor(code: CertLogicCode, detail: string) {
    this.error = { code, detail }
  }
}

export const fail = (code: CertLogicCode, detail: string): never => {
  throw new Fault(code, detail)
}

export type Run = { steps: number }
export type Node = (data: unknown, run: Run) => unknown

export const spend = (run: Run, amount: number): void => {
  run.steps -= amount
  if (run.steps < 0) fail('logic-limit', `more than ${MAX_STEPS} steps`)
}

/** A fault found while compiling surfaces only when its node is run: an untaken branch may hold anything. */
export const faulty =
  (code: CertLogicCode, detail: string): Node =>
  () =>
    fail(code, detail)

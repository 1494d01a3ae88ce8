/**
 * A refusal is a value: hostile input never throws.
 * `Result<T, E>` is `{ ok: true, value }` or `{ ok: false, error }`.
 */
export type Ok<T> = { readonly ok: true; readonly value: T }
export type Err<E> = { readonly ok: false; readonly error: E }
export type Result<T, E> = Ok<T> | Err<E>

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value })
export const err = <E>(error: E): Err<E> => ({ ok: false, error })

/** Applies `f` to the value of a success; a refusal passes through. */
export const mapResult = <T, U, E>(result: Result<T, E>, f: (value: T) => U): Result<U, E> =>
  result.ok ? ok(f(result.value)) : result

/** Chains a step that may itself refuse. */
export const andThen = <T, U, E, F>(result: Result<T, E>, f: (value: T) => Result<U, F>): Result<U, E | F> =>
  result.ok ? f(result.value) : result

/** The value, or a thrown bug: only for tests and for values made by our own code, never for outside input. */
export const unwrap = <T>(result: Result<T, unknown>): T => {
  if (result.ok) return result.value
  throw new Error(`unwrapped a refusal: ${JSON.stringify(result.error)}`)
}

import { randomFillSync } from 'node:crypto'
import { monotonicFactory } from 'ulid'

declare const brand: unique symbol
/** A text that only its own parser makes. */
export type Brand<T, B extends string> = T & { readonly [brand]: B }

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

export const isUlid = (raw: string): boolean => ULID.test(raw)

/** The one parser of a branded id: `export const parseBedId = idParser<'BedId'>()`. */
export const idParser =
  <B extends string>() =>
  (raw: string): Brand<string, B> | undefined =>
    isUlid(raw) ? (raw as Brand<string, B>) : undefined

export interface Ids {
  /** A new ULID: sorts by time of making, also within a millisecond. */
  next<B extends string = string>(): Brand<string, B>
}

/** @param chance numbers in [0, 1); the default is cryptographic */
export const makeIds = (now: () => Date, chance: () => number = cryptographic()): Ids => {
  const next = monotonicFactory(chance)
  return { next: <B extends string>() => next(now().getTime()) as Brand<string, B> }
}

/** Drawn from the system in blocks: an id needs sixteen of them. */
const cryptographic = (): (() => number) => {
  const block = new Uint32Array(1_024)
  let next = block.length
  return () => {
    if (next === block.length) {
      randomFillSync(block)
      next = 0
    }
    const drawn = block[next] ?? 0
    next += 1
    return drawn / 2 ** 32
  }
}

/**
 * Cases that run against any crypto backend, in Node and in a browser: no `node:` imports, vectors handed in. A case passes
 * when it returns and fails when it throws.
 */
import type { CryptoBackend } from '../src/crypto.ts'
import type { JsonObject } from '../src/json.ts'
import type { DccVector } from './dcc-steps.ts'

export type Case = { readonly name: string; readonly run: (crypto: CryptoBackend) => void | Promise<void> }

/** Public vectors by their path under ../shared/vectors; an area is empty where the folder is absent. */
export type Vectors = {
  readonly base45: readonly Base45Vector[]
  readonly dcc: Readonly<Record<string, DccVector>>
  readonly cose: Readonly<Record<string, JsonObject>>
  /** Text files: examples and the issuer's key set. */
  readonly shc: Readonly<Record<string, string>>
}

export type Base45Vector = {
  readonly base45: string
  readonly text?: string
  readonly hex?: string
  readonly error?: boolean
  readonly why?: string
}

export const expect = (condition: boolean, message: string): void => {
  if (!condition) throw new Error(message)
}

export const expectEqual = (got: unknown, wanted: unknown, message: string): void =>
  expect(Object.is(got, wanted), `${message}: expected ${String(wanted)}, got ${String(got)}`)

import { createCrypto } from '../../src/crypto-default.ts'
import { formatCases } from '../format-cases.ts'
import { stripCases } from '../strip-cases.ts'
import type { Vectors } from '../suite.ts'

/** Runs in the page: the whole suite over whatever cryptography this page has. */
export type SuiteOutcome = {
  readonly backend: string
  readonly results: readonly { readonly name: string; readonly fault?: string }[]
}

const runSuite = async (vectors: Vectors): Promise<SuiteOutcome> => {
  const crypto = createCrypto()
  const results: { name: string; fault?: string }[] = []
  for (const { name, run } of [...formatCases(vectors), ...stripCases]) {
    try {
      await run(crypto)
      results.push({ name })
    } catch (fault) {
      results.push({ name, fault: fault instanceof Error ? (fault.stack ?? fault.message) : String(fault) })
    }
  }
  return { backend: crypto.name, results }
}

Object.assign(globalThis, { runSuite })

import { test } from 'node:test'
import { createNodeCrypto } from '../node/crypto.ts'
import type { CryptoBackend } from '../src/crypto.ts'
import { createPureCrypto } from '../src/crypto-pure.ts'
import { createWebCrypto } from '../src/crypto-webcrypto.ts'
import { formatCases } from './format-cases.ts'
import { EXPECTED_COUNTS, readVectors } from './vectors.ts'

const vectors = readVectors()
for (const area of Object.keys(EXPECTED_COUNTS) as (keyof typeof EXPECTED_COUNTS)[]) {
  const missing = EXPECTED_COUNTS[area] - Object.keys(vectors[area]).length
  if (missing > 0) console.log(`${missing} cases of ${area} not present (../shared absent)`)
}

const BACKENDS: readonly CryptoBackend[] = [createNodeCrypto(), createWebCrypto(), createPureCrypto()]
for (const crypto of BACKENDS) {
  for (const { name, run } of formatCases(vectors)) test(`[${crypto.name}] ${name}`, () => run(crypto))
}

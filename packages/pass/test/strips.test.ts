import { test } from 'node:test'
import { createNodeCrypto } from '../node/crypto.ts'
import { createPureCrypto } from '../src/crypto-pure.ts'
import { createWebCrypto } from '../src/crypto-webcrypto.ts'
import { stripCases } from './strip-cases.ts'

for (const crypto of [createNodeCrypto(), createWebCrypto(), createPureCrypto()])
  for (const { name, run } of stripCases) test(`[${crypto.name}] ${name}`, () => run(crypto))

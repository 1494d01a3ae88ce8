import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createNodeCrypto } from '../node/crypto.ts'
import { createVerifier } from '../node/verify-request.ts'
import { createPureCrypto } from '../src/crypto-pure.ts'
import { createWebCrypto } from '../src/crypto-webcrypto.ts'

type Vector = { name: string; request: object; expect: { verdict: string; code: string; format: string } }
const vectors = JSON.parse(readFileSync(new URL('../vectors/verify.json', import.meta.url), 'utf8')) as Vector[]

for (const crypto of [createNodeCrypto(), createWebCrypto(), createPureCrypto()]) {
  const answer = createVerifier(crypto, () => {
    throw new Error('every vector names its instant')
  })
  for (const { name, request, expect } of vectors) {
    test(`[${crypto.name}] own vector "${name}" is answered ${expect.verdict} ${expect.code}`, async () => {
      const { verdict, code, format, payload } = await answer(JSON.stringify(request))
      assert.deepEqual({ verdict, code, format }, expect)
      assert.equal(payload !== undefined, expect.verdict === 'valid')
    })
  }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { walk } from '../examples/walk.ts'
import { createNodeCrypto } from '../node/crypto.ts'
import { createCrypto } from '../src/crypto-default.ts'

for (const crypto of [createNodeCrypto(), createCrypto()])
  test(`the examples' walk from issuer to door comes out as told, with ${crypto.name}`, async () => {
    const lines: string[] = []
    const { wallet, live, screenshot, friend, paper, withdrawn, refused, svg } = await walk(crypto, (line) =>
      lines.push(line),
    )
    assert.equal(wallet.strips.length, 28)
    assert.deepEqual(
      [live.answer.answer, live.answer.signal, live.answer.shown],
      ['pass', 'go', { name: '홍*동', birth: '03-01' }],
    )
    assert.deepEqual([screenshot.answer.signal, screenshot.answer.code], ['stop', 'proof-stale'])
    assert.deepEqual([friend.answer.answer, friend.enteredBeforeMs], ['pass', 40_000])
    assert.deepEqual([paper.answer.signal, paper.answer.notes], ['check', ['check-identity']])
    assert.deepEqual([withdrawn.answer.signal, withdrawn.answer.code], ['stop', 'revoked'])
    assert.equal(refused, 'pack-older')
    assert.match(svg, /^<svg /)
    assert.equal(lines.length, 7)
  })

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { unwrap } from './result.ts'
import {
  applyRidDelta,
  diffRidLists,
  isRidRevoked,
  readRidDelta,
  readRidList,
  writeRidList,
} from './revocation-rids.ts'

const list = (ctr: number, rids: readonly string[]) => unwrap(readRidList({ kid: 'k1', method: 'rid', ctr, rids }))

test('an id alone revokes every card of it, an id with a time only those issued before', () => {
  const held = list(1, ['revoked1', 'revoked2.1600000000'])
  assert.equal(isRidRevoked(held, 'revoked1', 9e9), true)
  assert.equal(isRidRevoked(held, 'revoked2', 1_599_999_999), true)
  assert.equal(isRidRevoked(held, 'revoked2', 1_600_000_000), false)
  assert.equal(isRidRevoked(held, 'other', 1), false)
})

test('an id that stands in the list twice revokes as much as its widest entry', () => {
  assert.equal(isRidRevoked(list(1, ['a.5', 'a', 'a.9']), 'a', 1e10), true)
  assert.equal(isRidRevoked(list(1, ['a.9', 'a.5']), 'a', 7), true)
})

test('a list of another method, without counter or with ids of another alphabet is refused', () => {
  const good = { kid: 'k', method: 'rid', ctr: 1, rids: ['a'] }
  const bad = [
    null,
    5,
    [],
    { ...good, method: 'hash' },
    { ...good, ctr: 1.5 },
    { ...good, rids: ['a b'] },
    { ...good, rids: ['a'.repeat(25)] },
    { ...good, rids: [1] },
    { ...good, kid: 7 },
  ]
  for (const json of bad) assert.equal(readRidList(json).ok, false, JSON.stringify(json))
  assert.equal(readRidList(good).ok, true)
})

const entry = fc
  .tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.option(fc.nat(99), { nil: undefined }))
  .map(([id, time]) => (time === undefined ? id : `${id}.${time}`))

test('a chain of deltas gives the same list as reading it whole', () => {
  fc.assert(
    fc.property(fc.array(fc.array(entry, { maxLength: 8 }), { minLength: 1, maxLength: 6 }), (days) => {
      const whole = days.map((rids, day) => list(day + 1, rids))
      const first = whole[0] ?? list(1, [])
      const chained = whole.slice(1).reduce((held, next, i) => {
        const delta = JSON.parse(JSON.stringify(diffRidLists(whole[i] ?? next, next)))
        return unwrap(applyRidDelta(held, unwrap(readRidDelta(delta))))
      }, first)
      assert.deepEqual(writeRidList(chained), writeRidList(whole.at(-1) ?? first))
    }),
  )
})

test('a delta of another key, from another counter or for an id not listed is refused', () => {
  const held = list(3, ['a'])
  const code = (delta: object) => {
    const result = applyRidDelta(held, { kid: 'k1', from: 3, to: 4, add: [], remove: [], ...delta })
    return result.ok ? 'applied' : result.error.code
  }
  assert.equal(code({ kid: 'k2' }), 'delta-mismatch')
  assert.equal(code({ from: 2 }), 'delta-gap')
  assert.equal(code({ remove: ['b'] }), 'delta-mismatch')
  assert.equal(code({ remove: ['a'], add: ['b.5'] }), 'applied')
})

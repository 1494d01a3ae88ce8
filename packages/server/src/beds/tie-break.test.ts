import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareIds, fnv1a, spread } from './tie-break.ts'

test('FNV-1a gives the published values', () => {
  assert.equal(fnv1a(''), 0x811c9dc5)
  assert.equal(fnv1a('a'), 0xe40c292c)
  assert.equal(fnv1a('foobar'), 0xbf9cf968)
})

test('a beginning may be hashed once', () => {
  assert.equal(fnv1a('bar', fnv1a('foo')), fnv1a('foobar'))
})

test('each of ten neighbouring ids wins about a tenth of the ties', () => {
  const wins = new Map<number, number>()
  for (let request = 0; request < 10_000; request++) {
    const seed = fnv1a(`request-${request}|`)
    const hashes = Array.from({ length: 10 }, (_, at) => spread(fnv1a(`h${at}`, seed)))
    const first = hashes.indexOf(Math.min(...hashes))
    wins.set(first, (wins.get(first) ?? 0) + 1)
  }
  for (let at = 0; at < 10; at++) assert.ok(Math.abs((wins.get(at) ?? 0) - 1_000) < 150, `h${at}: ${wins.get(at)}`)
})

test('ids are ordered by code unit, in every locale', () => {
  assert.deepEqual(['b', 'ä', 'B', 'a'].sort(compareIds), ['B', 'a', 'b', 'ä'])
})

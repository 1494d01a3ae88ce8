import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { test } from 'node:test'
import { candidatesOf, checkList, readList, type SignedList, serves } from './server-list.ts'

const made = generateKeyPairSync('ed25519')
const rawOf = (key: KeyObject): string => key.export({ format: 'jwk' }).x ?? ''

const cells = [
  { id: '28', name: '인천', screens: ['https://a.example', 'https://b.example'], neighbours: ['41', '11'] },
  { id: '11', name: '서울', screens: ['https://seoul.example'], neighbours: [] },
  { id: '41', name: '경기', screens: ['https://gg.example'], neighbours: [] },
  { id: '26', name: '부산', screens: ['https://busan.example'], neighbours: [] },
]

const listOf = (version: number, key = made): SignedList => {
  const text = JSON.stringify({ version, issuedAt: '2026-01-01T00:00:00.000Z', cells })
  const signature = sign(null, Buffer.from(`dure screens 1\n${text}`), key.privateKey).toString('base64url')
  return { text, signature, key: rawOf(key.publicKey) }
}

test('a list that the known key signed is believed, and one that is newer takes its place', async () => {
  assert.equal((await checkList(listOf(1), undefined)).ok, true)
  assert.equal((await checkList(listOf(2), listOf(1))).ok, true)
})

test('an older list never takes the place of a newer one', async () => {
  assert.deepEqual(await checkList(listOf(1), listOf(2)), { ok: false, fault: 'older' })
})

test('a list with another key, or changed by one letter, is not believed', async () => {
  const other = generateKeyPairSync('ed25519')
  assert.deepEqual(await checkList(listOf(3, other), listOf(2)), { ok: false, fault: 'another-key' })
  const forged = { ...listOf(3), text: listOf(3).text.replace('gg.example', 'evil.example') }
  assert.deepEqual(await checkList(forged, listOf(2)), { ok: false, fault: 'wrong-signature' })
  assert.deepEqual(await checkList({ ...listOf(3), key: 'x' }, undefined), { ok: false, fault: 'wrong-signature' })
})

test('the other servers of the own cell are tried first, then the neighbours in the order of the list, and nobody else', () => {
  const list = readList(listOf(1).text)
  assert.ok(list)
  assert.deepEqual(
    candidatesOf(list, '28', 'https://a.example').map(({ origin, neighbour }) => [origin, neighbour]),
    [
      ['https://b.example', false],
      ['https://gg.example', true],
      ['https://seoul.example', true],
    ],
  )
})

test('a neighbour is worked with only while it says that it writes the region', () => {
  assert.equal(serves({ writes: ['11'] }, '28'), false)
  assert.equal(serves({ writes: ['11', '28'] }, '28'), true)
  assert.equal(serves({ writes: [] }, '28'), false, 'the own cell, stood in for, decides nothing')
})

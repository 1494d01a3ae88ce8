import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { rawPublicKey } from '../platform/oplog.key.ts'
import { signHash } from '../platform/oplog-chain.ts'
import { approve, approvers } from './approval.ts'
import {
  type Directory,
  EMPTY_DIRECTORY,
  logKeysOf,
  readDirectory,
  readScreens,
  screenOrigins,
  signDirectory,
} from './directory.ts'
import { EPOCH_OPENED, type LogRecord } from './log-record.ts'
import { openingRefusal } from './opening.ts'
import { recompute } from './wire.ts'

const keys = Array.from({ length: 6 }, () => generateKeyPairSync('ed25519').privateKey)
const [root, own, neighbour, kim, lee, thief] = keys as [
  (typeof keys)[0],
  (typeof keys)[0],
  (typeof keys)[0],
  (typeof keys)[0],
  (typeof keys)[0],
  (typeof keys)[0],
]
type Key = typeof root
const raw = (key: Key) => rawPublicKey(key).toString('base64url')
const cell = (id: string, key: Key) => ({
  id,
  name: id,
  address: 'localhost:1',
  logKeys: [{ key: raw(key), fromEpoch: 0 }],
})
const directory: Directory = {
  ...EMPTY_DIRECTORY,
  cells: [cell('28', own), cell('11', neighbour)],
  operators: [
    { id: 'kim', name: '김', cell: '11', key: raw(kim) },
    { id: 'lee', name: '이', cell: '11', key: raw(lee) },
    { id: 'far', name: '먼', cell: '28', key: raw(thief) },
  ],
}
const opening = (epoch: number, seq: number, body: object): LogRecord => {
  const bare = {
    origin: '28',
    epoch,
    seq,
    kind: EPOCH_OPENED,
    at: '2026-01-01T00:00:00.000Z',
    subject: '28',
    body: { approvedBy: [], ...body },
    prevHash: '0'.repeat(64),
    hash: '',
  }
  return { ...bare, hash: recompute(bare) }
}
const refusal = (record: LogRecord, key: Key, current: number) =>
  openingRefusal(record, signHash(key, record.hash), current, directory)

test('a log is founded by its own cell, once, in epoch 1', () => {
  const founded = opening(1, 1, { writer: '28', reason: 'founded', openings: [{ epoch: 1, seq: 1 }] })
  assert.equal(refusal(founded, own, 0), null)
  assert.equal(refusal(founded, neighbour, 0), 'not-signed-by-the-writer')
  const again = {
    writer: '28',
    reason: 'founded',
    openings: [
      { epoch: 1, seq: 1 },
      { epoch: 7, seq: 9 },
    ],
  }
  assert.equal(refusal(opening(7, 9, again), own, 1), 'founded-twice')
})

test('an opening must say where it stands itself', () => {
  const openings = [{ epoch: 1, seq: 1 }]
  assert.equal(refusal(opening(7, 9, { writer: '28', reason: 'restored', openings }), own, 1), 'not-an-opening')
})

test('a neighbour stands in by the signatures of two of its own operators over exactly this', () => {
  const standIn = { origin: '28', epoch: 7, writer: '11' }
  const openings = [
    { epoch: 1, seq: 1 },
    { epoch: 7, seq: 9 },
  ]
  const body = (approvals: readonly object[]) => ({ writer: '11', reason: 'stood-in', approvals, openings })
  const two = [approve(standIn, 'kim', kim), approve(standIn, 'lee', lee)]
  assert.equal(refusal(opening(7, 9, body(two)), neighbour, 1), null)
  assert.equal(refusal(opening(7, 9, body(two)), own, 1), 'not-signed-by-the-writer')
  assert.equal(refusal(opening(7, 9, body(two)), neighbour, 7), 'not-higher')
  const wrong = [
    [two[0], two[0]],
    [two[0], approve(standIn, 'lee', kim)],
    [two[0], approve({ ...standIn, epoch: 8 }, 'lee', lee)],
    [two[0], approve({ ...standIn, origin: '41' }, 'lee', lee)],
    [two[0], approve(standIn, 'far', thief)],
  ] as readonly (readonly object[])[]
  for (const approvals of wrong)
    assert.equal(refusal(opening(7, 9, body(approvals)), neighbour, 1), 'approvals-missing')
  assert.deepEqual(approvers(standIn, two, directory), ['kim', 'lee'])
})

test('what a stolen key signs behind the last epoch that was its owner’s does not count', () => {
  const ended: Directory = {
    ...directory,
    cells: [
      {
        ...cell('28', own),
        logKeys: [
          { key: raw(own), fromEpoch: 0, untilEpoch: 1 },
          { key: raw(thief), fromEpoch: 2 },
        ],
      },
    ],
  }
  assert.deepEqual(
    [1, 2].map((epoch) => logKeysOf(ended, '28', epoch).map((key) => key.toString('base64url'))),
    [[raw(own)], [raw(thief)]],
  )
})

test('a list of cells counts if the root key signed it as it is, and no id or key stands in it twice', () => {
  const signed = signDirectory({ ...directory, later: 'kept' }, root)
  assert.equal(readDirectory(signed, rawPublicKey(root)).ok, true)
  assert.deepEqual(readDirectory(signed, rawPublicKey(own)), { ok: false, error: 'wrong-signature' })
  const changed = { ...signed, directory: { ...directory, version: 2 } }
  assert.deepEqual(readDirectory(changed, rawPublicKey(root)), { ok: false, error: 'wrong-signature' })
  const twice = {
    ...directory,
    operators: [...directory.operators, { id: 'kim2', name: '김', cell: '11', key: raw(kim) }],
  }
  assert.deepEqual(readDirectory(signDirectory(twice, root), rawPublicKey(root)), { ok: false, error: 'one-id-twice' })
})

const withScreens: Directory = {
  ...directory,
  cells: [
    { ...cell('28', own), screens: ['https://incheon.example'], neighbours: ['11'] },
    { ...cell('11', neighbour), screens: ['https://seoul.example', 'https://seoul2.example'] },
  ],
}

test('browsers are told where the screens are, signed, and nothing about operators and keys', () => {
  const signed = signDirectory(withScreens, root)
  const told = readScreens(signed, rawPublicKey(root))
  assert.ok(told)
  assert.deepEqual(JSON.parse(told.text).cells, [
    { id: '28', name: '28', screens: ['https://incheon.example'], neighbours: ['11'] },
    { id: '11', name: '11', screens: ['https://seoul.example', 'https://seoul2.example'], neighbours: [] },
  ])
  assert.ok(!told.text.includes('kim') && !told.text.includes(raw(own)))
  assert.deepEqual(
    [...screenOrigins(withScreens)],
    ['https://incheon.example', 'https://seoul.example', 'https://seoul2.example'],
  )
})

test('the part for browsers counts only as a part of the list it was signed with', () => {
  const signed = signDirectory(withScreens, root)
  const older = signDirectory({ ...withScreens, cells: withScreens.cells.slice(0, 1) }, root)
  assert.ok(older.screens)
  assert.equal(readScreens({ ...signed, screens: older.screens }, rawPublicKey(root)), undefined)
  assert.equal(readScreens(signDirectory(withScreens, thief), rawPublicKey(root)), undefined)
  assert.equal(readScreens(signDirectory(directory, root), rawPublicKey(root)), undefined, 'it names no screens')
})

test('a screen is an https origin, or on this machine', () => {
  const named = (screen: string) =>
    readDirectory(
      signDirectory({ ...directory, cells: [{ ...cell('28', own), screens: [screen] }] }, root),
      rawPublicKey(root),
    ).ok
  for (const good of ['https://a.example', 'https://a.example:8443', 'http://seoul.localhost:8081'])
    assert.ok(named(good), good)
  for (const bad of ['http://a.example', 'https://a.example/', 'https://a.example/x', 'a.example', 'https://*.example'])
    assert.ok(!named(bad), bad)
})

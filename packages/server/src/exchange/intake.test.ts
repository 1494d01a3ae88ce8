import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideIntake, GENESIS_HASH } from './intake.ts'
import { EPOCH_OPENED, type LogRecord, type LogView } from './log-record.ts'

const hashOf = (epoch: number, seq: number) => `${epoch}-${seq}`
const record = (epoch: number, seq: number, change: Partial<LogRecord> = {}): LogRecord => ({
  origin: '28',
  epoch,
  seq,
  kind: seq === 1 ? EPOCH_OPENED : 'slot-changed',
  at: '2026-01-01T00:00:00.000Z',
  subject: 's',
  body: {},
  prevHash: seq === 1 ? GENESIS_HASH : hashOf(epoch, seq - 1),
  hash: hashOf(epoch, seq),
  ...change,
})
/** A copy with `count` records of epoch 1. */
const copy = (count: number): LogView => ({
  head: count === 0 ? null : { epoch: 1, seq: count, hash: hashOf(1, count) },
  hashAt: (seq) => (seq >= 1 && seq <= count ? hashOf(1, seq) : undefined),
})
const first = [{ epoch: 1, seq: 1 }]
const taken = (view: LogView, one: LogRecord, followed = first, hash = one.hash) =>
  decideIntake(view, followed, one, hash)

test('only the next record is applied', () => {
  assert.deepEqual(taken(copy(0), record(1, 1)), { take: 'apply' })
  assert.deepEqual(taken(copy(3), record(1, 4)), { take: 'apply' })
  assert.deepEqual(taken(copy(3), record(1, 5)), { take: 'wait' })
})

test('a record we have is not applied again', () => {
  assert.deepEqual(taken(copy(3), record(1, 2)), { take: 'have' })
  assert.deepEqual(taken(copy(3), record(1, 3)), { take: 'have' })
})

test('a record whose content was changed on the way is refused', () => {
  assert.deepEqual(taken(copy(3), record(1, 4), first, 'other'), { take: 'refuse', why: 'hash-does-not-fit' })
})

test('two records for one place of one epoch stop the reader', () => {
  assert.deepEqual(taken(copy(3), record(1, 2, { hash: 'other' })), { take: 'fork', seq: 2 })
  assert.deepEqual(taken(copy(3), record(1, 3, { hash: 'other' })), { take: 'fork', seq: 3 })
  assert.deepEqual(taken(copy(3), record(1, 4, { prevHash: 'other' })), { take: 'fork', seq: 3 })
})

test('a record of an epoch that the followed branch does not have at that place is of another branch', () => {
  const followed = [...first, { epoch: 2, seq: 4 }]
  assert.deepEqual(taken(copy(3), record(1, 4), followed), { take: 'other-branch' })
  const opening = record(2, 4, { kind: EPOCH_OPENED, prevHash: hashOf(1, 3) })
  assert.deepEqual(taken(copy(3), opening, followed), { take: 'apply' })
  assert.deepEqual(taken(copy(3), { ...opening, kind: 'slot-changed' }, followed), { take: 'other-branch' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decideIntake, GENESIS_HASH } from './intake.ts'
import { EPOCH_OPENED, type LogRecord, type LogView } from './log-record.ts'

const hashOf = (origin: string, epoch: number, seq: number) => `${origin}-${epoch}-${seq}`
const record = (epoch: number, seq: number, change: Partial<LogRecord> = {}): LogRecord => ({
  origin: '28',
  epoch,
  seq,
  kind: 'slot-changed',
  at: '2026-01-01T00:00:00.000Z',
  subject: 's',
  body: {},
  prevHash: seq === 1 ? GENESIS_HASH : hashOf('28', epoch, seq - 1),
  hash: hashOf('28', epoch, seq),
  ...change,
})
/** A copy with `count` records of epoch 1. */
const copy = (count: number): LogView => ({
  head: count === 0 ? null : { epoch: 1, seq: count, hash: hashOf('28', 1, count) },
  hashAt: (seq) => (seq >= 1 && seq <= count ? hashOf('28', 1, seq) : undefined),
})
const taken = (view: LogView, one: LogRecord, hash = one.hash) => decideIntake(view, one, hash)

test('only the next record is applied', () => {
  assert.deepEqual(taken(copy(3), record(1, 4)), { take: 'apply', orphans: 0 })
  assert.deepEqual(taken(copy(3), record(1, 5)), { take: 'wait' })
})

test('a record we have is not applied again', () => {
  assert.deepEqual(taken(copy(3), record(1, 2)), { take: 'have' })
})

test('a record whose content was changed on the way is refused', () => {
  assert.deepEqual(taken(copy(3), record(1, 4), 'other'), { take: 'refuse', why: 'hash-does-not-fit' })
})

test('two records for one place in one epoch stop the reader', () => {
  assert.deepEqual(taken(copy(3), record(1, 2, { hash: 'other' })), { take: 'fork', seq: 2 })
  assert.deepEqual(taken(copy(3), record(1, 4, { prevHash: 'other' })), { take: 'fork', seq: 3 })
})

test('the first record of a log opens epoch 1', () => {
  assert.deepEqual(taken(copy(0), record(1, 1, { kind: EPOCH_OPENED })), { take: 'apply', orphans: 0 })
  assert.deepEqual(taken(copy(0), record(1, 1)), { take: 'refuse', why: 'epoch-was-not-opened' })
})

test('a higher epoch that forks below our end leaves the rest orphaned', () => {
  const opening = record(2, 3, { kind: EPOCH_OPENED, prevHash: hashOf('28', 1, 2) })
  assert.deepEqual(taken(copy(5), opening), { take: 'apply', orphans: 3 })
})

test('a higher epoch that goes on from our end orphans nothing', () => {
  const opening = record(2, 6, { kind: EPOCH_OPENED, prevHash: hashOf('28', 1, 5) })
  assert.deepEqual(taken(copy(5), opening), { take: 'apply', orphans: 0 })
})

test('a higher epoch waits for what lies before its fork', () => {
  const opening = record(2, 9, { kind: EPOCH_OPENED, prevHash: hashOf('28', 1, 8) })
  assert.deepEqual(taken(copy(5), opening), { take: 'wait' })
})

test('a higher epoch with another past than ours stops the reader', () => {
  const opening = record(2, 3, { kind: EPOCH_OPENED, prevHash: 'other' })
  assert.deepEqual(taken(copy(5), opening), { take: 'fork', seq: 2 })
})

test('records of a branch that was given up are kept apart', () => {
  const view: LogView = {
    head: { epoch: 2, seq: 3, hash: 'two-3' },
    hashAt: (seq) => (seq === 3 ? 'two-3' : hashOf('28', 1, seq)),
  }
  assert.deepEqual(taken(view, record(1, 3)), { take: 'orphan' })
  assert.deepEqual(taken(view, record(1, 4)), { take: 'orphan' })
  assert.deepEqual(taken(view, record(1, 2)), { take: 'have' })
})

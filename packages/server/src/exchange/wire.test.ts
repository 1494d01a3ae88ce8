import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogRecord } from './log-record.ts'
import { makeRunReader } from './runs.ts'
import { extraOf, readLine, recompute } from './wire.ts'

const record = (seq: number, more: object = {}): LogRecord => {
  const bare = {
    origin: '28',
    epoch: 1,
    seq,
    kind: 'tested',
    at: '2026-01-01T00:00:00.000Z',
    subject: 'S',
    body: { a: 1 },
    prevHash: '0'.repeat(64),
    hash: '',
    ...more,
  }
  return { ...bare, hash: recompute(bare) }
}
const lineOf = (value: object) => {
  const line = readLine(JSON.stringify(value))
  assert(line)
  return line
}

test('a member that this version does not know is kept beside the record and covered by its hash', () => {
  const one = record(1, { later: { x: 1 } })
  const line = lineOf(one)
  assert(line.type === 'record')
  assert.equal(line.recomputed, one.hash)
  assert.equal(extraOf(line.record), '{"later":{"x":1}}')
  assert.equal(extraOf(record(1)), null)
})

test('no line of any shape throws, and what is no record is none', () => {
  fc.assert(fc.property(fc.string(), (text) => void readLine(text)))
  fc.assert(fc.property(fc.json(), (text) => void readLine(text)))
  const bad = [
    { ...record(1), seq: 0 },
    { ...record(1), seq: 1.5 },
    { ...record(1), epoch: '1' },
    { ...record(1), at: 'yesterday' },
    { ...record(1), at: '2026-13-01T00:00:00.000Z' },
    { ...record(1), kind: 'No Kind' },
    { ...record(1), body: [] },
    { ...record(1), hash: 'x' },
    { ...record(1), subject: '\u0000' },
  ]
  for (const one of bad) assert.equal(readLine(JSON.stringify(one)), undefined)
  assert.equal(readLine(`{"hash":"${'['.repeat(40_000)}`), undefined)
  assert.equal(readLine(`{"body":${'['.repeat(20_000)}${']'.repeat(20_000)},"hash":"x"}`), undefined)
})

const signature = 'ab'.repeat(64)
const head = { log: '28', end: 9, asOf: null, opening: record(1), signature }

test('records are given out only once a signature has come behind them', () => {
  const reader = makeRunReader()
  assert.deepEqual(
    (reader.take(lineOf(head)) as readonly { type: string }[]).map(({ type }) => type),
    ['head'],
  )
  assert.deepEqual(reader.take(lineOf(record(1))), [])
  assert.deepEqual(reader.rest(), [])
  assert.deepEqual(reader.take(lineOf({ signed: '28', seq: 1, signature })), [])
  assert.deepEqual(reader.take(lineOf(record(2))), [])
  const [run] = reader.rest()
  assert(run?.type === 'run')
  assert.deepEqual(
    run.run.records.map(({ seq }) => seq),
    [1],
  )
})

test('a record of another log, out of turn, or behind the end is refused', () => {
  const reader = makeRunReader()
  assert.equal(reader.take(lineOf(record(1))), 'out-of-place')
  reader.take(lineOf(head))
  reader.take(lineOf(record(1)))
  assert.equal(reader.take(lineOf(record(3))), 'out-of-place')
  assert.equal(reader.take(lineOf({ signed: '28', seq: 3, signature })), 'out-of-place')
  reader.take({ type: 'end', more: false })
  assert.equal(reader.take(lineOf(record(2))), 'after-the-end')
})

test('a run is of one epoch', () => {
  const reader = makeRunReader()
  reader.take(lineOf(head))
  reader.take(lineOf(record(1)))
  reader.take(lineOf({ signed: '28', seq: 1, signature }))
  const steps = reader.take(lineOf(record(2, { epoch: 5 })))
  assert(Array.isArray(steps))
  assert.equal(steps[0]?.type, 'run')
})

test('a checkpoint stays alone with the signature that is on it, however many records come with it', () => {
  const reader = makeRunReader()
  const signed = (seq: number, byte: string) => lineOf({ signed: '28', seq, signature: byte.repeat(64) })
  const opening = record(1, { kind: 'epoch-opened' })
  const head = lineOf({ log: '28', end: 4, asOf: null, signature: 'aa'.repeat(64), opening })
  const lines = [
    ...[head, lineOf(record(2)), signed(2, 'bb'), lineOf(record(3, { kind: 'checkpoint-made' })), signed(3, 'cc')],
    ...[lineOf(record(4)), signed(4, 'dd'), lineOf({ end: true, more: false })],
  ]
  const steps = lines.flatMap((line) => {
    const more = reader.take(line)
    assert(typeof more !== 'string')
    return more
  })
  assert.deepEqual(
    steps.flatMap((step) => (step.type === 'run' ? [[step.run.records.length, step.run.signature[0]]] : [])),
    [
      [1, 0xbb],
      [1, 0xcc],
      [1, 0xdd],
    ],
  )
})

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { rawPublicKey } from '../platform/oplog.key.ts'
import { FIRST_HASH, signHash } from '../platform/oplog-chain.ts'
import {
  type CheckpointBody,
  isPiece,
  judgeManifest,
  type Manifest,
  makePieceCutter,
  type Piece,
  piecesDigest,
  type SnapshotView,
} from './checkpoint.ts'
import { type Directory, EMPTY_DIRECTORY } from './directory.ts'
import { EPOCH_OPENED, type LogRecord } from './log-record.ts'
import { makeSnapshotReader, pieceLine, piecesLines, type SnapshotStep, snapshotLine } from './snapshot-lines.ts'
import { CHECKPOINT_MADE, keptOf } from './superseding.ts'
import { endLine, headLine, recompute, signedLine } from './wire.ts'

const { privateKey: own } = generateKeyPairSync('ed25519')
const { privateKey: thief } = generateKeyPairSync('ed25519')
const cell = (id: string, key: typeof own) => ({
  ...{ id, name: id, address: 'localhost:1' },
  logKeys: [{ key: rawPublicKey(key).toString('base64url'), fromEpoch: 0 }],
})
const directory: Directory = { ...EMPTY_DIRECTORY, cells: [cell('28', own), cell('11', thief)] }

const AT = '2026-01-01T00:00:00.000Z'
const FOUNDED = { writer: '28', reason: 'founded', approvedBy: [], openings: [{ epoch: 1, seq: 1 }] }
const UPTO = 1_300

/** A log of one epoch: slots that are stated again and again, and things that count for ever. */
const log: readonly LogRecord[] = (() => {
  const records: LogRecord[] = []
  const put = (kind: string, subject: string, body: object) => {
    const bare = {
      ...{ origin: '28', epoch: 1, seq: records.length + 1, kind, at: AT, subject, body: { ...body } },
      prevHash: records.at(-1)?.hash ?? FIRST_HASH,
    }
    records.push({ ...bare, hash: recompute({ ...bare, hash: '' }) })
  }
  put(EPOCH_OPENED, '28', FOUNDED)
  while (records.length < UPTO) put(records.length % 3 === 0 ? 'slot-stated' : 'tested', `S${records.length % 12}`, {})
  return records
})()
const kept = keptOf(log, new Date(0))
const pieces: readonly Piece[] = (() => {
  const cutter = makePieceCutter()
  for (const { seq, hash } of kept) cutter.take(seq, Buffer.from(hash, 'hex'))
  return cutter.end().pieces
})()
const recordsOf = (at: number) =>
  kept.filter(({ seq }) => seq > (pieces[at - 1]?.[0] ?? 0) && seq <= (pieces[at]?.[0] ?? 0))

const checkpointWith = (change: Partial<CheckpointBody> = {}, place = UPTO + 7): LogRecord => {
  const body = {
    ...{ upto: UPTO, epoch: 1, hash: log.at(-1)?.hash ?? '', rules: 'r', agedBefore: AT },
    ...{ records: kept.length, pieces: pieces.length, digest: piecesDigest(pieces) },
    ...change,
  }
  const bare = {
    origin: '28',
    epoch: 1,
    seq: place,
    kind: CHECKPOINT_MADE,
    at: AT,
    subject: '28',
    body,
    prevHash: FIRST_HASH,
  }
  return { ...bare, hash: recompute({ ...bare, hash: '' }) }
}
const manifestOf = (checkpoint: LogRecord, key = own, change: Partial<Manifest> = {}): Manifest => {
  const [opening] = log
  assert(opening)
  return {
    ...{ origin: '28', checkpoint, checkpointRecomputed: recompute(checkpoint), pieces },
    signature: signHash(key, checkpoint.hash),
    openings: [{ record: opening, recomputed: recompute(opening), signature: signHash(own, opening.hash) }],
    ...change,
  }
}
const NOTHING: SnapshotView = {
  ...{ branch: { openings: [], end: 0 }, followed: [{ epoch: 1, seq: 1 }], written: false },
}
const why = (manifest: Manifest, view: SnapshotView = NOTHING): string => {
  const judged = judgeManifest(manifest, view, directory)
  return judged.ok ? 'taken' : judged.why
}

test('a snapshot is begun with only when whoever wrote the log signed exactly this one', () => {
  const good = checkpointWith()
  assert.equal(why(manifestOf(good)), 'taken')
  assert.equal(why(manifestOf(good, thief)), 'not-signed')
  assert.equal(why(manifestOf({ ...good, body: { ...good.body, records: 9 } })), 'hash-does-not-fit')
  // Hashed and signed anew by who changed it.
  assert.equal(why(manifestOf(checkpointWith({ hash: 'ab'.repeat(32) }), thief)), 'not-signed')
  assert.equal(why(manifestOf(checkpointWith({ epoch: 2 }))), 'not-a-checkpoint')
  assert.equal(why(manifestOf(checkpointWith({}, UPTO))), 'not-a-checkpoint')
  assert.equal(why(manifestOf(good, own, { openings: [] })), 'opening-refused')
  const [opening] = manifestOf(good).openings
  assert(opening)
  const byThief = { ...opening, signature: signHash(thief, opening.record.hash) }
  assert.equal(why(manifestOf(good, own, { openings: [byThief] })), 'opening-refused')
  assert.equal(why(manifestOf(good, own, { origin: '11' })), 'hash-does-not-fit')
})

test('pieces that are not those that were signed are no snapshot: none fewer, none other, none in another order', () => {
  const good = checkpointWith()
  const [first, ...rest] = pieces
  assert(first && rest.length > 0)
  for (const other of [
    rest,
    [first],
    [...rest, first],
    [[first[0], 'ab'.repeat(32)] as const, ...rest],
    [...pieces, first],
  ])
    assert.equal(why(manifestOf(good, own, { pieces: other })), 'pieces-do-not-fit')
})

test('an old snapshot, one of a branch that was given up, and one of a log that is written here are not taken', () => {
  const good = manifestOf(checkpointWith())
  const branch = (end: number) => ({ openings: [{ epoch: 1, seq: 1 }], end })
  assert.equal(why(good, { ...NOTHING, branch: branch(UPTO - 1) }), 'taken')
  assert.equal(why(good, { ...NOTHING, branch: branch(UPTO) }), 'snapshot-not-newer')
  assert.equal(why(good, { ...NOTHING, branch: branch(UPTO + 90) }), 'snapshot-not-newer')
  const forkedAt = (seq: number) => [
    { epoch: 1, seq: 1 },
    { epoch: 50, seq },
  ]
  assert.equal(why(good, { ...NOTHING, followed: forkedAt(UPTO - 10) }), 'snapshot-of-another-branch')
  // The checkpoint itself is on no branch that forked before it, whatever it stands for.
  assert.equal(why(good, { ...NOTHING, followed: forkedAt(UPTO + 3) }), 'snapshot-of-another-branch')
  assert.equal(why(good, { ...NOTHING, followed: forkedAt(UPTO + 8) }), 'taken')
  assert.equal(why(good, { ...NOTHING, followed: [] }), 'snapshot-of-another-branch')
  assert.equal(why(good, { ...NOTHING, written: true }), 'written-here')
})

test('a piece with a record that is changed, left out, added, doubled or moved is not that piece', () => {
  const records = recordsOf(1)
  const fits = (some: readonly LogRecord[]) => isPiece(pieces, 1, '28', some, some.map(recompute))
  assert.equal(fits(records), true)
  assert.equal(isPiece(pieces, 0, '28', records, records.map(recompute)), false)
  fc.assert(
    fc.property(fc.nat(records.length - 1), fc.nat(records.length - 1), (at, to) => {
      const one = records[at]
      assert(one)
      const changed = { ...one, subject: 'other' }
      assert.equal(fits(records.with(at, changed)), false)
      assert.equal(fits(records.with(at, { ...changed, hash: recompute(changed) })), false)
      assert.equal(fits(records.toSpliced(at, 1)), false)
      assert.equal(fits(records.toSpliced(to, 0, one)), false)
      if (at !== to) assert.equal(fits(records.with(at, records[to] ?? one).with(to, one)), false)
    }),
  )
})

// ------------------------------------------------------------------------------------------------ lines

const line = (record: LogRecord) => JSON.stringify(record)
const text = (): string => {
  const checkpoint = checkpointWith()
  const [opening] = log
  assert(opening)
  const signature = signHash(own, opening.hash).toString('hex')
  const head = { origin: '28', end: UPTO + 9, base: 0, asOf: null }
  return (
    snapshotLine('28', line(checkpoint), signHash(own, checkpoint.hash).toString('hex')) +
    headLine(head, { line: line(opening), signature }) +
    piecesLines(pieces) +
    `${line(opening)}\n${signedLine('28', 1, signature)}` +
    pieces
      .map(
        (_, at) =>
          pieceLine(at) +
          recordsOf(at)
            .map((one) => `${line(one)}\n`)
            .join(''),
      )
      .join('') +
    endLine(false)
  )
}
const stepsOf = (lines: readonly string[]): SnapshotStep[] | string => {
  const take = makeSnapshotReader()
  const steps: SnapshotStep[] = []
  for (const one of lines) {
    const more = take(one)
    if (typeof more === 'string') return more
    steps.push(...more)
  }
  return steps
}

test('what is written is read: the head, what was signed, the pieces, the end', () => {
  const steps = stepsOf(text().trimEnd().split('\n'))
  assert(typeof steps !== 'string')
  assert.deepEqual(
    steps.map(({ type }) => type),
    ['head', 'manifest', ...pieces.map(() => 'piece'), 'end'],
  )
  const [, manifest] = steps
  assert(manifest?.type === 'manifest')
  assert.equal(why(manifest.manifest), 'taken')
  for (const step of steps)
    if (step.type === 'piece')
      assert.equal(isPiece(pieces, step.piece.at, '28', step.piece.records, step.piece.recomputed), true)
})

test('an answer that is cut off anywhere gives nothing that is not whole, and no rubble throws', () => {
  const lines = text().trimEnd().split('\n')
  fc.assert(
    fc.property(fc.nat(lines.length - 1), (length) => {
      const steps = stepsOf(lines.slice(0, length))
      assert(typeof steps !== 'string')
      assert(!steps.some(({ type }) => type === 'end'))
      for (const step of steps)
        if (step.type === 'piece') assert.equal(step.piece.records.length, recordsOf(step.piece.at).length)
    }),
  )
  fc.assert(
    fc.property(fc.nat(lines.length - 1), fc.oneof(fc.string(), fc.json()), (at, rubble) => {
      const steps = stepsOf(lines.with(at, rubble))
      if (typeof steps === 'string') assert.match(steps, /^(not-a-line|out-of-place|too-large|after-the-end)$/)
    }),
  )
})

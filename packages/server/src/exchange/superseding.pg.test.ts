import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Tx } from '../platform/db.ts'
import { type TestCell, testCell } from '../testing/cell.ts'
import { asRecords, type SaidOp, saidOp, toldRows } from '../testing/told-ops.ts'
import { makeApplying } from './applying.service.ts'
import { ageKept, dropGone, foldPage, keptHashes } from './kept.sql.ts'
import { recordsAfter } from './log.sql.ts'
import type { LogRecord } from './log-record.ts'
import type { ExchangePort } from './ports.ts'
import { makeRegistry } from './registry.service.ts'
import { AGED_DAYS, keptOf, SUPERSEDING } from './superseding.ts'

const DAY_MS = 86_400_000

/** A cell whose slices listen at a registry that the test has in hand. */
const listeningCell = async () => {
  const registry = makeRegistry()
  const port: ExchangePort = {
    onRecord: registry.onRecord,
    onRewound: registry.onRewound,
    onOpened: registry.onOpened,
    onApplied: registry.onApplied,
    standings: async () => [],
    standing: async () => null,
    cells: ['11', '28'],
    seal: async () => null,
    open: async () => null,
  }
  const running = await testCell({ env: { DURE_REGION: '11' }, exchange: () => port })
  return { running, registry }
}

class Undone extends Error {}

test('who listens to a kind is told it by a snapshot: no kind with a handler is left out at once', async () => {
  const { running, registry } = await listeningCell()
  await using _ = running
  const heard = [...registry.records.keys()]
  assert(heard.length > 15)
  for (const kind of heard) assert(SUPERSEDING[kind] !== undefined && SUPERSEDING[kind].how !== 'here', kind)
})

test('a reader of a snapshot and its tail has what a reader of the whole log has', async () => {
  const { running, registry } = await listeningCell()
  await using _ = running
  const { db, clock, log } = running.cell.deps
  const now = clock.now()
  const applying = makeApplying(db, registry, 'test', log)
  /** What the slices make of these records, and then as if it had not been. */
  const folded = async (...parts: readonly (readonly LogRecord[])[]): Promise<string> => {
    let rows = ''
    await assert.rejects(
      db.tx(async (tx: Tx) => {
        for (const records of parts) await applying.hand(tx, '28', records, new Set(), now)
        const failed = await tx.sql(`select kind, error from exchange.unapplied where error is not null`)
        assert.deepEqual(failed, [])
        rows = JSON.stringify(await toldRows(tx, '28'), undefined, 1)
        throw new Undone()
      }),
      Undone,
    )
    return rows
  }
  let dropped = 0
  const agedBefore = new Date(now.getTime() - AGED_DAYS * DAY_MS)
  const run = async (ops: readonly SaidOp[], share: number, seen: number): Promise<void> => {
    const records = asRecords(ops, '28', now)
    const upto = Math.max(1, Math.floor((records.length * share) / 100))
    const kept = keptOf(records.slice(0, upto), agedBefore)
    dropped += upto - kept.length
    const whole = await folded(records)
    assert.equal(await folded(kept, records.slice(upto)), whole)
    // Who has read the log up to some place, and goes on with a snapshot of a later one.
    const have = Math.floor((upto * seen) / 100)
    const later = kept.filter(({ seq }) => seq > have)
    assert.equal(await folded(records.slice(0, have), later, records.slice(upto)), whole)
  }
  const percent = fc.integer({ min: 1, max: 100 })
  await fc.assert(
    fc.asyncProperty(fc.array(saidOp, { minLength: 20, maxLength: 80, size: 'max' }), percent, percent, run),
    {
      numRuns: 60,
    },
  )
  assert(dropped > 100)
})

const say = async ({ cell }: TestCell, ops: readonly SaidOp[]): Promise<void> => {
  const records = asRecords(ops, '28', cell.deps.clock.now())
  await cell.deps.db.tx(async (tx) => {
    for (const { kind, at, subject, body } of records)
      await tx.sql(
        `insert into platform.outbox (origin, kind, at, subject, body, audience) values ('28', $1, $2, $3, $4, '{}')`,
        [kind, new Date(at), subject, JSON.stringify(body)],
      )
  })
  while ((await cell.sequence()) > 0);
}

test('the database sorts a log, page by page, as the rules say at once; and still knows what the snapshot before had', async () => {
  await using cell = await testCell()
  const { db, clock } = cell.cell.deps
  const numbers = async (upto: number) => (await keptHashes(db, '28', upto, 0, 100_000)).map(({ seq }) => seq)
  let folded = 0
  let before: { readonly upto: number; readonly had: readonly number[] } | undefined
  let aged = AGED_DAYS + 300
  const run = async (ops: readonly SaidOp[], page: number): Promise<void> => {
    await say(cell, ops)
    const records = await recordsAfter(db, '28', 0, 100_000)
    const upto = records.length
    while (folded < upto) {
      const next = Math.min(upto, folded + page)
      await foldPage(db, '28', folded, next)
      folded = next
    }
    // Later each time, as checkpoints have it.
    aged -= 5
    const agedBefore = new Date(clock.now().getTime() - aged * DAY_MS)
    await ageKept(db, '28', upto, agedBefore)
    const wanted = keptOf(records, agedBefore).map(({ seq }) => seq)
    assert.deepEqual(await numbers(upto), wanted)
    if (before !== undefined) {
      assert.deepEqual(await numbers(before.upto), before.had)
      await dropGone(db, '28', before.upto)
      assert.deepEqual(await numbers(before.upto), before.had)
      assert.deepEqual(await numbers(upto), wanted)
    }
    before = { upto, had: wanted }
  }
  const page = fc.integer({ min: 1, max: 40 })
  await fc.assert(fc.asyncProperty(fc.array(saidOp, { minLength: 1, maxLength: 40 }), page, run), {
    numRuns: 25,
    // Runs build on one another: a smaller one would not be what failed.
    endOnFailure: true,
  })
})

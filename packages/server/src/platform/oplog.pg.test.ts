import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestCell, testCell } from '../testing/cell.ts'
import { sequence } from './oplog.sequencer.ts'
import { appendOp } from './oplog.ts'
import { type ChainedRecord, findChainFault, verifyHash } from './oplog-chain.ts'

interface ReadOp extends ChainedRecord {
  readonly body: { readonly writer: number; readonly step: number }
  readonly signature: Buffer | null
}

/** The whole log; its first record opened the epoch. */
const readLog = async ({ cell }: TestCell): Promise<ReadOp[]> => {
  const rows = await cell.deps.db.sql<Omit<ReadOp, 'at'> & { at: Date }>(
    `select origin, epoch::float8 as epoch, seq::float8 as seq, kind, at, subject, body,
            encode(prev_hash, 'hex') as "prevHash", encode(hash, 'hex') as hash, signature
       from platform.oplog
      order by oplog.seq`,
  )
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}
const readOps = async (test: TestCell): Promise<ReadOp[]> =>
  (await readLog(test)).filter(({ kind }) => kind === 'tested')

const write = ({ cell }: TestCell, subject: string, body: Record<string, unknown> = {}): Promise<void> =>
  cell.deps.db.tx((tx) => appendOp(tx, { kind: 'tested', subject, body, audience: {}, at: cell.deps.clock.now() }))

test('an op belongs to the transaction that decided: what is rolled back was never said', async () => {
  await using test = await testCell()
  await write(test, 'A')
  await assert.rejects(
    test.cell.deps.db.tx(async (tx) => {
      await appendOp(tx, { kind: 'tested', subject: 'B', body: {}, audience: {}, at: test.clock.now() })
      throw new Error('no')
    }),
  )
  await write(test, 'C')
  await test.cell.sequence()
  assert.deepEqual(
    (await readOps(test)).map(({ seq, subject }) => [seq, subject]),
    [
      [2, 'A'],
      [3, 'C'],
    ],
  )
})

const WRITERS = 8
const STEPS = 60

/** Writes `STEPS` ops, some of them in transactions that are given up. */
const writer = async (test: TestCell, which: number): Promise<number> => {
  let kept = 0
  for (let step = 0; step < STEPS; step += 1) {
    const givenUp = (step * 7 + which) % 5 === 0
    const work = test.cell.deps.db.tx(async (tx) => {
      const op = {
        kind: 'tested',
        subject: `W${which}`,
        body: { writer: which, step },
        audience: {},
        at: test.clock.now(),
      }
      await appendOp(tx, op)
      if (givenUp) throw new Error('given up')
    })
    if (givenUp) await assert.rejects(work, /given up/)
    else {
      await work
      kept += 1
    }
  }
  return kept
}

test('numbers are gap-free under 8 writers and two sequencers, each writer in its own order, the chain whole', async () => {
  await using test = await testCell({ env: { DURE_POOL_SIZE: '12' } })
  let writing = true
  const sequencer = async () => {
    while (writing) await sequence(test.cell.deps.db, test.cell.identity)
  }
  const sequencers = [sequencer(), sequencer()]
  const kept = await Promise.all(Array.from({ length: WRITERS }, (_, which) => writer(test, which)))
  writing = false
  await Promise.all(sequencers)
  await test.cell.sequence()

  const ops = await readOps(test)
  assert.equal(
    ops.length,
    kept.reduce((a, b) => a + b, 0),
  )
  const log = (await readLog(test)).map(({ signature: _, ...record }) => record)
  assert.equal(findChainFault(log), undefined)
  const { signature = null, hash = '' } = (await readLog(test)).at(-1) ?? {}
  assert.equal(signature !== null && verifyHash(test.cell.identity.publicKey, hash, signature), true)
  for (let which = 0; which < WRITERS; which += 1) {
    const steps = ops.filter(({ body }) => body.writer === which).map(({ body }) => body.step)
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => a - b),
    )
  }
})

test('a reader that follows by number misses nothing while writers write', async () => {
  await using test = await testCell({ env: { DURE_POOL_SIZE: '12' } })
  const { db } = test.cell.deps
  let writing = true
  const seen: string[] = []
  const reader = async () => {
    for (let cursor = '1'; ; ) {
      const last = !writing
      await test.cell.sequence()
      const rows = await db.sql<{ seq: string }>('select seq from platform.oplog where seq > $1 order by oplog.seq', [
        cursor,
      ])
      seen.push(...rows.map(({ seq }) => seq))
      cursor = rows.at(-1)?.seq ?? cursor
      if (last) return
    }
  }
  const following = reader()
  const kept = await Promise.all([0, 1, 2, 3].map((which) => writer(test, which)))
  writing = false
  await following
  const total = kept.reduce((a, b) => a + b, 0)
  assert.deepEqual(
    seen,
    Array.from({ length: total }, (_, index) => `${index + 2}`),
  )
})

test('an op committed late is numbered late: a slow transaction is not skipped', async () => {
  await using test = await testCell()
  const { db } = test.cell.deps
  const slow = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const late = db.tx(async (tx) => {
    await appendOp(tx, { kind: 'tested', subject: 'slow', body: {}, audience: {}, at: test.clock.now() })
    begun.resolve()
    await slow.promise
  })
  await begun.promise
  await write(test, 'quick')
  await test.cell.sequence()
  slow.resolve()
  await late
  await test.cell.sequence()
  assert.deepEqual(
    (await readOps(test)).map(({ seq, subject }) => [seq, subject]),
    [
      [2, 'quick'],
      [3, 'slow'],
    ],
  )
})

test('a running cell gives numbers by itself, soon after the commit', async () => {
  await using test = await testCell({ background: true })
  const { db } = test.cell.deps
  await write(test, 'A')
  const numbered = async (): Promise<boolean> => (await db.sql('select from platform.oplog')).length === 2
  const deadline = performance.now() + 20_000
  while (!(await numbered())) assert(performance.now() < deadline)
})

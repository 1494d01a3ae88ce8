import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestNode, testCells, until } from '../testing/cells.ts'
import { baseAt, caughtUp, EVERY, env, goodUpTo, PATIENT_MS, sayMany, told, verified } from '../testing/snapshots.ts'
import { findLogs } from './log.sql.ts'
import { RULES } from './superseding.ts'

test('who was away for long goes on with a snapshot, and keeps what it had', async () => {
  await using cells = await testCells(['11', '28', '41'], { apart: true, env })
  const [away, writer, whole] = ['11', '28', '41'].map((id) => cells.node(id)) as [TestNode, TestNode, TestNode]
  cells.heal('11', '28')
  cells.heal('41', '28')
  await sayMany(writer, 120)
  await caughtUp(away, writer)
  const had = (await away.log('28')).length
  await away.stop()
  await sayMany(writer, 1_100)
  await goodUpTo(writer, '28', EVERY * 2)
  await caughtUp(whole, writer)
  await away.start()
  await caughtUp(away, writer)
  assert.equal(await baseAt(away, '28'), EVERY * 2)
  const log = await away.log('28')
  assert.deepEqual(
    log.slice(0, had).map(({ seq }) => seq),
    Array.from({ length: had }, (_, index) => index + 1),
  )
  assert(log.length < (await whole.log('28')).length)
  assert.deepEqual(await told(away, '28'), await told(whole, '28'))
  assert.equal((await verified(away, '28'))?.fault, null)
})

test('a cell that gives another snapshot than its log is refused, and the whole log is read', async () => {
  await using cells = await testCells(['28', '41'], { apart: true, env })
  const writer = cells.node('28')
  const newcomer = cells.node('41')
  await sayMany(writer, 700)
  await goodUpTo(writer, '28', EVERY)
  // Whoever writes the log leaves something out of what it signed.
  await writer.cell.deps.db.sql(
    `delete from exchange.kept where seq = (select max(seq) from exchange.kept where seq < 500 and gone_at is null)`,
  )
  cells.heal('28', '41')
  await caughtUp(newcomer, writer)
  assert.equal(await baseAt(newcomer, '28'), 0)
  assert.equal((await newcomer.log('28')).length, (await writer.log('28')).length)
  const metrics = await newcomer.cell.deps.metrics.registry.metrics()
  assert(metrics.includes('dure_exchange_refused_total{why="pieces-do-not-fit"} 1'))
  // Who has the whole log finds out that its writer vouched for something else.
  await goodUpTo(newcomer, '28', EVERY)
  assert.deepEqual(await newcomer.cell.deps.db.sql(`select from exchange.arriving`), [])
})

test('a writer that vouches for another snapshot than its log gives is found out by who has the log', async () => {
  await using cells = await testCells(['28', '41'], { env: { ...env, DURE_CHECKPOINT_EVERY: '0' } })
  const writer = cells.node('28')
  const reader = cells.node('41')
  await sayMany(writer, 100)
  const [row] = await findLogs(writer.cell.deps.db, ['28'])
  await writer.say('28', 'checkpoint-made', {
    ...{ upto: row?.head?.seq, epoch: 1, hash: row?.head?.hash, rules: RULES, agedBefore: new Date(0).toISOString() },
    ...{ records: 3, pieces: 1, digest: 'ab'.repeat(32) },
  })
  while ((await writer.cell.sequence()) > 0);
  await caughtUp(reader, writer)
  const states = () =>
    reader.cell.deps.db.sql<{ state: string }>(`select state from exchange.checkpoint where origin = '28'`)
  await until('it is looked at', async () => (await states())[0]?.state === 'differs', PATIENT_MS)
  const alarms = await reader.cell.deps.db.sql<{ what: string }>(`select what from exchange.alarm`)
  assert.deepEqual(alarms, [{ what: 'checkpoint-differs' }])
})

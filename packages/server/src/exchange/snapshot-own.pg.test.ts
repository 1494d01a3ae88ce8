import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testCells, until } from '../testing/cells.ts'
import { baseAt, caughtUp, EVERY, env, goodUpTo, PATIENT_MS, sayMany, verified } from '../testing/snapshots.ts'
import { lightOp } from '../testing/told-ops.ts'

test('a cell that lost its database gets its own log back from one that began later, when nobody has the whole', async () => {
  await using cells = await testCells(['28', '41'], { apart: true, env })
  const writer = cells.node('28')
  const newcomer = cells.node('41')
  await writer.stop()
  const early = await writer.backup()
  await writer.start()
  await sayMany(writer, 700, lightOp)
  await goodUpTo(writer, '28', EVERY)
  cells.heal('28', '41')
  await caughtUp(newcomer, writer)
  assert.equal(await baseAt(newcomer, '28'), EVERY)
  await goodUpTo(newcomer, '28', EVERY)
  const end = (await newcomer.log('28')).at(-1)?.seq ?? 0

  await writer.stop()
  await writer.restore(early)
  await writer.start()
  await until('28 writes again', () => writer.cell.exchange.state() === 'writing', PATIENT_MS)
  assert.equal(await baseAt(writer, '28'), EVERY)
  await writer.say('after')
  while ((await writer.cell.sequence()) > 0);
  await caughtUp(newcomer, writer)
  // Nothing was given up on either side: the new epoch stands behind everything that anybody had seen.
  const log = await newcomer.log('28')
  const since = log.filter(({ seq }) => seq > end)
  assert.equal(since[0]?.kind, 'epoch-opened')
  assert(since.some(({ subject }) => subject === 'after'))
  for (const node of [writer, newcomer]) {
    assert.deepEqual(await node.cell.deps.db.sql(`select from exchange.orphan`), [])
    assert.equal((await verified(node, '28'))?.fault, null)
  }
})

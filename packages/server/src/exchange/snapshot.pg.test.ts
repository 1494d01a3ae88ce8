import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestNode, testCells } from '../testing/cells.ts'
import { baseAt, caughtUp, command, EVERY, env, goodUpTo, sayMany, told, verified } from '../testing/snapshots.ts'
import { makeAnswering } from './answer.service.ts'

test('a newcomer begins with a snapshot and its tail, has what readers of the whole log have, and passes that on', async () => {
  await using cells = await testCells(['11', '28', '41', '43'], { apart: true, env })
  const [whole, writer, newcomer, relayed] = ['11', '28', '41', '43'].map((id) => cells.node(id)) as [
    TestNode,
    TestNode,
    TestNode,
    TestNode,
  ]
  cells.heal('11', '28')
  await sayMany(writer, 700)
  await caughtUp(whole, writer)
  await goodUpTo(writer, '28', EVERY)
  await goodUpTo(whole, '28', EVERY)
  await sayMany(writer, 50)

  cells.heal('41', '28')
  await caughtUp(newcomer, writer)
  await caughtUp(whole, writer)
  assert.equal(await baseAt(newcomer, '28'), EVERY)
  assert.equal(await baseAt(whole, '28'), 0)
  const fewer = (await newcomer.log('28')).length
  assert(fewer < (await whole.log('28')).length - 100, `${fewer} records`)
  assert.deepEqual(await told(newcomer, '28'), await told(whole, '28'))
  assert(JSON.stringify(await told(newcomer, '28')).length > 2_000)
  const check = await verified(newcomer, '28')
  assert.equal(check?.fault, null)
  assert.equal(check?.from, EVERY)
  assert.equal((await verified(whole, '28'))?.from, 0)

  // What it did not read it does not give: to who has nothing it says where its copy begins.
  const asked = async (end: number): Promise<string> => {
    const { db } = newcomer.cell.deps
    const answering = makeAnswering({ db, self: '41', asOf: () => null, raiseMark: async () => undefined })
    let text = ''
    const openings = end === 0 ? [] : [{ epoch: 1, seq: 1 }]
    const vector = new Map([['28', { openings, end, followedEpoch: 1 }]])
    const write = async (more: string): Promise<void> => {
      text += more
    }
    await answering.send((await answering.look(vector)).parts, { write })
    return text
  }
  assert.match(await asked(0), new RegExp(`"base":${EVERY},`))
  assert.doesNotMatch(await asked(0), /"seq":2,/)
  assert.doesNotMatch(await asked(EVERY - 1), new RegExp(`"seq":${EVERY},`))
  assert.match(await asked(EVERY), new RegExp(`"seq":${EVERY + 1},`))

  // A cell that reaches only the newcomer begins with the same snapshot, from it.
  await goodUpTo(newcomer, '28', EVERY)
  cells.heal('41', '43')
  await caughtUp(relayed, writer)
  assert.equal(await baseAt(relayed, '28'), EVERY)
  assert.deepEqual(await told(relayed, '28'), await told(whole, '28'))

  // A higher epoch, and everything that comes in it, goes on from there.
  await command(writer, 'reopen')
  await sayMany(writer, 40)
  for (const reader of [whole, newcomer, relayed]) await caughtUp(reader, writer)
  for (const reader of [newcomer, relayed]) {
    assert.deepEqual(await told(reader, '28'), await told(whole, '28'))
    assert.equal((await verified(reader, '28'))?.fault, null)
    assert.equal(await baseAt(reader, '28'), EVERY)
  }

  // The next checkpoint is worked out alike from the whole log and from a snapshot and its tail.
  await sayMany(writer, EVERY)
  for (const node of [writer, whole, newcomer, relayed]) await goodUpTo(node, '28', EVERY * 2)
  const alarms = await newcomer.cell.deps.db.sql(`select what from exchange.alarm`)
  assert.deepEqual(alarms, [])
})

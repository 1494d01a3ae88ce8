import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestCell, testCell } from '../testing/cell.ts'
import { openDatabase } from './db.ts'
import { makeTimerRunner } from './timers.runner.ts'
import { cancel, schedule, type TimerHandler } from './timers.ts'

const MINUTE = 60_000

const plan = (test: TestCell, subject: string, inMs: number, kind = 'remind'): Promise<void> => {
  const { db, ids, clock } = test.cell.deps
  const now = clock.now()
  const timer = { id: ids.next(), kind, subject, dueAt: new Date(now.getTime() + inMs), payload: { subject } }
  return db.tx((tx) => schedule(tx, timer, now))
}

const runner = (test: TestCell, handlers: Record<string, TimerHandler>) =>
  makeTimerRunner(test.cell.deps.db, new Map(Object.entries(handlers)), test.cell.deps.log)

/** A handler that notes what it was called for. */
const noting = () => {
  const heard: string[] = []
  const remind: TimerHandler = async (_, timer) => void heard.push(timer.subject)
  return { heard, remind }
}

test('a timer runs when it is due, once, the earliest first, with its payload', async () => {
  await using test = await testCell()
  const { heard, remind } = noting()
  const { runDue } = runner(test, { remind })
  await plan(test, 'second', 2 * MINUTE)
  await plan(test, 'first', MINUTE)
  assert.equal(await runDue(test.clock.now()), 0)
  test.clock.advance(2 * MINUTE)
  assert.equal(await runDue(test.clock.now()), 2)
  assert.equal(await runDue(test.clock.now()), 0)
  assert.deepEqual(heard, ['first', 'second'])
})

test('a timer survives a restart: whoever runs next finds it', async () => {
  await using test = await testCell()
  await plan(test, 'kept', MINUTE)
  const { heard, remind } = noting()
  test.clock.advance(24 * 60 * MINUTE)
  await test.cell.close()
  const db = openDatabase({ connection: test.database.connection, log: test.cell.deps.log })
  await makeTimerRunner(db, new Map([['remind', remind]]), test.cell.deps.log).runDue(test.clock.now())
  await db.close()
  assert.deepEqual(heard, ['kept'])
})

test('a cancelled timer does not run, and neither does one of a transaction that was given up', async () => {
  await using test = await testCell()
  const { heard, remind } = noting()
  await plan(test, 'A', MINUTE)
  await plan(test, 'A', MINUTE, 'escalate')
  await plan(test, 'B', MINUTE)
  assert.equal(await test.cell.deps.db.tx((tx) => cancel(tx, 'A', 'remind')), 1)
  await assert.rejects(
    test.cell.deps.db.tx(async () => {
      await plan(test, 'C', MINUTE)
      throw new Error('no')
    }),
  )
  test.clock.advance(MINUTE)
  await runner(test, { remind, escalate: remind }).runDue(test.clock.now())
  assert.deepEqual(heard.sort(), ['A', 'B'])
})

test('two processes share the timers out: each runs once', async () => {
  await using test = await testCell({ env: { DURE_POOL_SIZE: '12' } })
  const { heard, remind } = noting()
  for (let index = 0; index < 40; index += 1) await plan(test, `T${index}`, MINUTE)
  test.clock.advance(MINUTE)
  const now = test.clock.now()
  const ran = await Promise.all([1, 2, 3, 4].map(() => runner(test, { remind }).runDue(now)))
  assert.equal(
    ran.reduce((a, b) => a + b, 0),
    40,
  )
  assert.equal(new Set(heard).size, 40)
})

test('a handler that fails leaves nothing of its work, does not stop the others, and is tried again later', async () => {
  await using test = await testCell()
  const { db } = test.cell.deps
  const heard: string[] = []
  let broken = true
  const remind: TimerHandler = async (tx, timer) => {
    await tx.sql(
      `insert into platform.person (id, name, roles, region, created_at) values ($1, 'x', '{admin}', '28', now())`,
      [timer.subject],
    )
    if (broken && timer.subject === 'bad') throw new Error('broken')
    heard.push(timer.subject)
  }
  const { runDue, nextDue } = runner(test, { remind })
  await plan(test, 'bad', MINUTE)
  await plan(test, 'good', MINUTE)
  test.clock.advance(MINUTE)
  assert.equal(await runDue(test.clock.now()), 1)
  assert.deepEqual(await db.sql('select id from platform.person'), [{ id: 'good' }])
  const next = await nextDue()
  assert(next !== undefined && next > test.clock.now())
  broken = false
  test.clock.set(next)
  assert.equal(await runDue(test.clock.now()), 1)
  assert.deepEqual(heard, ['good', 'bad'])
})

test('a timer of a kind nobody handles here is left for whoever does', async () => {
  await using test = await testCell()
  await plan(test, 'later', MINUTE, 'of-the-next-release')
  test.clock.advance(MINUTE)
  assert.equal(await runner(test, { remind: noting().remind }).runDue(test.clock.now()), 0)
  assert.equal((await test.cell.deps.db.sql('select from platform.timer where done_at is null')).length, 1)
})

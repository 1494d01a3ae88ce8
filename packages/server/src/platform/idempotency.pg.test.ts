import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoint } from '@dure/contract'
import { z } from 'zod'
import { type TestCell, testCell } from '../testing/cell.ts'
import type { Tx } from './db.ts'
import { type Http, serve } from './http.ts'
import { ANSWERS_KEPT_HOURS, sweepAnswers } from './idempotency.ts'
import { appendOp } from './oplog.ts'
import { err, ok } from './result.ts'

const count = endpoint({
  id: 'count',
  method: 'POST',
  path: '/api/test/count',
  summary: 'Counts calls',
  auth: 'session',
  body: z.object({ say: z.string() }),
  response: { status: 200, schema: z.object({ calls: z.int() }) },
  problems: ['wrong-state'],
})

/** Serves a route that counts its calls, and appends an op by each. */
const counting = async () => {
  let calls = 0
  const test = await testCell({
    env: { DURE_POOL_SIZE: '8' },
    routes: (http) =>
      serve(http)(count, async ({ body, now }) => {
        calls += 1
        if (body.say === 'throw') throw new Error('broken')
        if (body.say === 'undo') return undone(http.deps, now, `call ${calls}`)
        if (body.say === 'refuse') return err({ code: 'wrong-state' as const, detail: `call ${calls}` })
        await http.deps.db.tx((tx) => appendOp(tx, { kind: 'counted', subject: 'C', body: {}, audience: {}, at: now }))
        return ok({ calls })
      }),
  })
  return { test, calls: () => calls, [Symbol.asyncDispose]: () => test[Symbol.asyncDispose]() }
}

/** Like a decision of a slice: it joins the request's transaction, and finds the reason to refuse after it has written. */
const undone = async ({ db }: Http['deps'], at: Date, detail: string) => {
  const refusal = { code: 'wrong-state' as const, detail }
  const work = async (tx: Tx) => {
    await appendOp(tx, { kind: 'counted', subject: 'C', body: {}, audience: {}, at })
    throw new Error('refused')
  }
  await assert.rejects(db.tx(work, { join: true }), /refused/)
  return err(refusal)
}

const effects = async ({ cell }: TestCell): Promise<number> =>
  (await cell.deps.db.sql<{ n: number }>('select count(*)::int as n from platform.outbox'))[0]?.n ?? -1

test('the same key gets the same answer and works once', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  const first = await person.call(count, { body: { say: 'hello' } }, { key: 'K1' })
  const again = await person.call(count, { body: { say: 'hello' } }, { key: 'K1' })
  assert.deepEqual(again, first)
  assert.deepEqual([counted.calls(), await effects(counted.test)], [1, 1])
})

test('a refusal is an answer too', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  const first = await person.call(count, { body: { say: 'refuse' } }, { key: 'K1' })
  const again = await person.call(count, { body: { say: 'refuse' } }, { key: 'K1' })
  assert(!first.ok && !again.ok)
  assert.deepEqual([again.error.detail, again.error.status], ['call 1', 409])
})

test('a refusal that undid its work is kept all the same', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  const first = await person.call(count, { body: { say: 'undo' } }, { key: 'K1' })
  const again = await person.call(count, { body: { say: 'undo' } }, { key: 'K1' })
  assert(!first.ok && !again.ok)
  assert.deepEqual([first.error.detail, again.error.detail, counted.calls()], ['call 1', 'call 1', 1])
  assert.equal(await effects(counted.test), 0)
})

test('of refusals at the same moment all give the one that is kept', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  const body = { say: 'undo' }
  const answers = await Promise.all(Array.from({ length: 6 }, () => person.call(count, { body }, { key: 'K1' })))
  const details = answers.map((answer) => (answer.ok ? 'none' : answer.error.detail))
  assert.equal(new Set(details).size, 1)
})

test('the same key for something else is a conflict', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  await person.call(count, { body: { say: 'hello' } }, { key: 'K1' })
  const other = await person.call(count, { body: { say: 'goodbye' } }, { key: 'K1' })
  assert(!other.ok)
  assert.deepEqual([other.error.code, other.error.pointer], ['conflict', '/headers/idempotency-key'])
  assert.equal(await effects(counted.test), 1)
})

test('a key belongs to one person', async () => {
  await using counted = await counting()
  const [one, other] = [await counted.test.person(), await counted.test.person()]
  await one.call(count, { body: { say: 'hello' } }, { key: 'K1' })
  await other.call(count, { body: { say: 'hello' } }, { key: 'K1' })
  assert.equal(await effects(counted.test), 2)
})

test('two at the same moment work once and get the same answer', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  const body = { say: 'hello' }
  const answers = await Promise.all(Array.from({ length: 6 }, () => person.call(count, { body }, { key: 'K1' })))
  assert.equal(await effects(counted.test), 1)
  for (const answer of answers) assert.deepEqual(answer, answers[0])
})

test('what failed for a reason of its own may be tried again with the same key', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  const headers = { 'idempotency-key': 'K1' }
  const send = (say: string) => person.inject({ method: 'POST', url: '/api/test/count', headers, payload: { say } })
  assert.equal((await send('throw')).statusCode, 500)
  assert.equal((await send('hello')).statusCode, 200)
})

test('a key that is no key is refused', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  for (const key of ['', 'x'.repeat(101), 'a b', '한글']) {
    const answer = await person.inject({
      method: 'POST',
      url: '/api/test/count',
      headers: { 'idempotency-key': Buffer.from(key).toString('latin1') },
      payload: { say: 'hello' },
    })
    assert.equal(answer.statusCode, 400, key)
  }
  assert.equal(counted.calls(), 0)
})

test('answers are forgotten after two days', async () => {
  await using counted = await counting()
  const person = await counted.test.person()
  await person.call(count, { body: { say: 'hello' } }, { key: 'K1' })
  const kept = async () => (await counted.test.cell.deps.db.sql('select from platform.answer')).length
  await sweepAnswers(counted.test.cell.deps.db, counted.test.clock.now())
  assert.equal(await kept(), 1)
  counted.test.clock.advance((ANSWERS_KEPT_HOURS + 1) * 3_600_000)
  await sweepAnswers(counted.test.cell.deps.db, counted.test.clock.now())
  assert.equal(await kept(), 0)
})

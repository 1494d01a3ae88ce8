import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoint, Problem } from '@dure/contract'
import { z } from 'zod'
import { testCell } from '../testing/cell.ts'
import { asOwner } from '../testing/database.ts'
import { serve } from './http.ts'
import { appendOp } from './oplog.ts'
import { ok } from './result.ts'

const keep = endpoint({
  id: 'keepNote',
  method: 'POST',
  path: '/api/test/kept',
  summary: 'Keeps a note',
  auth: 'session',
  roles: ['placement_desk'],
  response: { status: 200, schema: z.object({}) },
  problems: [],
})

/** PostgreSQL refuses from now on with the state it gives when a file cannot grow. What a really full disk does is `npm run faults`. */
const FILL = `
  create function public.no_room() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
  create trigger no_room before insert on platform.outbox for each statement execute function public.no_room();
  create function public.no_new_table() returns event_trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
  create event trigger no_new_table on ddl_command_start when tag in ('CREATE TABLE AS') execute function public.no_new_table()`
const EMPTY = `drop event trigger no_new_table; drop trigger no_room on platform.outbox`

const cellThatKeeps = () =>
  testCell({
    routes: (http) =>
      serve(http)(keep, async ({ now }) => {
        await http.deps.db.tx((tx) => appendOp(tx, { kind: 'noted', subject: 'S', body: {}, audience: {}, at: now }))
        return ok({})
      }),
  })

test('a write that finds no room is refused as such, keeps nothing, and its repetition is decided anew', async () => {
  await using test = await cellThatKeeps()
  const desk = await test.person()
  const headers = { 'idempotency-key': 'one-note' }
  const write = () => desk.inject({ method: 'POST', url: keep.path, headers })
  await asOwner(test.database, FILL)
  const refused = await write()
  assert.equal(refused.statusCode, 507)
  assert.match(String(refused.headers['content-type']), /^application\/problem\+json/)
  assert.equal(Problem.parse(refused.json()).code, 'storage-full')
  assert.ok(Number(refused.headers['retry-after']) > 0)
  const count = async () => (await test.cell.deps.db.sql('select from platform.outbox')).length
  assert.equal(await count(), 0)
  await asOwner(test.database, EMPTY)
  for (let time = 0; time < 2; time += 1) assert.equal((await write()).statusCode, 200)
  assert.equal(await count(), 1)
})

test('readiness says that there is no room, until the database takes something again', async () => {
  await using test = await cellThatKeeps()
  const desk = await test.person()
  await asOwner(test.database, FILL)
  assert.equal((await test.inject({ url: '/readyz' })).statusCode, 200)
  await desk.inject({ method: 'POST', url: keep.path, headers: { 'idempotency-key': 'another' } })
  for (let time = 0; time < 2; time += 1) {
    const full = await test.inject({ url: '/readyz' })
    assert.deepEqual([full.statusCode, full.json().code], [507, 'storage-full'])
  }
  // Reading goes on.
  assert.equal((await desk.inject({ url: '/api/me' })).statusCode, 200)
  await asOwner(test.database, EMPTY)
  assert.equal((await test.inject({ url: '/readyz' })).statusCode, 200)
  assert.match((await test.inject({ url: '/metrics' })).body, /^dure_storage_full_total [1-9]/m)
})

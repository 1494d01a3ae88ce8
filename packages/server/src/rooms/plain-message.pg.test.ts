import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomEndpoints as e } from '@dure/contract'
import fc from 'fast-check'
import { monotonicFactory } from 'ulid'
import { must, refusedAs, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { formatHlc, parseHlc, tick } from './hlc.ts'

const newId = monotonicFactory()
const say = (person: TestPerson, id: string, text: string) =>
  person.call(e.postMessage, { params: { id }, body: { id: newId(), body: { kind: 'text', text } } })

test('the stamp the database gives is the one the program would give', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const ms = fc.oneof(fc.integer({ min: 0, max: 2e12 }), fc.constantFrom(1_767_571_200_000, 1_767_571_200_001))
  const last = fc.option(
    fc.record({
      ms,
      count: fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constant(0xffff)),
      cell: fc.constantFrom('11', '28'),
    }),
  )
  const cases = fc.sample(fc.tuple(last, ms), 2_000)
  const rows = await w.test.cell.deps.db.sql<{ next: string }>(
    `select rooms.tick(c.last, c.now, '28') as next
       from unnest($1::text[], $2::bigint[]) with ordinality as c (last, now, place) order by c.place`,
    [cases.map(([stamp]) => (stamp === null ? null : formatHlc(stamp))), cases.map(([, now]) => now)],
  )
  const expected = cases.map(([stamp, now]) => formatHlc(tick(stamp ?? undefined, now, '28')))
  assert.deepEqual(
    rows.map(({ next }) => next),
    expected,
  )
  assert.ok(rows.every(({ next }) => parseHlc(next) !== undefined))
})

test('many who write at once get numbers without gaps and stamps that rise with them', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = newId()
  const parties = [w.requester, w.transport].map((one) => ({ kind: 'person' as const, personId: one.id }))
  must(await w.desk.call(e.openRoom, { body: { id, title: '회의', parties } }))
  const writers = [w.desk, w.requester, w.transport]
  await Promise.all(Array.from({ length: 45 }, (_, at) => say(writers[at % 3] ?? w.desk, id, `${at}`).then(must)))
  const rows = await w.test.cell.deps.db.sql<{ number: string; hlc: string }>(
    `select number, hlc from rooms.message where room_id = $1 order by number`,
    [id],
  )
  assert.deepEqual(
    rows.map(({ number }) => Number(number)),
    Array.from({ length: 46 }, (_, at) => at + 1),
  )
  const stamps = rows.map(({ hlc }) => hlc)
  assert.deepEqual(stamps, [...stamps].sort())
  await w.test.cell.sequence()
  const ops = await w.test.cell.deps.db.sql(
    `select from platform.oplog where kind = 'message-written' and body ->> 'roomId' = $1`,
    [id],
  )
  assert.equal(ops.length, 46)
})

test('who is taken out while they write has no message behind their end, whichever came first', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  for (let round = 0; round < 5; round += 1) {
    const id = newId()
    const party = { kind: 'person' as const, personId: w.requester.id }
    must(await w.desk.call(e.openRoom, { body: { id, title: '회의', parties: [party] } }))
    const writing = Array.from({ length: 12 }, (_, at) => say(w.requester, id, `${at}`))
    const out = w.desk.call(e.changeMembers, { params: { id }, body: { remove: [party] } })
    const answers = await Promise.all(writing)
    must(await out)
    for (const answer of answers) if (!answer.ok) assert.equal(refusedAs(answer), 'wrong-state')
    const late = await w.test.cell.deps.db.sql(
      `select from rooms.message m
         join rooms.reader o on o.room_id = m.room_id and o.key = 'person:' || m.author_id
        where m.room_id = $1 and m.author_id = $2 and m.number > o.until`,
      [id, w.requester.id],
    )
    assert.equal(late.length, 0)
  }
})

test('one message sent twice at once under two keys is there once, and both are told so', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const id = newId()
  must(await w.desk.call(e.openRoom, { body: { id, title: '회의', parties: [] } }))
  for (let round = 0; round < 20; round += 1) {
    const message = { params: { id }, body: { id: newId(), body: { kind: 'text' as const, text: `${round}` } } }
    const [one, two] = await Promise.all(
      ['A', 'B'].map((key) => w.desk.call(e.postMessage, message, { key: `${key}${round}` })),
    )
    assert.ok(one && two)
    assert.equal(must(one).number, must(two).number)
  }
  const [kept] = await w.test.cell.deps.db.sql<{ count: string }>(
    `select count(*) from rooms.message where room_id = $1 and kind = 'text'`,
    [id],
  )
  assert.equal(Number(kept?.count), 20)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  signUpEndpoints as coming,
  type Endpoint,
  bedEndpoints as e,
  Problem,
  roomEndpoints as rooms,
} from '@dure/contract'
import fc from 'fast-check'
import { ESSENTIALS, must, type World, world } from './bed-world.ts'
import type { TestCell, TestPerson } from './cell.ts'
import { asOwner } from './database.ts'
import { addressOf, type HostileRequest, hostileRequest } from './hostile.ts'

const REQUESTS_PER_ROUTE = 80

/**
 * Tables that a refusal may write to: a key's answer is kept so that a repetition gets it again, and
 * a look at who the patient is, and a try to enter a room by a link, are written down also when they were refused.
 */
const MAY_CHANGE = ['beds.identity_access', 'people.access_log', 'platform.answer', 'rooms.invitation_try']

interface Content {
  /** How many rows were written and committed so far. */
  readonly writes: number
  /** One text for what every table holds. */
  readonly text: string
}

/**
 * What every table holds, read anew only when a row was written since. Triggers count the rows: what is rolled back counts for nothing.
 */
const contentOf = async ({ cell, database }: TestCell): Promise<(known?: Content) => Promise<Content>> => {
  const { db } = cell.deps
  const tables = await db.sql<{ name: string }>(
    `select table_schema || '.' || table_name as name
       from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema')
        and table_type = 'BASE TABLE'
      order by 1`,
  )
  const watched = tables.map(({ name }) => name).filter((name) => !MAY_CHANGE.includes(name))
  await asOwner(
    database,
    'create table public.row_written (of text not null)',
    `grant usage on schema public to public; grant select on public.row_written to public`,
    `create function public.note_row_written() returns trigger language plpgsql security definer as
       $$ begin insert into public.row_written values (tg_table_name); return null; end $$`,
    ...watched.map(
      (name) =>
        `create trigger note_row_written after insert or update or delete on ${name}
           for each row execute function public.note_row_written()`,
    ),
  )
  const parts = watched.map(
    (name) =>
      `select '${name}' as name, count(*) as n, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as h from ${name} t`,
  )
  const sql = `select string_agg(name || ':' || n || ':' || h, E'\\n' order by name) as text from (${parts.join(' union all ')}) all_tables`
  return async (known) => {
    const [{ writes } = { writes: 0 }] = await db.sql<{ writes: number }>(
      'select count(*)::int as writes from public.row_written',
    )
    if (known?.writes === writes) return known
    return { writes, text: (await db.sql<{ text: string }>(sql))[0]?.text ?? '' }
  }
}

/** A region in which something of everything is there, and the ids of it. */
const busy = async (): Promise<{ w: World; ids: string[]; people: TestPerson[] }> => {
  const w = await world({ hospitals: 2, slots: 3 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const held = await w.matching()
  const offered = must(await w.desk.call(e.sendOffers, { params: { id: held.id }, body: { version: held.version } }))
  const offer = offered.offers.find((one) => one.hospitalId === hospital.id)
  const accept = { params: { id: offer?.id ?? '' }, body: { act: { event: 'accept' } } } as const
  const { hold } = must(await hospital.desk.call(e.actOnOffer, accept))
  const open = await w.matching()
  const asked = must(await w.desk.call(e.sendOffers, { params: { id: open.id }, body: { version: open.version } }))
  const fresh = must(await w.requester.call(e.createRequest, { body: ESSENTIALS }))
  const people = [w.requester, w.desk, w.transport, hospital.desk]
  for (const role of ['national_desk', 'admin', 'privacy_officer'] as const) people.push(await w.test.person({ role }))
  people.push(await w.test.person({ roles: ['placement_desk', 'desk_lead'] }))
  people.push(await w.test.person({ roles: ['requester', 'sponsor'], facilityId: w.originId }))
  const ids = [held.id, open.id, fresh.id, fresh.code, hospital.id, w.originId, ...hospital.slotIds]
  ids.push(...asked.offers.map(({ id }) => id), ...(hold === null ? [] : [hold.id]))
  ids.push(...(await busyRoom(w, held.id)), ...(await busyPeople(w, held.id)))
  return { w, ids, people }
}

/** Ids of an application that waits and of a break-glass access that nobody has reviewed. */
const busyPeople = async (w: World, requestId: string): Promise<string[]> => {
  const person = { name: '이응급', licenceKind: 'doctor', licenceNumber: '12345', phone: '010-1234-5678' } as const
  const asked = { body: { ...person, facilityId: w.originId, roles: ['requester' as const] } }
  const { ticket } = must(await w.test.call(coming.apply, asked))
  const body = { request: requestId, reason: 'other', note: '시험 삼아 보았습니다' } as const
  const opened = must(await w.requester.call(coming.openBreakGlass, { body }))
  const [waiting] = await w.test.cell.deps.db.sql<{ id: string }>('select id from people.application')
  return [ticket, opened.id, waiting?.id ?? '']
}

/** Ids of a room in which somebody wrote, asked for an acknowledgement and invited somebody. */
const busyRoom = async (w: World, requestId: string): Promise<string[]> => {
  const room = must(await w.desk.call(rooms.roomOfRequest, { params: { id: requestId } }))
  const needsAck = { by: new Date(w.test.clock.now().getTime() + 600_000).toISOString() }
  const body = { id: '01J00000000000000000000000', body: { kind: 'text' as const, text: '확인 바랍니다' }, needsAck }
  const message = must(await w.desk.call(rooms.postMessage, { params: { id: room.id }, body }))
  const invited = must(
    await w.desk.call(rooms.inviteGuest, { params: { id: room.id }, body: { forName: '외부 전문의' } }),
  )
  return [room.id, message.id, invited.invitation.id]
}

/** Every other request carries a key: its work and its answer are then one transaction. */
let sent = 0
const keyOfNext = (): Record<string, string> => {
  sent += 1
  return sent % 2 === 0 ? {} : { 'idempotency-key': `hostile-${sent}` }
}

const send = (person: TestPerson, endpoint: Endpoint, request: HostileRequest) =>
  person.inject({
    method: endpoint.method,
    url: addressOf(endpoint, request),
    headers: {
      cookie: String(person.headers.cookie),
      'x-dure': '1',
      ...keyOfNext(),
      ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
    },
    ...(request.body === undefined ? {} : { payload: request.body }),
  })

const POINTER = /^\/(body|query|params|headers|path)(\/|$)/

const assertRefusedWell = (status: number, type: string, text: string): void => {
  assert.match(type, /^application\/problem\+json/)
  const problem = Problem.parse(JSON.parse(text))
  assert.equal(problem.status, status)
  if (problem.code === 'invalid-input') assert.match(problem.pointer ?? '', POINTER)
}

// Ten thousand requests, each followed by a look at every table: on a busy machine that takes its time.
test('no input, however wrong, makes a fault or changes a table it was refused', { timeout: 900_000 }, async (t) => {
  const { w, ids, people } = await busy()
  await using _ = w
  const content = await contentOf(w.test)
  // Signing out ends the session the walk stands on.
  const routes = w.test.cell.http.endpoints.filter((endpoint) => endpoint.id !== 'signOut')
  assert.ok(routes.length > 30)
  let refused = 0
  let served = 0
  // What the tables held after the last refusal is what they hold before the next request.
  let known: Content | undefined
  for (const endpoint of routes) {
    await t.test(`${endpoint.method} ${endpoint.path}`, async () => {
      await fc.assert(
        fc.asyncProperty(hostileRequest(endpoint, ids), fc.constantFrom(...people), async (request, person) => {
          const before = await content(known)
          known = before
          const answer = await send(person, endpoint, request)
          assert.ok(answer.statusCode < 500, `${answer.statusCode}: ${answer.payload}`)
          if (answer.statusCode < 400) {
            served += 1
            return
          }
          refused += 1
          assertRefusedWell(answer.statusCode, String(answer.headers['content-type']), answer.payload)
          known = await content(before)
          assert.equal(known.text, before.text, 'a refusal changed a table')
        }),
        { numRuns: REQUESTS_PER_ROUTE, endOnFailure: true },
      )
    })
  }
  assert.equal(Reflect.get({}, 'polluted'), undefined)
  assert.ok(refused > served, 'most of it is refused')
  assert.ok(served > 0, 'some of it is right: otherwise the handlers were never reached')
})

test('a write without our own header is refused before anything is read', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  for (const endpoint of w.test.cell.http.endpoints) {
    // A machine has no session that a page elsewhere could misuse; it proves itself by its own secret.
    if (endpoint.method === 'GET' || endpoint.from === 'machine') continue
    const url = endpoint.path.replace(/:[A-Za-z0-9_]+/g, 'none')
    const headers = { cookie: String(w.desk.headers.cookie), 'content-type': 'application/json' }
    const answer = await w.test.inject({ method: endpoint.method, url, headers, payload: '{}' })
    assert.equal(answer.statusCode, 403, endpoint.id)
  }
})

/** The one page among the routes; what it shows is escaped where it is made (dark-sheet.ts). */
const PAGES = ['darkSheet']

/** Whatever comes back is data that a browser does not run and does not take for a page; a page has nothing of the input in it. */
const assertInert = (answer: Awaited<ReturnType<TestPerson['inject']>>, endpoint: Endpoint): void => {
  const type = String(answer.headers['content-type'] ?? 'application/json')
  const where = `${endpoint.id}: ${answer.statusCode} ${type}`
  assert.match(String(answer.headers['content-security-policy']), /script-src 'self'|default-src 'none'/, where)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff', where)
  if (PAGES.includes(endpoint.id)) assert.doesNotMatch(answer.payload, /<script>alert/, where)
  else assert.match(type, /^application\/(problem\+)?json/, where)
}

test('a script in an address or in a body comes back from no route as anything a browser would run', async () => {
  const { w, people } = await busy()
  await using _ = w
  const script = encodeURIComponent('"><script>alert(1)</script>')
  const [, desk = w.desk] = people
  for (const endpoint of w.test.cell.http.endpoints) {
    if (endpoint.id === 'signOut' || endpoint.from === 'machine') continue
    const path = endpoint.path.replace(/:[A-Za-z0-9_]+/g, script)
    const url = `${path}?q=${script}&name=${script}&placeId=${script}&cursor=${script}`
    const payload = {
      text: decodeURIComponent(script),
      name: decodeURIComponent(script),
      id: decodeURIComponent(script),
    }
    const answer = await desk.inject({
      method: endpoint.method,
      url,
      ...(endpoint.method === 'GET' ? {} : { payload }),
    })
    assertInert(answer, endpoint)
  }
  for (const url of [`/api/${script}`, `/${script}`, `/rooms/${script}`, `/api/files/${script}`]) {
    const answer = await desk.inject({ method: 'GET', url })
    assert.doesNotMatch(answer.payload, /<script>alert/, url)
  }
})

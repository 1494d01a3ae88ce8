import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { bedEndpoints as e, type RequestAct } from '@dure/contract'
import { type Audience, mayHear } from '../platform/oplog.ts'
import { must, refusedAs, type World, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { identityKey } from './identity-key.service.ts'

const IDENTITY = {
  name: '홍길동',
  birthDate: '1971-11-23',
  phone: '010-7777-8888',
  guardianName: '홍보호',
  guardianPhone: '010-9999-6666',
  address: '인천 어느로 12345',
  residentNumber: '711123-1234567',
}
/** Any of these in an answer is a leak. The exact age counts: with the date of the request it is nearly a birth date. */
const SECRETS = [...Object.values(IDENTITY), '7111231234567', '"ageYears":54', '032-555-1234', '손으로 쓴 메모']

const FORM = { ageYears: 54, callbackPhone: '032-555-1234', note: '손으로 쓴 메모', originAddress: '집 주소 99' }

/** Everything a person can read about the region and this request. */
const everythingFor = async (w: World, person: TestPerson, requestId: string): Promise<string> => {
  const paths = [
    '/api/requests',
    '/api/requests?scope=mine',
    '/api/requests?scope=closed',
    `/api/requests/${requestId}`,
    `/api/requests/${requestId}/timeline`,
    `/api/requests/${requestId}/identity`,
    `/api/requests/${requestId}/identity/looks`,
    `/api/requests/${requestId}/candidates`,
    '/api/offers',
    '/api/offers?scope=recent',
    '/api/assignment',
    '/api/board',
    '/api/figures',
    ...w.hospitals.flatMap(({ id }) => [`/api/hospitals/${id}/slots`, `/api/hospitals/${id}/capacity`]),
  ]
  const texts: string[] = []
  for (const url of paths) texts.push((await person.inject({ method: 'GET', url })).payload)
  const ops = await w.test.cell.deps.db.sql<{ body: object; audience: Audience; kind: string }>(
    'select kind, body, audience from platform.outbox union all select kind, body, audience from platform.oplog',
  )
  for (const op of ops) if (mayHear(person, op.audience)) texts.push(JSON.stringify(op))
  return texts.join('\n')
}

const assertSilent = async (w: World, person: TestPerson, requestId: string, when: string): Promise<void> => {
  const text = await everythingFor(w, person, requestId)
  for (const secret of SECRETS) assert.ok(!text.includes(secret), `${person.name} reads ${secret} ${when}`)
}

const act = async (person: TestPerson, id: string, what: RequestAct): Promise<void> => {
  const { version } = must(await person.call(e.getRequest, { params: { id } }))
  must(await person.call(e.actOnRequest, { params: { id }, body: { act: what, version } }))
}

test('who the patient is reaches the hospital that holds the bed, while it holds it, and no other', async () => {
  await using w = await world({ hospitals: 3, slots: 1 })
  const [holder, asked, bystander] = w.hospitals
  assert.ok(holder && asked && bystander)
  const request = await w.matching(FORM)
  const { id } = request
  must(await w.requester.call(e.setIdentity, { params: { id }, body: IDENTITY }))
  const ask = { params: { id }, body: { version: request.version, hospitalIds: [holder.id, asked.id] } }
  const { offers } = must(await w.desk.call(e.sendOffers, ask))
  for (const hospital of w.hospitals) await assertSilent(w, hospital.desk, id, 'before anybody accepted')

  const offer = offers.find((one) => one.hospitalId === holder.id)
  must(await holder.desk.call(e.actOnOffer, { params: { id: offer?.id ?? '' }, body: { act: { event: 'accept' } } }))
  const seen = must(await holder.desk.call(e.getIdentity, { params: { id } }))
  assert.equal(seen.name, IDENTITY.name)
  assert.equal('residentNumber' in seen, false)
  for (const hospital of [asked, bystander]) await assertSilent(w, hospital.desk, id, 'while another one holds the bed')
  assert.equal(refusedAs(await w.desk.call(e.getIdentity, { params: { id } })), 'not-allowed')
  assert.equal(refusedAs(await w.transport.call(e.getIdentity, { params: { id } })), 'not-allowed')

  await act(w.desk, id, { event: 'divert', why: '장비 고장' })
  await assertSilent(w, holder.desk, id, 'after the bed was given back')
  for (const hospital of [asked, bystander]) await assertSilent(w, hospital.desk, id, 'after the diversion')

  const { looks } = must(await w.requester.call(e.identityAccess, { params: { id } }))
  assert.ok(looks.some((look) => look.act === 'seen' && look.hospitalId === holder.id))
  assert.ok(looks.filter((look) => look.act === 'refused').length >= 5, 'refused looks are written down too')
})

test('a facility that does not ask and is not asked learns nothing of a request but that it may not', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const request = await w.matching(FORM)
  const other = await w.test.person({ role: 'requester', facilityId: w.hospitals[1]?.id ?? '' })
  await assertSilent(w, other, request.id, 'as a stranger')
  const answer = await other.call(e.getRequest, { params: { id: request.id } })
  assert.equal(refusedAs(answer), 'not-allowed')
  assert.deepEqual(must(await other.call(e.listRequests, { query: {} })).requests, [])
})

test('the database holds no name, no birth date and no resident number, and its log of looks cannot be rewritten', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const request = await w.matching(FORM)
  must(await w.requester.call(e.setIdentity, { params: { id: request.id }, body: IDENTITY }))
  const { db } = w.test.cell.deps
  const tables = await db.sql<{ name: string }>(
    `select schemaname || '.' || tablename as name from pg_tables where schemaname in ('beds', 'platform', 'facilities')`,
  )
  for (const { name } of tables) {
    const [row] = await db.sql<{ text: string | null }>(`select string_agg(t::text, E'\\n') as text from ${name} t`)
    for (const secret of Object.values(IDENTITY))
      assert.ok(!(row?.text ?? '').includes(secret), `${secret} stands in ${name}`)
  }
  await assert.rejects(db.sql(`delete from beds.identity_access`), /permission denied/)
  await assert.rejects(db.sql(`update beds.request_event set kind = 'x'`), /permission denied/)
})

test('a sealed identity opens with its own key and for its own request only', () => {
  const key = identityKey(randomBytes(32))
  const sealed = key.seal('R1', '{"name":"홍길동"}')
  assert.equal(key.open('R1', sealed), '{"name":"홍길동"}')
  assert.throws(() => key.open('R2', sealed))
  assert.throws(() => identityKey(randomBytes(32)).open('R1', sealed))
  const changed = Buffer.from(sealed)
  changed.writeUInt8(changed.readUInt8(30) ^ 1, 30)
  assert.throws(() => key.open('R1', changed))
  assert.notDeepEqual(key.seal('R1', 'x'), key.seal('R1', 'x'))
  assert.deepEqual(key.samePatient('711123-1234567'), key.samePatient('7111231234567'))
  assert.notDeepEqual(key.samePatient('7111231234567'), identityKey(randomBytes(32)).samePatient('7111231234567'))
})

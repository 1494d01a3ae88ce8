import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { bedEndpoints as b, signUpEndpoints as e } from '@dure/contract'
import pg from 'pg'
import { startCell } from '../cell.ts'
import { makeLogger } from '../platform/logger.ts'
import { must, ORIGIN_ID, refusedAs } from '../testing/bed-world.ts'
import { testCell, testConfig } from '../testing/cell.ts'
import { temporaryFolder, testDatabase } from '../testing/database.ts'
import { browser, lead, peopleWorld, personOf } from '../testing/people-world.ts'
import { BREAK_GLASS_PER_HOUR } from './access.routes.ts'
import { BREAK_GLASS_MIN } from './access.service.ts'

const MINUTE = 60_000
const IDENTITY = { name: '홍길동', birthDate: '1971-11-23' }
const NOTE = '환자가 예고 없이 우리 응급실에 도착했습니다'

/** A request whose patient is known by name, held by the first hospital. */
const heldRequest = async (w: Awaited<ReturnType<typeof peopleWorld>>) => {
  const [holder, asked] = w.hospitals
  assert.ok(holder && asked)
  const request = await w.matching()
  const { id } = request
  must(await w.requester.call(b.setIdentity, { params: { id }, body: IDENTITY }))
  const ask = { params: { id }, body: { version: request.version, hospitalIds: [holder.id, asked.id] } }
  const { offers } = must(await w.desk.call(b.sendOffers, ask))
  const offer = offers.find((one) => one.hospitalId === holder.id)
  must(await holder.desk.call(b.actOnOffer, { params: { id: offer?.id ?? '' }, body: { act: { event: 'accept' } } }))
  return { id, code: request.code, holder, asked }
}

test('access follows the request: the accepting hospital sees the patient, and no longer once it has given the bed back', async () => {
  await using w = await peopleWorld()
  const { id, holder, asked } = await heldRequest(w)
  assert.equal(must(await holder.desk.call(b.getIdentity, { params: { id } })).name, '홍길동')
  assert.equal(refusedAs(await asked.desk.call(b.getIdentity, { params: { id } })), 'not-allowed')
  const { version } = must(await w.desk.call(b.getRequest, { params: { id } }))
  must(
    await w.desk.call(b.actOnRequest, {
      params: { id },
      body: { act: { event: 'divert', why: '장비 고장' }, version },
    }),
  )
  assert.equal(refusedAs(await holder.desk.call(b.getIdentity, { params: { id } })), 'not-allowed')
})

test('break-glass: with a reason, for an hour, the lead is told at once, and somebody else reviews it once', async () => {
  await using w = await peopleWorld()
  const { id, code, asked } = await heldRequest(w)
  const doctor = await personOf(w, ['requester'], asked.id, '깬 의사')
  assert.equal(refusedAs(await doctor.call(b.getIdentity, { params: { id } })), 'not-allowed')
  assert.equal(refusedAs(await doctor.call(b.getRequest, { params: { id } })), 'not-allowed')
  const body = { request: code, reason: 'patient_arrived_here', note: NOTE } as const
  const opened = must(await doctor.call(e.openBreakGlass, { body }))
  assert.equal(new Date(opened.until).getTime() - new Date(opened.at).getTime(), BREAK_GLASS_MIN * MINUTE)
  assert.equal(must(await doctor.call(b.getIdentity, { params: { id } })).name, '홍길동')
  must(await doctor.call(b.getRequest, { params: { id } }))
  // It lets them see, and do nothing.
  const act = { act: { event: 'cancel', reason: 'other' }, version: 1 } as const
  assert.equal(refusedAs(await doctor.call(b.actOnRequest, { params: { id }, body: act })), 'not-allowed')
  const again = must(await doctor.call(e.openBreakGlass, { body }))
  assert.equal(again.id, opened.id, 'a second press opens no second access')

  const ops = await w.test.cell.deps.db.sql<{ audience: { roles: string[] } }>(
    `select audience from platform.outbox where kind = 'break-glass-opened'`,
  )
  assert.deepEqual(ops[0]?.audience.roles, ['desk_lead', 'privacy_officer', 'admin'])
  const head = await lead(w)
  const [seen] = must(await head.call(e.listBreakGlass, { query: { scope: 'to_review' } })).accesses
  assert.deepEqual([seen?.personName, seen?.looks, seen?.mayReview, seen?.note], ['깬 의사', 2, true, NOTE])
  const verdict = { verdict: 'accepted', note: '당직 기록과 맞습니다' } as const
  assert.equal(
    refusedAs(await doctor.call(e.reviewBreakGlass, { params: { id: opened.id }, body: verdict })),
    'not-allowed',
  )
  must(await head.call(e.reviewBreakGlass, { params: { id: opened.id }, body: verdict }))
  const other = { verdict: 'objected', note: '다시 보니 아닙니다' } as const
  assert.equal(
    refusedAs(await head.call(e.reviewBreakGlass, { params: { id: opened.id }, body: other })),
    'wrong-state',
  )
  const [own] = must(await doctor.call(e.listBreakGlass, { query: {} })).accesses
  assert.equal(own?.review?.verdict, 'accepted', 'who opened it reads what was said')

  w.test.clock.advance(BREAK_GLASS_MIN * MINUTE)
  assert.equal(refusedAs(await doctor.call(b.getIdentity, { params: { id } })), 'not-allowed')
})

test('a lead who breaks the glass is reviewed by another, not by themselves', async () => {
  await using w = await peopleWorld()
  const { id } = await heldRequest(w)
  const [head, other] = [await lead(w), await personOf(w, ['privacy_officer'], null)]
  const opened = must(await head.call(e.openBreakGlass, { body: { request: id, reason: 'other', note: NOTE } }))
  const body = { verdict: 'accepted', note: '제가 했습니다' } as const
  assert.equal(refusedAs(await head.call(e.reviewBreakGlass, { params: { id: opened.id }, body })), 'not-allowed')
  must(await other.call(e.reviewBreakGlass, { params: { id: opened.id }, body: { ...body, verdict: 'objected' } }))
})

test('codes are not tried through by breaking the glass', async () => {
  await using w = await peopleWorld()
  const doctor = await personOf(w, ['requester'], ORIGIN_ID)
  const codes: string[] = []
  for (let at = 0; at <= BREAK_GLASS_PER_HOUR; at += 1) {
    const body = { request: `${1000 + at}`, reason: 'other', note: NOTE } as const
    const answer = await doctor.call(e.openBreakGlass, { body })
    codes.push(answer.ok ? 'opened' : answer.error.code)
  }
  assert.equal(codes.at(-1), 'too-many-requests')
})

test('who saw whom: every look, given or refused, by person and by request, with place and way', async () => {
  await using w = await peopleWorld()
  const { id, code, holder, asked } = await heldRequest(w)
  must(await holder.desk.call(b.getIdentity, { params: { id } }))
  must(await holder.desk.call(b.getRequest, { params: { id: code } }))
  await asked.desk.call(b.getIdentity, { params: { id } })
  const privacy = await personOf(w, ['privacy_officer'], null)
  for (const request of [id, code]) {
    const { rows } = must(await privacy.call(e.readAccessLog, { query: { request } }))
    const looks = rows
      .filter(({ route }) => route === 'getIdentity')
      .map((row) => [row.facilityId, row.outcome, row.requestCode])
    assert.deepEqual(looks, [
      [asked.id, 'refused', code],
      [holder.id, 'given', code],
    ])
  }
  const mine = must(await privacy.call(e.readAccessLog, { query: { person: holder.desk.id } })).rows
  assert.ok(mine.length > 0 && mine.every(({ personId }) => personId === holder.desk.id))
  assert.ok(mine.every(({ address, sessionKind }) => address !== '' && sessionKind === 'demo'))
  const byName = must(
    await privacy.call(e.readAccessLog, { query: { person: holder.desk.name.slice(0, 5), limit: 1 } }),
  )
  assert.equal(byName.rows.length, 1)
  assert.ok(byName.next)
  assert.equal(refusedAs(await holder.desk.call(e.readAccessLog, { query: {} })), 'not-allowed')
  assert.equal(
    refusedAs(await privacy.call(b.getIdentity, { params: { id } })),
    'not-allowed',
    'who watches sees no patient',
  )
})

test('no patient is shown when the row that says so cannot be written', async () => {
  await using w = await peopleWorld()
  const { id, holder } = await heldRequest(w)
  const owner = new pg.Client(w.test.database.connection)
  await owner.connect()
  await owner.query('alter table people.access_log add constraint nothing_more check (false) not valid')
  const answer = await holder.desk.inject({ method: 'GET', url: `/api/requests/${id}/identity` })
  await owner.end()
  assert.equal(answer.statusCode, 500)
  assert.ok(!answer.payload.includes('홍길동'))
})

const RECORD = [
  'people.access_log',
  'people.account_event',
  'people.application_event',
  'platform.break_glass',
  'platform.break_glass_review',
  'platform.oplog',
  'beds.identity_access',
  'beds.request_event',
  'beds.slot_event',
  'beds.capacity_report',
]

test('PostgreSQL refuses the program’s own login to rewrite the record: no update, no delete, no truncate, no way around', async () => {
  await using test = await testCell()
  const { db } = test.cell.deps
  const [who] = await db.sql<{ name: string; super: boolean; owns: number }>(
    `select current_user as name, (select rolsuper from pg_roles where rolname = current_user) as super,
            (select count(*)::int from pg_class where relowner = current_user::regrole) as owns`,
  )
  assert.deepEqual(who, { name: 'dure_app', super: false, owns: 0 })
  for (const table of RECORD) {
    for (const statement of [`delete from ${table}`, `truncate ${table}`, `drop table ${table}`])
      await assert.rejects(db.pool.query(statement), /permission denied|must be owner/, statement)
    const [column] = await db.sql<{ name: string }>(
      `select column_name as name from information_schema.columns where table_schema || '.' || table_name = $1 and is_identity = 'NO' limit 1`,
      [table],
    )
    await assert.rejects(
      db.pool.query(`update ${table} set ${column?.name} = ${column?.name}`),
      /permission denied/,
      table,
    )
    await assert.rejects(db.pool.query(`alter table ${table} disable trigger all`), /must be owner/, table)
  }
  for (const statement of [
    'set role postgres',
    'set session authorization dure',
    'create table public.mine (n int)',
    'create schema mine',
    `create function people.f() returns int language sql as 'select 1'`,
    `update public.migration set checksum = 'x'`,
    'alter role dure_app superuser',
    `set session_replication_role = 'replica'`,
  ])
    await assert.rejects(db.pool.query(statement), /permission denied|must be|does not exist|not allowed/, statement)
})

test('with two logins of the operator’s own the start refuses one that may rewrite the record, and takes one that may not', async () => {
  await using database = await testDatabase()
  const dataDir = await temporaryFolder()
  const start = (program: string) =>
    startCell(testConfig({ DURE_DATA_DIR: dataDir, DURE_OWNER_DATABASE_URL: database.url, DATABASE_URL: program }), {
      ...{ log: makeLogger('silent', undefined), listen: false, background: false },
    })
  await assert.rejects(start(database.url), /may rewrite the record/)
  const owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  const login = `cell_${randomBytes(6).toString('hex')}`
  try {
    await owner.query(`create role ${login} login password 'secret' in role dure_app`)
    const cell = await start(database.url.replace(/\/\/[^@]*@/, `//${login}:secret@`))
    await assert.rejects(cell.deps.db.sql('delete from people.access_log'), /permission denied/)
    await cell.close()
  } finally {
    await owner.query(`drop role if exists ${login}`)
    await owner.end()
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('not even the owner of the tables rewrites the record by a plain statement', async () => {
  await using test = await testCell()
  const owner = new pg.Client(test.database.connection)
  await owner.connect()
  try {
    for (const table of RECORD.filter((name) => name !== 'platform.oplog'))
      await assert.rejects(owner.query(`delete from ${table}`), /append-only/, table)
  } finally {
    await owner.end()
  }
})

test('a start outside demo mode has no choice of persons, not even for persons a demo left behind', async () => {
  await using w = await peopleWorld()
  await w.test.cell.deps.db.sql(
    `insert into platform.person (id, name, roles, region, demo, created_at) values ('demo-28-x', '가상', '{admin}', '28', true, now())`,
  )
  const ids = w.test.cell.http.endpoints.map(({ id }) => id)
  assert.ok(!ids.includes('listDemoPeople') && !ids.includes('demoSignIn'))
  const one = browser(w.test)
  for (const [method, url] of [
    ['GET', '/api/demo/people'],
    ['POST', '/api/demo/sign-in'],
  ] as const) {
    const answer = await w.test.inject({ method, url, headers: one.headers, payload: { personId: 'demo-28-x' } })
    assert.equal(answer.statusCode, 404)
    assert.equal(answer.headers['set-cookie'], undefined)
  }
})

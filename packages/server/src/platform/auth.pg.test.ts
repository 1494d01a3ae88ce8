import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoSignIn, getMe, listDemoPeople, signIn } from '@dure/contract'
import { testCell } from '../testing/cell.ts'
import { peopleCommand } from './auth.command.ts'
import { disablePerson, INVITATION_HOURS, insertPerson, invite, SESSION_HOURS } from './auth.sql.ts'

const HOUR = 3_600_000

test('a one-time link signs in once, within its time', async () => {
  await using test = await testCell()
  const person = await test.person()
  const { db } = test.cell.deps
  const token = await invite(db, person.id, test.clock.now())
  assert((await test.call(signIn, { body: { token } })).ok)
  const again = await test.call(signIn, { body: { token } })
  assert(!again.ok)
  assert.equal(again.error.code, 'link-spent')
  const late = await invite(db, person.id, test.clock.now())
  test.clock.advance(INVITATION_HOURS * HOUR + 1)
  assert(!(await test.call(signIn, { body: { token: late } })).ok)
})

test('of two who use a link at once, one gets in', async () => {
  await using test = await testCell()
  const person = await test.person()
  const token = await invite(test.cell.deps.db, person.id, test.clock.now())
  const both = await Promise.all([1, 2].map(() => test.call(signIn, { body: { token } })))
  assert.equal(both.filter(({ ok }) => ok).length, 1)
})

test('a newer link voids the older', async () => {
  await using test = await testCell()
  const person = await test.person()
  const { db } = test.cell.deps
  const older = await invite(db, person.id, test.clock.now())
  await invite(db, person.id, test.clock.now())
  assert(!(await test.call(signIn, { body: { token: older } })).ok)
})

test('a session ends with the shift, and at once when the person is disabled', async () => {
  await using test = await testCell()
  const [one, other] = [await test.person(), await test.person()]
  await disablePerson(test.cell.deps.db, one.id, test.clock.now())
  assert(!(await one.call(getMe)).ok)
  assert((await other.call(getMe)).ok)
  test.clock.advance(SESSION_HOURS * HOUR)
  assert(!(await other.call(getMe)).ok)
})

test('neither token nor link stands in the database', async () => {
  await using test = await testCell()
  const person = await test.person()
  const token = await invite(test.cell.deps.db, person.id, test.clock.now())
  const rows = await test.cell.deps.db.sql(
    `select s::text from platform.session s union all select i::text from platform.invitation i`,
  )
  assert.equal(rows.length, 2)
  assert(!JSON.stringify(rows).includes(token))
  assert(!JSON.stringify(rows).includes(person.token))
})

test('the session cookie is out of reach of scripts and of other sites', async () => {
  await using test = await testCell({ env: { DURE_PUBLIC_URL: 'https://beds.example.kr' } })
  const person = await test.person()
  const token = await invite(test.cell.deps.db, person.id, test.clock.now())
  const answer = await test.inject({
    method: 'POST',
    url: '/api/sign-in',
    headers: { 'x-dure': '1' },
    payload: { token },
  })
  const cookie = String(answer.headers['set-cookie'])
  for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/'])
    assert(cookie.includes(attribute), attribute)
})

test('in a demo cell anyone is one of the invented people, and nobody else', async () => {
  await using test = await testCell({ env: { DURE_DEMO: '1' } })
  const { db } = test.cell.deps
  const real = await test.person()
  await insertPerson(db, { ...real, id: 'demo-1', name: '가상인', demo: true }, test.clock.now())
  const people = await test.call(listDemoPeople)
  assert(people.ok)
  assert.deepEqual(
    people.value.people.map(({ id }) => id),
    ['demo-1'],
  )
  assert((await test.call(demoSignIn, { body: { personId: 'demo-1' } })).ok)
  assert(!(await test.call(demoSignIn, { body: { personId: real.id } })).ok)
})

test('in any other cell the demo routes do not exist', async () => {
  await using test = await testCell()
  for (const [method, url] of [
    ['GET', '/api/demo/people'],
    ['POST', '/api/demo/sign-in'],
  ] as const) {
    const answer = await test.inject({ method, url, headers: { 'x-dure': '1' }, payload: { personId: 'demo-1' } })
    assert.equal(answer.statusCode, 404)
  }
})

test('sign-in is refused to a caller who tries all the time', async () => {
  await using test = await testCell()
  const token = 'x'.repeat(43)
  const codes = new Set<string>()
  for (let attempt = 0; attempt < 31; attempt += 1) {
    const answer = await test.call(signIn, { body: { token } })
    if (!answer.ok) codes.add(answer.error.code)
  }
  assert.deepEqual([...codes], ['link-spent', 'too-many-requests'])
})

test('dure person add makes a person and a link that signs them in; disable ends it', async () => {
  await using test = await testCell()
  const said: string[] = []
  const io = {
    out: (text: string) => void said.push(text),
    error: (text: string) => void said.push(text),
    clock: test.clock,
    config: () => test.cell.deps.config,
    openDb: async () => test.cell.deps.db,
  }
  const run = (...argv: string[]) => peopleCommand(argv, io)
  assert.equal(await run('add', '--name', '박병상', '--role', 'hospital_desk', '--facility', 'H1'), 0)
  const token = said.at(-1)?.split('#')[1] ?? ''
  const me = await test.call(signIn, { body: { token } })
  assert(me.ok)
  assert.deepEqual([me.value.name, me.value.roles, me.value.facilityId], ['박병상', ['hospital_desk'], 'H1'])
  assert.equal(await run('disable', me.value.id), 0)
  assert.equal(await run('invite', me.value.id), 1)
  assert.equal(await run('add', '--name', 'X', '--role', 'emperor'), 2)
  assert.equal(await run('add', '--name', 'X', '--role', 'hospital_desk'), 1)
  assert.equal(await run(), 2)
})

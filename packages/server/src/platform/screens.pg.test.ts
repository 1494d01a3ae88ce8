import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CSRF_HEADER, demoSignIn, getMe, SESSION_HEADER, signOut } from '@dure/contract'
import { type TestCell, testCell } from '../testing/cell.ts'
import { insertPerson } from './auth.sql.ts'
import { EVENTS_PATH } from './events.routes.ts'

const NEIGHBOUR = 'https://seoul.example'
const STRANGER = 'https://evil.example'

/** A demo cell whose signed list of servers names a neighbour. */
const cellWithNeighbour = async (): Promise<TestCell> => {
  const test = await testCell({
    env: { DURE_DEMO: '1' },
    routes: (http) => {
      http.screens = () => new Set([NEIGHBOUR])
    },
  })
  const { db, clock } = test.cell.deps
  const kim = { id: 'kim', name: '김두레', roles: ['requester'], region: '28', facilityId: null, demo: true } as const
  await insertPerson(db, kim, clock.now())
  return test
}

const signInFrom = (cell: TestCell, origin: string) =>
  cell.inject({
    method: 'POST',
    url: demoSignIn.path,
    headers: { origin, [CSRF_HEADER]: '1' },
    payload: { personId: 'kim' },
  })

test('a page of the list may ask, with a session in a header and never with a cookie', async () => {
  await using cell = await cellWithNeighbour()
  const asked = { origin: NEIGHBOUR, 'access-control-request-method': 'POST' }
  const preflight = await cell.inject({ method: 'OPTIONS', url: demoSignIn.path, headers: asked })
  assert.equal(preflight.statusCode, 204)
  assert.equal(preflight.headers['access-control-allow-origin'], NEIGHBOUR)
  assert.equal(preflight.headers['access-control-allow-credentials'], undefined)
  assert.match(String(preflight.headers['access-control-allow-headers']), /authorization.*idempotency-key/)

  const entered = await signInFrom(cell, NEIGHBOUR)
  assert.equal(entered.statusCode, 200)
  assert.equal(entered.headers['set-cookie'], undefined)
  assert.match(String(entered.headers['access-control-expose-headers']), /dure-session/)
  const token = String(entered.headers[SESSION_HEADER])
  const authorization = `Bearer ${token}`
  const me = await cell.inject({ url: getMe.path, headers: { origin: NEIGHBOUR, authorization } })
  assert.equal(me.json().id, 'kim')
  assert.equal(me.headers['access-control-allow-origin'], NEIGHBOUR)
  assert.match(String(me.headers.vary), /origin/i)

  const left = { origin: NEIGHBOUR, authorization, [CSRF_HEADER]: '1' }
  const out = await cell.inject({ method: 'POST', url: signOut.path, headers: left })
  assert.equal(out.headers[SESSION_HEADER], '')
  assert.equal((await cell.inject({ url: getMe.path, headers: { origin: NEIGHBOUR, authorization } })).statusCode, 401)
})

test('a cookie does not open anything to a page of another cell, nor a header to anybody else', async () => {
  await using cell = await cellWithNeighbour()
  const { token } = await cell.person()
  const cookie = `dure_session=${token}`
  const authorization = `Bearer ${token}`
  const status = async (headers: Record<string, string>) => (await cell.inject({ url: getMe.path, headers })).statusCode
  assert.equal(await status({ cookie }), 200)
  assert.equal(await status({ cookie, origin: NEIGHBOUR }), 401)
  assert.equal(await status({ authorization }), 401)
  assert.equal(await status({ authorization, origin: STRANGER }), 401)
  assert.equal(await status({ authorization, origin: NEIGHBOUR }), 200)
})

test('a page that is not on the list gets no permission, and no write of it is taken', async () => {
  await using cell = await cellWithNeighbour()
  const asked = { origin: STRANGER, 'access-control-request-method': 'POST' }
  const preflight = await cell.inject({ method: 'OPTIONS', url: demoSignIn.path, headers: asked })
  assert.equal(preflight.headers['access-control-allow-origin'], undefined)
  const entered = await signInFrom(cell, STRANGER)
  assert.equal(entered.statusCode, 403)
  assert.equal(entered.headers['access-control-allow-origin'], undefined)
  assert.equal(entered.headers[SESSION_HEADER], undefined)
})

test('the own page may speak to the servers of the list and to no others', async () => {
  await using cell = await cellWithNeighbour()
  const { headers } = await cell.inject({ url: '/healthz' })
  assert.match(String(headers['content-security-policy']), /connect-src 'self' https:\/\/seoul\.example;/)
  await using alone = await testCell()
  const policy = String((await alone.inject({ url: '/healthz' })).headers['content-security-policy'])
  assert.match(policy, /connect-src 'self';/)
})

test('a refused stream answers a page of the list in its own words', async () => {
  await using cell = await cellWithNeighbour()
  const answer = await cell.inject({ url: EVENTS_PATH, headers: { origin: NEIGHBOUR } })
  assert.equal(answer.statusCode, 401)
  assert.equal(answer.headers['access-control-allow-origin'], NEIGHBOUR)
})

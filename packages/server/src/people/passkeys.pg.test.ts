import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signUpEndpoints as e, getMe, type Me, signOut } from '@dure/contract'
import { type Lies, type SoftKey, softKey } from '../testing/authenticator.ts'
import { must, ORIGIN_ID, refusedAs, type World } from '../testing/bed-world.ts'
import { type Browser, browser, enteredByLink, ORIGIN, peopleWorld, personOf } from '../testing/people-world.ts'
import { CHALLENGE_MIN } from './challenges.sql.ts'
import { SIGN_IN_LIMITS } from './passkeys.routes.ts'
import { FRESH_SIGN_IN_MIN } from './passkeys.service.ts'

const MINUTE = 60_000

const addTo = async (one: Browser, key: SoftKey, lies: Lies = {}, name = '내 전화') => {
  const { options } = must(await one.call(e.startPasskeyRegistration))
  return one.call(e.registerPasskey, { body: { name, response: key.attest(options, lies) } })
}

const enterWith = async (w: World, key: SoftKey, lies: Lies = {}, one = browser(w.test)) => {
  const { options } = must(await one.call(e.startPasskeySignIn))
  return one.call(e.signInWithPasskey, { body: { response: key.assert(options, lies) } })
}

/** A person with one passkey. */
const equipped = async (w: World) => {
  const person = await personOf(w, ['requester'], ORIGIN_ID, '이응급')
  const [one, key] = [await enteredByLink(w.test, person), softKey(ORIGIN)]
  must(await addTo(one, key))
  return { person, key, one }
}

test('a passkey signs in without a user name, and several are kept, named and removed', async () => {
  await using w = await peopleWorld()
  const { person, key, one } = await equipped(w)
  const me: Me = must(await enterWith(w, key))
  assert.deepEqual([me.id, me.session?.kind], [person.id, 'passkey'])

  const second = softKey(ORIGIN)
  w.test.clock.advance(1_000)
  must(await addTo(one, second, {}, '병원 컴퓨터'))
  const { passkeys } = must(await one.call(e.listPasskeys))
  assert.deepEqual(
    passkeys.map(({ name }) => name),
    ['내 전화', '병원 컴퓨터'],
  )
  assert.ok(passkeys[0]?.lastUsedAt)
  must(await one.call(e.renamePasskey, { params: { id: second.id }, body: { name: '당직실' } }))
  const there = browser(w.test)
  must(await enterWith(w, second, {}, there))
  must(await one.call(e.removePasskey, { params: { id: second.id } }))
  assert.equal(refusedAs(await there.call(getMe)), 'sign-in-needed', 'what it had opened is shut')
  assert.equal(refusedAs(await enterWith(w, second)), 'sign-in-refused')
  const { events } = must(await one.call(e.accountEvents))
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['passkey-removed', 'passkey-renamed', 'passkey-added', 'passkey-added'],
  )
})

test('a passkey made for another origin or another relying party is of no use, at registration and at sign-in', async () => {
  await using w = await peopleWorld()
  const { key, one } = await equipped(w)
  const lies: readonly Lies[] = [
    { origin: 'https://beds.example.kr.evil.example' },
    { origin: 'http://beds.example.kr' },
    { origin: 'http://localhost:8080' },
    { rpId: 'evil.example' },
    { rpId: 'example.kr' },
    { userVerified: false },
    { challenge: 'x'.repeat(43) },
    { type: 'webauthn.other' },
  ]
  for (const lie of lies) {
    assert.equal(refusedAs(await enterWith(w, key, lie)), 'sign-in-refused', JSON.stringify(lie))
    assert.equal(refusedAs(await addTo(one, softKey(ORIGIN), lie)), 'sign-in-refused', JSON.stringify(lie))
  }
  assert.equal(
    refusedAs(await enterWith(w, key, { userHandle: Buffer.alloc(32, 9).toString('base64url') })),
    'sign-in-refused',
  )
  must(await enterWith(w, key))
})

test('a challenge is answered once, in time, and for what it was given', async () => {
  await using w = await peopleWorld()
  const { key, one } = await equipped(w)
  const stranger = browser(w.test)
  const { options } = must(await stranger.call(e.startPasskeySignIn))
  const response = key.assert(options)
  must(await stranger.call(e.signInWithPasskey, { body: { response } }))
  assert.equal(refusedAs(await browser(w.test).call(e.signInWithPasskey, { body: { response } })), 'sign-in-refused')

  const late = must(await stranger.call(e.startPasskeySignIn)).options
  w.test.clock.advance(CHALLENGE_MIN['passkey-sign-in'] * MINUTE)
  const tooLate = key.assert(late)
  assert.equal(refusedAs(await stranger.call(e.signInWithPasskey, { body: { response: tooLate } })), 'sign-in-refused')

  const forSignIn = must(await stranger.call(e.startPasskeySignIn)).options
  const { options: own } = must(await one.call(e.startPasskeyRegistration))
  const crossed = softKey(ORIGIN).attest({ ...own, challenge: forSignIn.challenge })
  assert.equal(
    refusedAs(await one.call(e.registerPasskey, { body: { name: 'x', response: crossed } })),
    'sign-in-refused',
  )
})

test('of two answers to one challenge that come at once, one gets in', async () => {
  await using w = await peopleWorld()
  const { key } = await equipped(w)
  const { options } = must(await w.test.call(e.startPasskeySignIn))
  const answers = [key.assert(options), key.assert(options)]
  const both = await Promise.all(answers.map((response) => w.test.call(e.signInWithPasskey, { body: { response } })))
  assert.equal(both.filter(({ ok }) => ok).length, 1)
})

test('a challenge for one person registers nothing for another', async () => {
  await using w = await peopleWorld()
  const { one } = await equipped(w)
  const other = await enteredByLink(w.test, await personOf(w, ['requester'], ORIGIN_ID))
  const { options } = must(await one.call(e.startPasskeyRegistration))
  const response = softKey(ORIGIN).attest(options)
  assert.equal(refusedAs(await other.call(e.registerPasskey, { body: { name: 'x', response } })), 'sign-in-refused')
})

test('an authenticator that was copied is noticed by its counter: refused, written down, and told', async () => {
  await using w = await peopleWorld()
  const { person, key, one } = await equipped(w)
  must(await enterWith(w, key, { counter: 10 }))
  assert.equal(refusedAs(await enterWith(w, key, { counter: 10 })), 'sign-in-refused')
  assert.equal(refusedAs(await enterWith(w, key, { counter: 3 })), 'sign-in-refused')
  must(await enterWith(w, key, { counter: 11 }))
  const { events } = must(await one.call(e.accountEvents))
  assert.equal(events.filter(({ kind }) => kind === 'passkey-cloned').length, 2)
  const ops = await w.test.cell.deps.db.sql<{ audience: { people?: string[] } }>(
    `select audience from platform.outbox where kind = 'account-passkey-cloned'`,
  )
  assert.ok(ops.every(({ audience }) => audience.people?.includes(person.id)))
  // Without a right signature nobody can make it look copied.
  const before = events.length
  const wrong = key.assert(must(await one.call(e.startPasskeySignIn)).options, { counter: 1 })
  const response = {
    ...wrong,
    response: { ...wrong.response, signature: softKey(ORIGIN).assert({}).response.signature },
  }
  assert.equal(refusedAs(await one.call(e.signInWithPasskey, { body: { response } })), 'sign-in-refused')
  assert.equal(must(await one.call(e.accountEvents)).events.length, before)
})

test('an authenticator that does not count says 0 for ever, and is not taken for a copy', async () => {
  await using w = await peopleWorld()
  const { key } = await equipped(w)
  for (let at = 0; at < 3; at += 1) must(await enterWith(w, key, { counter: 0 }))
})

test('an unknown passkey, a disabled person and a wrong signature get one answer, in about one time', async () => {
  await using w = await peopleWorld()
  const { person, key } = await equipped(w)
  const unknown = softKey(ORIGIN)
  const time = async (one: SoftKey) => {
    const started = performance.now()
    const answer = await enterWith(w, one)
    assert.ok(!answer.ok)
    const { request: _, ...problem } = answer.error
    return { problem, ms: performance.now() - started }
  }
  await w.test.cell.deps.db.sql('update platform.person set disabled_at = now() where id = $1', [person.id])
  const [first, other] = [await time(unknown), await time(key)]
  assert.deepEqual(first.problem, other.problem)
  const times = { known: [] as number[], unknown: [] as number[] }
  for (let at = 0; at < 4; at += 1) {
    times.unknown.push((await time(softKey(ORIGIN))).ms)
    times.known.push((await time(key)).ms)
  }
  const middle = (list: number[]) => list.sort((a, b) => a - b)[1] ?? 0
  assert.ok(Math.abs(middle(times.known) - middle(times.unknown)) < 100, 'both verify a signature')
})

test('a session that was planted in the browser is never the one that is signed in with', async () => {
  await using w = await peopleWorld()
  const { person, key } = await equipped(w)
  const thief = await enteredByLink(w.test, await personOf(w, ['requester'], ORIGIN_ID, '훔친 이'))
  const planted = thief.token() ?? ''
  const victim = browser(w.test)
  victim.plant(planted)
  must(await enterWith(w, key, {}, victim))
  assert.notEqual(victim.token(), planted)
  assert.equal(must(await victim.call(getMe)).id, person.id)
  assert.equal(refusedAs(await thief.call(getMe)), 'sign-in-needed', 'the planted session is over, not promoted')
})

test('whoever finds an old session open cannot make themselves a key to it', async () => {
  await using w = await peopleWorld()
  const { one } = await equipped(w)
  w.test.clock.advance(FRESH_SIGN_IN_MIN * MINUTE + 1)
  const answer = await one.call(e.startPasskeyRegistration)
  assert.ok(!answer.ok)
  assert.match(answer.error.detail ?? '', /sign-in-too-old/)
})

test('sign-in is refused for a while to one passkey that is tried again and again, and to an address that is', async () => {
  await using w = await peopleWorld()
  const { key } = await equipped(w)
  const { options } = must(await w.test.call(e.startPasskeySignIn))
  const codes: string[] = []
  for (let at = 0; at <= SIGN_IN_LIMITS.perPasskeyPerMinute; at += 1) {
    const response = key.assert(options, { challenge: `${at}`.padEnd(43, 'x') })
    codes.push(refusedAs(await w.test.call(e.signInWithPasskey, { body: { response } })))
  }
  assert.deepEqual([codes[0], codes.at(-1)], ['sign-in-refused', 'too-many-requests'])
  let last = ''
  for (let at = 0; at <= SIGN_IN_LIMITS.perAddressPerMinute; at += 1) {
    const answer = await w.test.call(e.startPasskeySignIn)
    last = answer.ok ? 'ok' : answer.error.code
  }
  assert.equal(last, 'too-many-requests')
})

test('sessions are seen, ended one by one, and everywhere else at once', async () => {
  await using w = await peopleWorld()
  const { key, one } = await equipped(w)
  const [phone, desk] = [browser(w.test), browser(w.test)]
  must(await enterWith(w, key, {}, phone))
  must(await enterWith(w, key, {}, desk))
  const { sessions } = must(await desk.call(e.listSessions))
  assert.deepEqual(sessions.map(({ kind }) => kind).sort(), ['demo', 'link', 'passkey', 'passkey'])
  assert.equal(sessions.filter(({ current }) => current).length, 1)
  assert.match(sessions.find(({ current }) => current)?.device ?? '', /Chrome · Android/)
  const link = sessions.find(({ kind }) => kind === 'link')
  must(await desk.call(e.endSession, { params: { id: link?.id ?? '' } }))
  assert.equal(refusedAs(await one.call(getMe)), 'sign-in-needed')
  assert.equal(must(await desk.call(e.endOtherSessions)).sessions.length, 1)
  assert.equal(refusedAs(await phone.call(getMe)), 'sign-in-needed')
  must(await desk.call(getMe))
  const other = await personOf(w, ['requester'], ORIGIN_ID)
  const [mine] = must(await desk.call(e.listSessions)).sessions
  assert.equal(refusedAs(await other.call(e.endSession, { params: { id: mine?.id ?? '' } })), 'not-found')
  must(await desk.call(signOut))
})

test('a session ends by silence in its own time, and at the end of the shift however busy', async () => {
  await using w = await peopleWorld()
  const { key, one } = await equipped(w)
  const two = browser(w.test)
  must(await enterWith(w, key, {}, two))
  w.test.clock.advance(61 * MINUTE)
  assert.equal(refusedAs(await one.call(getMe)), 'sign-in-needed', 'a link’s session after an hour')
  for (let hour = 1; hour < 12; hour += 1) {
    must(await two.call(getMe))
    w.test.clock.advance(60 * MINUTE)
  }
  must(await two.call(getMe))
  w.test.clock.advance(2 * 60 * MINUTE)
  assert.equal(refusedAs(await two.call(getMe)), 'sign-in-needed')
  const three = browser(w.test)
  must(await enterWith(w, key, {}, three))
  w.test.clock.advance(4 * 60 * MINUTE)
  assert.equal(refusedAs(await three.call(getMe)), 'sign-in-needed', 'a passkey’s session after four silent hours')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signUpEndpoints as e, getMe } from '@dure/contract'
import { must, ORIGIN_ID, refusedAs, type World } from '../testing/bed-world.ts'
import { type Organisation, organisation } from '../testing/organisation.ts'
import { type Browser, browser, enteredByLink, ORIGIN, peopleWorld, personOf } from '../testing/people-world.ts'
import { CHALLENGE_MIN } from './challenges.sql.ts'

const BACK = `${ORIGIN}/sign-in/organisation`
const withOrganisation = async () => {
  const house = await organisation(BACK)
  const w = await peopleWorld({ cell: { env: { DURE_OIDC_FILE: house.file } } })
  return { house, w, close: async () => [await w[Symbol.asyncDispose](), await house[Symbol.asyncDispose]()] }
}

const enter = async (w: World, house: Organisation, one: Browser = browser(w.test)) => {
  const { url, flow } = must(await one.call(e.startOrganisationSignIn, { body: { provider: 'hospital' } }))
  const query = await house.visit(url)
  return one.call(e.signInWithOrganisation, { body: { flow, query } })
}

const connect = async (house: Organisation, one: Browser) => {
  const { url, flow } = must(await one.call(e.startOrganisationLink, { body: { provider: 'hospital' } }))
  return one.call(e.linkOrganisation, { body: { flow, query: await house.visit(url) } })
}

test('an account of the hospital’s own sign-in opens the door once its holder has connected it, and not before', async () => {
  const { house, w, close } = await withOrganisation()
  try {
    assert.deepEqual(must(await w.test.call(e.listIdentityProviders)).providers, [
      { id: 'hospital', nameKo: '시험병원', nameEn: 'Test Hospital' },
    ])
    assert.equal(refusedAs(await enter(w, house)), 'sign-in-refused', 'nobody connected it')
    const person = await personOf(w, ['requester'], ORIGIN_ID, '이응급')
    const one = await enteredByLink(w.test, person)
    must(await connect(house, one))
    const me = must(await enter(w, house))
    assert.deepEqual([me.id, me.session?.kind], [person.id, 'oidc'])

    house.as = 'somebody-else'
    assert.equal(refusedAs(await enter(w, house)), 'sign-in-refused')
    house.as = 'kim-0042'
    const other = await enteredByLink(w.test, await personOf(w, ['requester'], ORIGIN_ID, '다른 이'))
    assert.equal(refusedAs(await connect(house, other)), 'conflict', 'one account is one person')

    const there = browser(w.test)
    must(await enter(w, house, there))
    const [account] = must(await one.call(e.listOrganisationAccounts)).accounts
    must(await one.call(e.unlinkOrganisation, { params: { id: account?.id ?? '' } }))
    assert.equal(refusedAs(await there.call(getMe)), 'sign-in-needed')
    assert.equal(refusedAs(await enter(w, house)), 'sign-in-refused')
  } finally {
    await close()
  }
})

test('roles, names and groups in a token give nothing: only an approver gives', async () => {
  const { house, w, close } = await withOrganisation()
  try {
    const person = await personOf(w, ['requester'], ORIGIN_ID, '이응급')
    must(await connect(house, await enteredByLink(w.test, person)))
    house.claims = { roles: ['admin', 'desk_lead'], name: '사칭', groups: ['admin'] }
    const one = browser(w.test)
    const me = must(await enter(w, house, one))
    assert.deepEqual([me.roles, me.name], [['requester'], '이응급'])
    assert.equal(refusedAs(await one.call(e.listApplications, { query: {} })), 'not-allowed')
  } finally {
    await close()
  }
})

test('an answer is finished once, in time, by the browser that asked, with its own state, nonce and verifier', async () => {
  const { house, w, close } = await withOrganisation()
  try {
    const person = await personOf(w, ['requester'], ORIGIN_ID)
    must(await connect(house, await enteredByLink(w.test, person)))
    const start = async () => must(await w.test.call(e.startOrganisationSignIn, { body: { provider: 'hospital' } }))
    const finish = async (flow: string, query: string) =>
      w.test.call(e.signInWithOrganisation, { body: { flow, query } })

    const [mine, theirs] = [await start(), await start()]
    const [myAnswer, theirAnswer] = [await house.visit(mine.url), await house.visit(theirs.url)]
    assert.equal(refusedAs(await finish(mine.flow, theirAnswer)), 'sign-in-refused', 'somebody else’s answer')
    assert.equal(refusedAs(await finish(mine.flow, myAnswer)), 'sign-in-refused', 'the flow is spent by the try')
    must(await finish(theirs.flow, theirAnswer))
    assert.equal(refusedAs(await finish(theirs.flow, theirAnswer)), 'sign-in-refused', 'twice')
    assert.equal(refusedAs(await finish('f'.repeat(43), theirAnswer)), 'sign-in-refused', 'a flow nobody began')

    // The code of one flow with the state of another: PKCE refuses it at the provider.
    const [a, b] = [await start(), await start()]
    const [answerA, answerB] = [await house.visit(a.url), await house.visit(b.url)]
    const mixed = new URLSearchParams(answerA)
    mixed.set('code', new URLSearchParams(answerB).get('code') ?? '')
    assert.equal(refusedAs(await finish(a.flow, mixed.toString())), 'sign-in-refused')

    const late = await start()
    const lateAnswer = await house.visit(late.url)
    w.test.clock.advance(CHALLENGE_MIN['oidc-sign-in'] * 60_000)
    assert.equal(refusedAs(await finish(late.flow, lateAnswer)), 'sign-in-refused')
  } finally {
    await close()
  }
})

test('a flow for connecting signs nobody in, and one that another person began connects nothing', async () => {
  const { house, w, close } = await withOrganisation()
  try {
    const victim = await enteredByLink(w.test, await personOf(w, ['requester'], ORIGIN_ID, '피해자'))
    const thief = await enteredByLink(w.test, await personOf(w, ['requester'], ORIGIN_ID, '훔친 이'))
    const begun = must(await thief.call(e.startOrganisationLink, { body: { provider: 'hospital' } }))
    const query = await house.visit(begun.url)
    const body = { flow: begun.flow, query }
    assert.equal(refusedAs(await victim.call(e.linkOrganisation, { body })), 'sign-in-refused')
    const again = must(await thief.call(e.startOrganisationLink, { body: { provider: 'hospital' } }))
    const answer = { flow: again.flow, query: await house.visit(again.url) }
    assert.equal(refusedAs(await w.test.call(e.signInWithOrganisation, { body: answer })), 'sign-in-refused')
  } finally {
    await close()
  }
})

test('the session after an organisation’s sign-in is a new one, whatever the browser brought', async () => {
  const { house, w, close } = await withOrganisation()
  try {
    const person = await personOf(w, ['requester'], ORIGIN_ID)
    must(await connect(house, await enteredByLink(w.test, person)))
    const thief = await enteredByLink(w.test, await personOf(w, ['requester'], ORIGIN_ID))
    const victim = browser(w.test)
    victim.plant(thief.token() ?? '')
    must(await enter(w, house, victim))
    assert.notEqual(victim.token(), thief.token())
    assert.equal(refusedAs(await thief.call(getMe)), 'sign-in-needed')
  } finally {
    await close()
  }
})

test('an organisation that does not answer is said so, and asked again by the next who comes', async () => {
  const { house, w, close } = await withOrganisation()
  try {
    // The operator's file is read at the first use; only the organisation itself is gone.
    must(await w.test.call(e.listIdentityProviders))
    await house[Symbol.asyncDispose]()
    const answer = await w.test.call(e.startOrganisationSignIn, { body: { provider: 'hospital' } })
    assert.equal(refusedAs(answer), 'overloaded')
  } finally {
    await w[Symbol.asyncDispose]()
    void close
  }
})

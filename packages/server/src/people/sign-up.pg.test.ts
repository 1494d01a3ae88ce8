import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ApplicationInput, signUpEndpoints as e, getMe, signIn } from '@dure/contract'
import { must, ORIGIN_ID, refusedAs, type World } from '../testing/bed-world.ts'
import { browser, lead, peopleWorld, personOf, sponsorOf } from '../testing/people-world.ts'
import { SIGN_UP_LIMITS } from './applications.routes.ts'
import { APPLICATION_HOURS } from './applications.ts'

const HOUR = 3_600_000
const FORM: ApplicationInput = {
  name: '이응급',
  licenceKind: 'doctor',
  licenceNumber: '제 123456 호',
  facilityId: ORIGIN_ID,
  roles: ['requester'],
  phone: '010-1234-5678',
}

const applied = async (w: World, form: Partial<ApplicationInput> = {}) =>
  must(await w.test.call(e.apply, { body: { ...FORM, ...form } }))

const pending = async (by: { call: World['desk']['call'] }) => {
  const { applications } = must(await by.call(e.listApplications, { query: {} }))
  const [first] = applications
  assert.ok(first, 'an application waits')
  return first
}

test('a doctor of a private hospital is in within minutes: asked, approved by a colleague, and at work by a one-time link', async () => {
  await using w = await peopleWorld()
  const sponsor = await sponsorOf(w, ORIGIN_ID)
  const places = must(await w.test.call(e.searchSignUpPlaces, { query: { q: 'ORIGIN' } })).places
  assert.deepEqual(
    places.map(({ id }) => id),
    [ORIGIN_ID],
  )
  const { ticket } = await applied(w)
  assert.equal(must(await w.test.call(e.readOwnApplication, { body: { ticket } })).state, 'pending')

  const application = await pending(sponsor)
  assert.equal(application.licenceTail, '456')
  const body = { decision: 'approve' as const, roles: ['requester' as const] }
  const { link } = must(await sponsor.call(e.decideApplication, { params: { id: application.id }, body }))
  assert.ok(link)
  const seen = must(await w.test.call(e.readOwnApplication, { body: { ticket } }))
  assert.deepEqual([seen.state, seen.decidedBy], ['approved', sponsor.name])

  const doctor = browser(w.test)
  const me = must(await doctor.call(signIn, { body: { token: link.link.split('#')[1] ?? '' } }))
  assert.deepEqual([me.name, me.roles, me.facilityId, me.session?.kind], ['이응급', ['requester'], ORIGIN_ID, 'link'])
  const { events } = must(await sponsor.call(e.applicationEvents, { params: { id: application.id } }))
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['asked', 'approved'],
  )
})

test('the licence number stands in the database as a keyed hash and its last digits only', async () => {
  await using w = await peopleWorld()
  await applied(w)
  const [row] = await w.test.cell.deps.db.sql<{ text: string; hash: Buffer }>(
    'select a::text as text, licence_hash as hash from people.application a',
  )
  assert.ok(!row?.text.includes('123456'))
  assert.equal(row?.hash.length, 32)
  const ops = await w.test.cell.deps.db.sql<{ text: string }>('select o::text as text from platform.outbox o')
  assert.ok(!ops.some(({ text }) => /123456|이응급|010-1234/.test(text)), 'nor in what other cells are told')
})

test('a sponsor decides for the own hospital only, and gives no more than they may', async () => {
  await using w = await peopleWorld()
  const [other] = w.hospitals
  assert.ok(other)
  const [sponsor, stranger] = [await sponsorOf(w, ORIGIN_ID), await sponsorOf(w, other.id)]
  await applied(w)
  const { id } = await pending(sponsor)
  const approve = { decision: 'approve' as const, roles: ['requester' as const] }
  assert.deepEqual(must(await stranger.call(e.listApplications, { query: {} })).applications, [])
  assert.equal(refusedAs(await stranger.call(e.decideApplication, { params: { id }, body: approve })), 'not-allowed')
  assert.equal(refusedAs(await stranger.call(e.applicationEvents, { params: { id } })), 'not-allowed')
  for (const roles of [['sponsor'], ['requester', 'admin'], ['placement_desk'], ['desk_lead']] as const) {
    const body = { decision: 'approve' as const, roles: [...roles] }
    assert.equal(refusedAs(await sponsor.call(e.decideApplication, { params: { id }, body })), 'not-allowed')
  }
  assert.equal(refusedAs(await w.requester.call(e.decideApplication, { params: { id }, body: approve })), 'not-allowed')
  must(await sponsor.call(e.decideApplication, { params: { id }, body: approve }))
  assert.equal(refusedAs(await sponsor.call(e.decideApplication, { params: { id }, body: approve })), 'wrong-state')
})

test('a sponsor cannot approve themselves under their own licence or from their own phone', async () => {
  await using w = await peopleWorld()
  const sponsor = await sponsorOf(w, ORIGIN_ID)
  await applied(w)
  const first = await pending(sponsor)
  const approve = { decision: 'approve' as const, roles: ['requester' as const] }
  const made = must(await sponsor.call(e.decideApplication, { params: { id: first.id }, body: approve }))
  const { db, ids } = w.test.cell.deps
  // The new colleague becomes a sponsor, and then applies once more.
  await db.sql(`update platform.person set roles = '{requester,sponsor}' where id = $1`, [made.link?.personId])
  assert.ok(ids)
  const twin = browser(w.test)
  must(await twin.call(signIn, { body: { token: made.link?.link.split('#')[1] ?? '' } }))
  for (const form of [{ phone: '010-9999-0000' }, { licenceNumber: '999', phone: '01012345678' }]) {
    await applied(w, form)
    const mine = await pending(twin)
    assert.equal(
      refusedAs(await twin.call(e.decideApplication, { params: { id: mine.id }, body: approve })),
      'not-allowed',
    )
    const why = '본인 신청'
    must(await sponsor.call(e.decideApplication, { params: { id: mine.id }, body: { decision: 'decline', why } }))
  }
})

test('the first sponsor of a hospital is invited by the regional desk, and then approves their own people', async () => {
  await using w = await peopleWorld()
  const head = await lead(w)
  const body = { name: '초대 김', facilityId: ORIGIN_ID, roles: ['hospital_desk', 'sponsor'] as const }
  const invitation = { body: { ...body, roles: [...body.roles] } }
  assert.equal(refusedAs(await w.desk.call(e.invitePerson, invitation)), 'not-allowed')
  assert.equal(
    refusedAs(await head.call(e.invitePerson, { body: { ...invitation.body, roles: ['admin'] } })),
    'not-allowed',
  )
  const { link } = must(await head.call(e.invitePerson, invitation))
  const sponsor = browser(w.test)
  must(await sponsor.call(signIn, { body: { token: link.split('#')[1] ?? '' } }))
  await applied(w)
  const { id } = await pending(sponsor)
  must(await sponsor.call(e.decideApplication, { params: { id }, body: { decision: 'approve', roles: ['requester'] } }))
})

test('declined with a reason the applicant reads; withdrawn by the applicant; expired by the clock', async () => {
  await using w = await peopleWorld()
  const sponsor = await sponsorOf(w, ORIGIN_ID)
  const declined = await applied(w)
  const { id } = await pending(sponsor)
  const why = '우리 병원 직원이 아닙니다'
  must(await sponsor.call(e.decideApplication, { params: { id }, body: { decision: 'decline', why } }))
  const read = must(await w.test.call(e.readOwnApplication, { body: { ticket: declined.ticket } }))
  assert.deepEqual([read.state, read.why], ['declined', why])

  const withdrawn = await applied(w)
  assert.equal(
    must(await w.test.call(e.withdrawApplication, { body: { ticket: withdrawn.ticket } })).state,
    'withdrawn',
  )
  assert.equal(
    refusedAs(await w.test.call(e.withdrawApplication, { body: { ticket: withdrawn.ticket } })),
    'wrong-state',
  )

  const late = await applied(w)
  const waiting = await pending(sponsor)
  w.test.clock.advance(APPLICATION_HOURS * HOUR)
  // Expired by the clock alone, and written down by the timer.
  const again = await sponsorOf(w, ORIGIN_ID)
  const approve = { decision: 'approve' as const, roles: ['requester' as const] }
  assert.equal(
    refusedAs(await again.call(e.decideApplication, { params: { id: waiting.id }, body: approve })),
    'wrong-state',
  )
  await w.settle()
  assert.equal(must(await w.test.call(e.readOwnApplication, { body: { ticket: late.ticket } })).state, 'expired')
  const { events } = must(await again.call(e.applicationEvents, { params: { id: waiting.id } }))
  assert.equal(events.at(-1)?.kind, 'expired')
})

test('of two sponsors who decide at once, one has decided', async () => {
  await using w = await peopleWorld()
  const sponsors = [await sponsorOf(w, ORIGIN_ID), await sponsorOf(w, ORIGIN_ID)]
  await applied(w)
  const { id } = await pending(sponsors[0] as (typeof sponsors)[number])
  const approve = { params: { id }, body: { decision: 'approve' as const, roles: ['requester' as const] } }
  const both = await Promise.all(sponsors.map((one) => one.call(e.decideApplication, approve)))
  assert.equal(both.filter(({ ok }) => ok).length, 1)
  const people = await w.test.cell.deps.db.sql(`select from platform.person where name = '이응급'`)
  assert.equal(people.length, 1)
})

test('what is wrong in the form is pointed at, and nothing of it is kept', async () => {
  await using w = await peopleWorld()
  const cases = [
    [{ licenceNumber: 'abc' }, '/body/licenceNumber'],
    [{ facilityId: 'NOWHERE' }, '/body/facilityId'],
    [{ facilityId: null, roles: ['hospital_desk'] }, '/body/roles'],
    [{ roles: ['placement_desk'] }, '/body/roles'],
    [{ phone: '12' }, '/body/phone'],
  ] as const
  for (const [form, pointer] of cases) {
    const answer = await w.test.call(e.apply, { body: { ...FORM, ...form } as ApplicationInput })
    assert.ok(!answer.ok)
    assert.deepEqual([answer.error.code, answer.error.pointer], ['invalid-input', pointer])
  }
  assert.deepEqual(await w.test.cell.deps.db.sql('select from people.application'), [])
})

test('whoever asks gets the same answer whether the licence is known here or not, and not without end', async () => {
  await using w = await peopleWorld()
  const sponsor = await sponsorOf(w, ORIGIN_ID)
  const first = await applied(w)
  const { id } = await pending(sponsor)
  must(await sponsor.call(e.decideApplication, { params: { id }, body: { decision: 'approve', roles: ['requester'] } }))
  const known = await applied(w, { phone: '010-2222-2222' })
  const unknown = await applied(w, { phone: '010-3333-3333', licenceNumber: '777' })
  for (const answer of [first, known, unknown]) assert.deepEqual(Object.keys(answer).sort(), ['expiresAt', 'ticket'])
  const again = await pending(sponsor)
  assert.equal(again.sameLicence, 1, 'the sponsor is told, not the applicant')

  const codes: string[] = []
  for (let at = 0; at <= SIGN_UP_LIMITS.perNumberPerDay; at += 1) {
    const answer = await w.test.call(e.apply, {
      body: { ...FORM, licenceNumber: `${500 + at}`, phone: '010-4444-4444' },
    })
    codes.push(answer.ok ? 'taken' : answer.error.code)
  }
  assert.deepEqual(codes, [
    ...Array.from({ length: SIGN_UP_LIMITS.perNumberPerDay }, () => 'taken'),
    'too-many-requests',
  ])
})

test('a ticket is not guessed: tries run out long before its 256 bits do', async () => {
  await using w = await peopleWorld()
  const codes = new Set<string>()
  for (let at = 0; at <= SIGN_UP_LIMITS.looksPerMinute; at += 1)
    codes.add(refusedAs(await w.test.call(e.readOwnApplication, { body: { ticket: `guess-${at}-`.padEnd(43, 'x') } })))
  assert.deepEqual([...codes], ['not-found', 'too-many-requests'])
})

test('recovery through the sponsor: a new link, the old passkeys void if said so, written down, and the person is told', async () => {
  await using w = await peopleWorld()
  const sponsor = await sponsorOf(w, ORIGIN_ID)
  const colleague = await personOf(w, ['requester'], ORIGIN_ID, '잃은 박')
  const why = '휴대전화를 잃어버렸다고 직접 찾아왔습니다'
  const ask = { params: { id: colleague.id }, body: { revokePasskeys: true, why } }
  const { link } = must(await sponsor.call(e.recoverPerson, ask))
  assert.ok(!(await colleague.call(getMe)).ok, 'the old sessions ended')
  const back = browser(w.test)
  must(await back.call(signIn, { body: { token: link.split('#')[1] ?? '' } }))
  const { events } = must(await back.call(e.accountEvents))
  assert.deepEqual(
    events.map(({ kind, by }) => [kind, by]),
    [
      ['recovered', sponsor.name],
      ['passkeys-revoked', sponsor.name],
    ],
  )
  const [row] = await w.test.cell.deps.db.sql<{ body: string }>(
    `select coalesce(body::text, '') as body from platform.answer where route = 'recoverPerson'`,
  )
  assert.equal(row, undefined, 'the answer with the link is kept nowhere')
})

test('a sponsor recovers, signs out and disables colleagues of the own house, and nobody above or elsewhere', async () => {
  await using w = await peopleWorld()
  const sponsor = await sponsorOf(w, ORIGIN_ID)
  const [elsewhere] = w.hospitals
  assert.ok(elsewhere)
  const why = '퇴사하였습니다'
  const head = await lead(w)
  for (const id of [elsewhere.desk.id, head.id, sponsor.id]) {
    for (const endpoint of [e.endSessionsOf, e.disableColleague] as const)
      assert.equal(refusedAs(await sponsor.call(endpoint, { params: { id }, body: { why } })), 'not-allowed')
    const body = { revokePasskeys: true, why }
    assert.equal(refusedAs(await sponsor.call(e.recoverPerson, { params: { id }, body })), 'not-allowed')
  }
  const colleague = await personOf(w, ['requester'], ORIGIN_ID)
  must(await sponsor.call(e.endSessionsOf, { params: { id: colleague.id }, body: { why } }))
  assert.ok(!(await colleague.call(getMe)).ok)
  must(await sponsor.call(e.disableColleague, { params: { id: colleague.id }, body: { why } }))
  const { people } = must(await sponsor.call(e.listColleagues))
  assert.equal(people.find(({ id }) => id === colleague.id)?.disabled, true)
  const body = { revokePasskeys: false, why }
  assert.equal(refusedAs(await sponsor.call(e.recoverPerson, { params: { id: colleague.id }, body })), 'wrong-state')
})

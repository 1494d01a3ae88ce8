import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints as b, channelEndpoints as e, type RequestView } from '@dure/contract'
import { must, refusedAs } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { sendDue } from './outbox.service.ts'
import { textUnseen } from './unseen.service.ts'
import { type PhoneWorld, phoneWorld } from './world.testing.ts'

const DESK = '01012340001'
const OTHER = '01012340002'

/** Registers a number as its owner would: the code is read from the text that arrived. */
const register = async (p: PhoneWorld, person: TestPerson, phone: string, body: object): Promise<string> => {
  const made = must(
    await person.call(e.registerNumber, { body: { phone, label: '당직', kind: 'desk', ...body } as never }),
  )
  await sendDue(p.channels)
  const code = /(\d{6})/.exec(p.textsTo(phone).at(-1) ?? '')?.[1] ?? ''
  must(await person.call(e.confirmNumber, { params: { id: made.id }, body: { code } }))
  return made.id
}

const asked = async (p: PhoneWorld, hospitalIds?: string[]): Promise<RequestView> => {
  const request = await p.w.matching({ pathogen: 'covid19', needs: ['ventilator'], oxygen: 'imv' })
  const body = { version: request.version, ...(hospitalIds === undefined ? {} : { hospitalIds }) }
  return must(await p.w.desk.call(b.sendOffers, { params: { id: request.id }, body }))
}

const see = async (p: PhoneWorld, id: string) => must(await p.w.desk.call(b.getRequest, { params: { id } }))

const unseen = async (p: PhoneWorld): Promise<number> => {
  p.w.test.clock.advance(10 * 60_000 * 0.2 + 1_000)
  const queued = await textUnseen(p.channels)
  await sendDue(p.channels)
  return queued
}

/** What the telephone was answered. */
const answer = async (p: PhoneWorld, phone = DESK): Promise<string> => {
  await sendDue(p.channels)
  return p.textsTo(phone).at(-1) ?? ''
}

const setUp = async () => {
  const p = await phoneWorld({ hospitals: 2, slots: 1 })
  const [first, second] = p.w.hospitals
  assert.ok(first && second)
  await register(p, first.desk, DESK, {})
  return { p, first, second }
}

test('an offer nobody has seen is texted once to the desk, and “4821 1” takes the bed', async () => {
  const { p, first } = await setUp()
  await using _ = p
  const request = await asked(p, [first.id])
  assert.equal(await textUnseen(p.channels), 0, 'not at once: somebody may be sitting there')
  assert.equal(await unseen(p), 1)
  assert.equal(await textUnseen(p.channels), 0, 'once')
  const [text] = p.textsTo(DESK).slice(-1)
  assert.match(text ?? '', new RegExp(`^DURE ${request.code} 위중증 1 음압\\+인공호흡기 .*1 수락 2 거절 3 전화$`))

  assert.equal(await p.inbound(DESK, `${request.code} 1`), 200)
  const now = await see(p, request.id)
  assert.equal(now.state, 'held')
  const [offer] = now.offers
  assert.equal(offer?.state, 'accepted')
  assert.equal(offer?.channel, 'sms')
  assert.equal(offer?.heardFrom, '당직 010-12**-**01')
  assert.match(await answer(p), /수락 접수/)
  const { entries } = must(await p.w.desk.call(b.timeline, { params: { id: request.id } }))
  assert.ok(entries.some(({ kind, channel }) => kind === 'offer_accept' && channel === 'sms'))
})

test('an offer that a screen has shown is not texted', async () => {
  const { p, first } = await setUp()
  await using _ = p
  const request = await asked(p, [first.id])
  const id = request.offers[0]?.id ?? ''
  must(await first.desk.call(b.actOnOffer, { params: { id }, body: { act: { event: 'see' } } }))
  assert.equal(await unseen(p), 0)
})

test('full-width digits and words are understood, and the same text twice is one act', async () => {
  const { p, first } = await setUp()
  await using _ = p
  const request = await asked(p, [first.id])
  const wide = [...request.code].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('')
  await p.inbound(DESK, `${wide}　수락합니다`, 'same')
  await p.inbound(DESK, `${wide}　수락합니다`, 'same')
  assert.equal((await see(p, request.id)).state, 'held')
  await sendDue(p.channels)
  const said = p.textsTo(DESK).length
  await p.inbound(DESK, `${request.code} 1`)
  assert.match(await answer(p), /이미 수락/)
  assert.equal(p.textsTo(DESK).length, said + 1)
  await p.inbound(DESK, `${request.code} 2`)
  assert.match(await answer(p), /이미 수락/, 'a yes is not taken back by a text')
})

test('a decline asks for its reason by number', async () => {
  const { p, first } = await setUp()
  await using _ = p
  const request = await asked(p, [first.id])
  await p.inbound(DESK, `${request.code} 2`)
  assert.match(await answer(p), /거절 이유\? 1인력 2병상/)
  assert.equal((await see(p, request.id)).offers[0]?.state, 'acked', 'somebody has read it')
  await p.inbound(DESK, '1')
  const [offer] = (await see(p, request.id)).offers
  assert.equal(offer?.state, 'declined')
  assert.equal(offer?.declineReason, 'staff')
  assert.match(await answer(p), /거절 접수/)
})

test('a decline in one line carries its reason; one without an answer stands without it', async () => {
  const { p, first, second } = await setUp()
  await using _ = p
  const one = await asked(p, [first.id])
  await p.inbound(DESK, `${one.code} 2 3`)
  assert.equal((await see(p, one.id)).offers[0]?.declineReason, 'equipment')

  await register(p, second.desk, OTHER, {})
  const two = await asked(p, [second.id])
  await p.inbound(OTHER, `${two.code} 거절`)
  p.w.test.clock.advance(121_000)
  await p.w.settle()
  const offer = (await see(p, two.id)).offers.find(({ hospitalId }) => hospitalId === second.id)
  assert.equal(offer?.state, 'declined')
  assert.equal(offer?.declineReason, 'other')
})

test('a reason that comes after the decline stood without it is told so, and nothing is asked again', async () => {
  const { p, first } = await setUp()
  await using _ = p
  const request = await asked(p, [first.id])
  assert.equal(await unseen(p), 1)
  await p.inbound(DESK, `${request.code} 2`)
  assert.match(await answer(p), /거절 이유/)
  p.w.test.clock.advance(121_000)
  await p.w.settle()
  await p.inbound(DESK, '3')
  assert.match(await answer(p), /이미 거절/)
  const { in: log } = must(await p.w.desk.call(e.listTexts, { query: {} }))
  assert.equal(log[0]?.outcome, 'already_answered')
  assert.equal((await see(p, request.id)).offers[0]?.declineReason, 'other')
})

test('a text that a network held back answers only what was asked before it was written', async () => {
  const { p, first } = await setUp()
  await using _ = p
  const before = p.w.test.clock.now().toISOString()
  p.w.test.clock.advance(30 * 60_000)
  const request = await asked(p, [first.id])
  await p.inbound(DESK, `${request.code} 1`, 'late', before)
  assert.match(await answer(p), /시간이 지났습니다/)
  assert.equal((await see(p, request.id)).state, 'offered', 'a yes to an earlier patient is no yes to this one')
  const { in: log } = must(await p.w.desk.call(e.listTexts, { query: {} }))
  assert.deepEqual([log[0]?.outcome, log[0]?.code], ['over', request.code])
  await p.inbound(DESK, `${request.code} 1`, 'now', p.w.test.clock.now().toISOString())
  assert.equal((await see(p, request.id)).state, 'held')
})

test('“4821 3” puts the hospital on the desk’s list of calls, once', async () => {
  const { p, first } = await setUp()
  await using _ = p
  const request = await asked(p, [first.id])
  await p.inbound(DESK, `${request.code} 3`)
  await p.inbound(DESK, `${request.code} 전화`)
  assert.match(await answer(p), /전화합니다/)
  const { callBacks } = must(await p.w.desk.call(e.listCallBacks, {}))
  assert.deepEqual(
    callBacks.map(({ code, phone }) => [code, phone]),
    [[request.code, DESK]],
  )
  must(await p.w.desk.call(e.doneCallBack, { params: { id: callBacks[0]?.id ?? '' } }))
  assert.equal(must(await p.w.desk.call(e.listCallBacks, {})).callBacks.length, 0)
})

test('a number that is not registered changes nothing, learns nothing, and is answered once an hour', async () => {
  const { p, first } = await setUp()
  await using _ = p
  const request = await asked(p, [first.id])
  for (const text of [`${request.code} 1`, '0000 1', `${request.code} 1`]) await p.inbound(OTHER, text)
  await sendDue(p.channels)
  assert.equal((await see(p, request.id)).state, 'offered')
  assert.equal(p.textsTo(OTHER).length, 1)
  assert.match(p.textsTo(OTHER)[0] ?? '', /등록되지 않은 번호/)
  const { in: log } = must(await p.w.desk.call(e.listTexts, { query: {} }))
  assert.deepEqual(new Set(log.map(({ outcome }) => outcome)), new Set(['unknown_number']))
})

test('a registered number cannot answer what another hospital was asked, nor tell such a code from one that is not', async () => {
  const { p, first, second } = await setUp()
  await using _ = p
  await register(p, second.desk, OTHER, {})
  const request = await asked(p, [first.id])
  await p.inbound(OTHER, `${request.code} 1`)
  const existing = (await answer(p, OTHER)).replace(request.code, 'CODE')
  const free = request.code === '0007' ? '0008' : '0007'
  await p.inbound(OTHER, `${free} 1`)
  assert.equal((await answer(p, OTHER)).replace(free, 'CODE'), existing)
  assert.equal((await see(p, request.id)).state, 'offered')
})

test('guessing codes is stopped after five wrong ones, told once, and forgotten after a quarter of an hour', async () => {
  const { p, first, second } = await setUp()
  await using _ = p
  await register(p, second.desk, OTHER, {})
  const mine = await asked(p, [second.id])
  const wrong = ['0001', '0002', '0003', '0004', '0005'].map((code) => (code === mine.code ? '0006' : code))
  for (const code of wrong) await p.inbound(OTHER, `${code} 1`)
  await p.inbound(OTHER, `${mine.code} 1`)
  await sendDue(p.channels)
  assert.equal(p.textsTo(OTHER).filter((text) => text.includes('15분 동안 받지 않습니다')).length, 1)
  const said = p.textsTo(OTHER).length
  await p.inbound(OTHER, `${mine.code} 1`)
  await sendDue(p.channels)
  assert.equal(p.textsTo(OTHER).length, said, 'no second answer')
  assert.equal((await see(p, mine.id)).state, 'offered', 'the right code is not listened to either')
  void first
  p.w.test.clock.advance(15 * 60_000 + 1_000)
  await p.inbound(OTHER, '0001 1')
  assert.match(await answer(p, OTHER), /코드가 아닙니다|시간이 지났/)
})

test('too late is said, and why: expired, withdrawn, no bed', async () => {
  const { p, first, second } = await setUp()
  await using _ = p
  await register(p, second.desk, OTHER, {})
  const both = await asked(p)
  assert.equal(both.offers.length, 2)
  await p.inbound(DESK, `${both.code} 1`)
  await p.inbound(OTHER, `${both.code} 1`)
  assert.match(await answer(p, OTHER), /철회|먼저 받았습니다/)

  const gone = await asked(p, [second.id])
  p.w.test.clock.advance(11 * 60_000)
  await p.inbound(OTHER, `${gone.code} 1`)
  assert.match(await answer(p, OTHER), /시간이 지났습니다/)
  await p.w.settle()
  await p.inbound(OTHER, `${gone.code} 1`)
  assert.match(await answer(p, OTHER), /시간이 지났습니다/)

  const taken = await asked(p, [second.id])
  const slot = second.slotIds[0] ?? ''
  const [view] = must(await second.desk.call(b.listSlots, { params: { id: second.id } })).slots
  must(
    await second.desk.call(b.changeSlot, {
      params: { id: slot },
      body: { change: 'block', reason: 'staff', version: view?.version ?? 0 },
    }),
  )
  await p.inbound(OTHER, `${taken.code} 1`)
  assert.match(await answer(p, OTHER), /맞는 빈 병상이 없어/)
  assert.equal((await see(p, taken.id)).state, 'offered')
  void first
})

test('what cannot be understood is said so, and kept without what may be a name', async () => {
  const { p } = await setUp()
  await using _ = p
  await p.inbound(DESK, '홍길동 환자 01098765432 받을게요')
  assert.match(await answer(p), /읽지 못했습니다/)
  await p.inbound(DESK, '1')
  assert.match(await answer(p), /읽지 못했습니다/)
  const { in: log } = must(await p.w.desk.call(e.listTexts, { query: {} }))
  assert.ok(log.every(({ text }) => !text.includes('홍') && !text.includes('98765')))
})

test('who is on call is written to as well, and somebody whose access ended is not', async () => {
  const { p, first, second } = await setUp()
  await using _ = p
  const doctor = await p.w.test.person({ role: 'hospital_desk', facilityId: first.id, name: '당직의' })
  await register(p, doctor, OTHER, { kind: 'person', label: '휴대폰' })
  p.onCall.push(doctor.id)
  await asked(p, [first.id])
  assert.equal(await unseen(p), 2)
  assert.ok(p.textsTo(OTHER).at(-1)?.startsWith('DURE'))
  await p.w.test.cell.deps.db.sql(`update platform.person set disabled_at = now() where id = $1`, [doctor.id])
  const again = await asked(p, [second.id])
  await p.inbound(OTHER, `${again.code} 1`)
  assert.equal((await see(p, again.id)).state, 'offered')
})

test('a number counts for nothing until its code was typed by somebody who may look after it', async () => {
  const { p, first, second } = await setUp()
  await using _ = p
  const foreign = await second.desk.call(e.registerNumber, {
    body: { phone: OTHER, kind: 'desk', label: 'x', facilityId: first.id },
  })
  assert.equal(refusedAs(foreign), 'not-allowed')
  const made = must(await second.desk.call(e.registerNumber, { body: { phone: OTHER, kind: 'desk', label: 'x' } }))
  const request = await asked(p, [second.id])
  await p.inbound(OTHER, `${request.code} 1`)
  assert.equal((await see(p, request.id)).state, 'offered')
  const guess = () => second.desk.call(e.confirmNumber, { params: { id: made.id }, body: { code: '000000' } })
  for (let attempt = 0; attempt < 5; attempt += 1) assert.equal(refusedAs(await guess()), 'conflict')
  assert.equal(refusedAs(await guess()), 'wrong-state', 'five attempts, then a new code')
  const stranger = await first.desk.call(e.confirmNumber, { params: { id: made.id }, body: { code: '000000' } })
  assert.equal(refusedAs(stranger), 'not-found')
  for (let code = 0; code < 2; code += 1) must(await second.desk.call(e.resendNumberCode, { params: { id: made.id } }))
  const fourth = await second.desk.call(e.resendNumberCode, { params: { id: made.id } })
  assert.equal(refusedAs(fourth), 'too-many-requests')
})

test('a carrier proves itself by its secret', async () => {
  const { p } = await setUp()
  await using _ = p
  for (const [key, secret] of [
    ['a', 'carrier-b-knows-this'],
    ['a', ''],
    ['zz', 'no carrier zz'],
  ])
    for (const part of ['reports', 'inbound']) {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` }
      const url = `/api/carriers/${key}/${part}`
      const refused = await p.w.test.inject({ method: 'POST', url, headers, payload: '{"from":"1","text":"1"}' })
      assert.equal(refused.statusCode, 401)
    }
  const url = '/api/carriers/a/inbound?secret=carrier-a-knows-this'
  const headers = { 'content-type': 'application/json' }
  assert.equal((await p.w.test.inject({ method: 'POST', url, headers, payload: '{}' })).statusCode, 200)
})

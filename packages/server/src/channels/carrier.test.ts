import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Carrier,
  carrierSchema,
  handOverCall,
  readAnswer,
  readCarriers,
  readInbound,
  readReports,
} from './carrier.ts'
import { afterFailure, afterHeard, afterSilence, afterTaken, chooseCarrier, HEALTHY, isOpen } from './circuit.ts'
import { admit, answersStranger, codeIsTried } from './guard.ts'
import { maskPhone, parsePhoneNumber, showPhone } from './phone-number.ts'
import { TEXT_EVENTS, TEXT_TRANSITIONS } from './text-states.ts'

const carrier = (given: object = {}): Carrier =>
  carrierSchema.parse({
    key: 'a',
    name: 'A',
    from: '0320000000',
    secret: 'we-are-dure',
    hookSecret: '0123456789abcdef',
    send: {
      url: 'https://sms.example/v1/{{to}}',
      headers: { Authorization: 'Bearer {{secret}}' },
      body: { to: '{{to}}', content: { text: '{{text}}', type: '{{kind}}' }, id: '{{ref}}', tags: ['dure', 1, true] },
    },
    answer: { ref: '/messageId', code: '/status', okCodes: ['OK', 0], finalCodes: ['BAD_NUMBER'] },
    report: { list: '/results', ref: '/id', status: '/code', delivered: ['1000'], failed: ['2000', 3000] },
    inbound: { from: '/mo/number', text: '/mo/message', ref: '/mo/id' },
    ...given,
  })
const out = { to: '01012345678', text: '가"}\n{{secret}}', ref: 'R1', kind: 'sms', hook: 'http://x' } as const

test('values fill the gaps of a carrier’s call and cannot break out of them', () => {
  const call = handOverCall(carrier(), out)
  assert.equal(call.url, 'https://sms.example/v1/01012345678')
  assert.equal(call.headers.authorization, 'Bearer we-are-dure')
  assert.deepEqual(JSON.parse(call.body ?? ''), {
    to: out.to,
    content: { text: out.text, type: 'sms' },
    id: 'R1',
    tags: ['dure', 1, true],
  })
})

test('a carrier that wants a form gets one', () => {
  const call = handOverCall(carrier({ send: { url: 'http://x/', encoding: 'form', body: { m: '{{text}}' } } }), {
    ...out,
    text: 'a&b=가',
  })
  assert.equal(call.body, 'm=a%26b%3D%EA%B0%80')
})

test('what a carrier answers is told apart: taken, refused for now, refused for good', () => {
  const answer = (status: number, body: unknown) => readAnswer(carrier(), status, JSON.stringify(body), 'R1')
  assert.deepEqual(answer(200, { status: 'OK', messageId: 77 }), { kind: 'taken', ref: '77' })
  assert.deepEqual(answer(200, { status: 0, messageId: 'm' }), { kind: 'taken', ref: 'm' })
  assert.deepEqual(answer(200, { status: 'BAD_NUMBER' }), { kind: 'refused', final: true, error: 'code BAD_NUMBER' })
  assert.equal(answer(200, { status: 'BUSY' }).kind, 'refused')
  assert.deepEqual(answer(503, {}), { kind: 'refused', final: false, error: 'HTTP 503' })
  assert.equal(readAnswer(carrier(), 200, '<html>', 'R1').kind, 'refused')
})

test('reports and inbound messages are read where the configuration says they are', () => {
  const results = [
    { id: 'm1', code: 1000 },
    { id: 'm2', code: '3000' },
    { id: 'm3', code: 'sent' },
    { nothing: true },
    null,
  ]
  assert.deepEqual(readReports(carrier(), { results }), [
    { ref: 'm1', status: 'delivered' },
    { ref: 'm2', status: 'failed' },
    { ref: 'm3', status: 'other' },
  ])
  assert.deepEqual(readInbound(carrier(), { mo: { number: '+82-10-1234-5678', message: '4821 1', id: 9 } }), [
    { from: '01012345678', text: '4821 1', ref: '9', writtenAt: null },
  ])
  const dated = carrier({ inbound: { list: '/mo', from: '/number', text: '/message', at: '/at' } })
  const writtenAt = (at: unknown) =>
    readInbound(dated, { mo: { number: '01012345678', message: '4821 1', at } })[0]?.writtenAt?.toISOString() ?? null
  const three = '2022-10-15T06:33:00.000Z'
  for (const at of ['2022-10-15 15:33:00', '2022-10-15T15:33:00+09:00', 1_665_815_580, '1665815580000', three])
    assert.equal(writtenAt(at), three, String(at))
  for (const at of ['yesterday', '', null, {}, '2022-99-99 99:99:99', Number.NaN]) assert.equal(writtenAt(at), null)
  fc.assert(
    fc.property(fc.jsonValue(), (sent) => {
      readReports(carrier(), sent)
      readInbound(carrier(), sent)
    }),
  )
})

test('a faulty configuration is refused with the place of the fault and without its secrets', () => {
  const text = JSON.stringify({ carriers: [{ key: 'A B', hookSecret: 'sesame-sesame-sesame' }] })
  const read = readCarriers(text)
  assert.ok(!read.ok && read.error.includes('/carriers/0/key') && !read.error.includes('sesame'))
  assert.ok(!readCarriers('{').ok)
  assert.ok(!readCarriers(JSON.stringify({ carriers: [carrier(), carrier()] })).ok)
  assert.ok(readCarriers(JSON.stringify({ carriers: [carrier(), carrier({ key: 'b' })] })).ok)
})

const T = new Date('2026-01-05T00:00:00Z')
const later = (ms: number) => new Date(T.getTime() + ms)

test('after three failures in a row a carrier is left alone, longer each time; one message taken ends it', () => {
  let health = HEALTHY
  for (let failures = 0; failures < 2; failures += 1) health = afterFailure(health, T)
  assert.ok(!isOpen(health, T))
  health = afterFailure(health, T)
  assert.ok(isOpen(health, later(29_000)) && !isOpen(health, later(30_000)))
  health = afterFailure(health, T)
  assert.ok(isOpen(health, later(59_000)))
  for (let failures = 0; failures < 50; failures += 1) health = afterFailure(health, T)
  assert.ok(!isOpen(health, later(600_000)), 'never longer than ten minutes')
  assert.ok(!isOpen(afterTaken(health), T))
})

test('a silent carrier stays closed to messages, though it takes them, until one is heard of', () => {
  const silent = afterTaken(afterSilence(HEALTHY, T))
  assert.ok(isOpen(silent, later(86_400_000)))
  assert.ok(!isOpen(afterHeard(), T))
})

test('a message goes to the first carrier in order that has not had it; a bad way is better than none', () => {
  const failing = { ...HEALTHY, openUntil: later(1_000) }
  const of = (key: string) => (key === 'a' ? failing : HEALTHY)
  assert.equal(
    chooseCarrier(['a', 'b'], () => HEALTHY, [], T),
    'a',
  )
  assert.equal(chooseCarrier(['a', 'b'], of, [], T), 'b')
  assert.equal(chooseCarrier(['a', 'b'], of, ['b'], T), 'a')
  assert.equal(chooseCarrier(['a', 'b'], of, ['a', 'b'], T), null)
})

test('few wrong codes are listened to, and the lock is told once', () => {
  const record = { messages: 5, wrongCodes: 4, toldLocked: false }
  assert.equal(admit(record), 'read')
  assert.equal(admit({ ...record, wrongCodes: 5 }), 'locked')
  assert.equal(admit({ ...record, wrongCodes: 5, toldLocked: true }), 'quiet')
  assert.equal(admit({ ...record, messages: 20 }), 'quiet')
  assert.ok(!codeIsTried(4) && codeIsTried(5))
})

test('strangers are answered seldom', () => {
  assert.ok(answersStranger({ lastAnswerToIt: null, answersLastHour: 0, now: T }))
  assert.ok(!answersStranger({ lastAnswerToIt: T, answersLastHour: 1, now: later(3_599_000) }))
  assert.ok(!answersStranger({ lastAnswerToIt: null, answersLastHour: 20, now: T }))
})

test('numbers are one number however they are written', () => {
  for (const raw of [
    '010-1234-5678',
    '01012345678',
    '+82 10-1234-5678',
    '+82-010-1234-5678',
    '８２１０１２３４５６７８',
    '821012345678',
  ])
    assert.equal(parsePhoneNumber(raw), '01012345678', raw)
  for (const raw of ['', '119', 'abc', '010-1234-567a', '1234567890123456'])
    assert.equal(parsePhoneNumber(raw), undefined)
  assert.equal(maskPhone('01012345678'), '010-12**-**78')
  assert.equal(showPhone('0321234567'), '032-123-4567')
  assert.equal(showPhone('021234567'), '02-123-4567')
  assert.equal(showPhone('15771000'), '1577-1000')
})

test('delivered is final, and a late report of arrival always counts', () => {
  for (const event of TEXT_EVENTS) assert.equal(TEXT_TRANSITIONS.delivered[event], null)
  for (const state of ['queued', 'handed_over', 'accepted', 'failed', 'unknown'] as const)
    assert.equal(TEXT_TRANSITIONS[state].report_delivered, 'delivered')
})

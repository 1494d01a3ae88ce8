import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BED_CLASSES, DECLINE_REASONS, ISOLATION_NEEDS, NEEDS, OXYGEN_SUPPORTS } from '@dure/contract'
import fc from 'fast-check'
import { SMS_BYTES } from './channel-times.ts'
import { eucKrBytes } from './euc-kr.ts'
import { parseReply } from './reply.ts'
import { type Answer, answerText, confirmText, fitForCarrier, type OfferFacts, offerText, textKind } from './texts.ts'
import { REASON_NUMBERS } from './words.ts'

const FACTS: OfferFacts = {
  code: '4821',
  bedClass: 'CRITICAL',
  isolation: 'airborne_negative',
  oxygen: 'imv',
  needs: ['ventilator'],
  from: '서구',
}

test('the text of an offer is the one the field asked for', () => {
  assert.equal(offerText(FACTS), 'DURE 4821 위중증 1 음압+인공호흡기 서구→? 1 수락 2 거절 3 전화')
})

test('whatever is needed, an offer fits into one SMS, can be sent in EUC-KR, and is read back by its own reply', () => {
  const facts = fc.record({
    code: fc.stringMatching(/^[0-9]{4}$/),
    bedClass: fc.constantFrom(...BED_CLASSES),
    isolation: fc.constantFrom(...ISOLATION_NEEDS),
    oxygen: fc.constantFrom(...OXYGEN_SUPPORTS),
    needs: fc.uniqueArray(fc.constantFrom(...NEEDS)),
    from: fc.option(fc.oneof(fc.constantFrom('서구', '미추홀구', '창원시마산합포구'), fc.string({ unit: 'binary' }))),
  })
  fc.assert(
    fc.property(facts, (one) => {
      const text = offerText(one)
      const bytes = eucKrBytes(text)
      assert.ok(bytes !== undefined && bytes <= SMS_BYTES, `${bytes}: ${text}`)
      assert.equal(textKind(text), 'sms')
      assert.ok(text.startsWith(`DURE ${one.code} `) && text.endsWith('1 수락 2 거절 3 전화'))
      assert.deepEqual(parseReply(`${one.code} 1`), { kind: 'answer', code: one.code, act: 'accept', reason: null })
    }),
  )
})

test('of many needs the most decisive are named and the others counted', () => {
  const text = offerText({ ...FACTS, needs: [...NEEDS] })
  assert.match(text, /음압\+인공호흡기\+ECMO.*\+외\d+ /)
})

test('no datum of a patient can get into a text: only the code, class, needs and the asking hospital’s district are in it', () => {
  // A request as it is stored, with more than the text is made from: a careless caller that hands all of it over.
  const patient = fc.record({
    name: fc.constantFrom('홍길동', '남궁민수', 'John Doe'),
    birthDate: fc.constantFrom('1968-03-02', '2019-12-31'),
    residentNumber: fc.constantFrom('680302-1234567'),
    phone: fc.constantFrom('010-9876-5432'),
    guardianPhone: fc.constantFrom('010-1111-2222'),
    address: fc.constantFrom('인천 서구 가정로 123-4'),
    complaint: fc.constantFrom('늑골 골절, 기흉, 코로나19', '의식저하'),
    note: fc.constantFrom('아들이 연락 바람'),
    sex: fc.constantFrom('female'),
    age_years: fc.constantFrom(57),
    pseudonym: fc.constantFrom('ㅎㄱㄷ'),
    originAddress: fc.constantFrom('가정로 123-4'),
  })
  fc.assert(
    fc.property(patient, fc.uniqueArray(fc.constantFrom(...NEEDS)), (one, needs) => {
      const text = offerText({ ...one, ...FACTS, needs } as OfferFacts)
      for (const value of Object.values(one)) assert.ok(!text.includes(String(value)), `${value} in ${text}`)
      // Digits: the code, the number of patients, the three choices, and how many needs are not named.
      assert.match(text.replace(/외\d+/, ''), /^DURE 4821 \D+ 1 \D+1 \D+2 \D+3 \D+$/)
    }),
  )
})

const ANSWERS: readonly Answer[] = [
  { kind: 'accepted', code: '4821', until: '14:30' },
  { kind: 'declined', code: '4821' },
  { kind: 'reason_asked', code: '4821' },
  { kind: 'call_noted', code: '4821' },
  { kind: 'already_accepted', code: '4821', at: '14:02' },
  { kind: 'already_declined', code: '4821', at: '14:02' },
  { kind: 'expired', code: '4821' },
  { kind: 'withdrawn', code: '4821' },
  { kind: 'placed_elsewhere', code: '4821' },
  { kind: 'no_bed', code: '4821' },
  { kind: 'refused', code: '4821' },
  { kind: 'wrong_code', code: '4821' },
  { kind: 'which', code: '4821' },
  { kind: 'not_allowed' },
  { kind: 'unreadable' },
  { kind: 'unknown_number' },
  { kind: 'locked' },
]

test('every answer can be sent, and fits into one SMS', () => {
  for (const one of ANSWERS) {
    const text = answerText(one, '032-123-4567')
    const bytes = eucKrBytes(text)
    assert.ok(bytes !== undefined && bytes <= SMS_BYTES, `${one.kind}: ${bytes} bytes: ${text}`)
    assert.ok((eucKrBytes(answerText(one, null)) ?? 999) <= SMS_BYTES, one.kind)
  }
  assert.ok((eucKrBytes(confirmText('123456')) ?? 999) <= SMS_BYTES)
})

test('every reason for a decline has a number', () => {
  assert.deepEqual(REASON_NUMBERS.map(({ reason }) => reason).sort(), [...DECLINE_REASONS].sort())
})

test('bytes are counted as carriers count them', () => {
  assert.equal(eucKrBytes('DURE'), 4)
  assert.equal(eucKrBytes('위중증'), 6)
  assert.equal(eucKrBytes('→'), 2)
  assert.equal(eucKrBytes('똠'), undefined, 'not among the 2,350 syllables every handset knows')
  assert.equal(eucKrBytes('😀'), undefined)
  assert.equal(fitForCarrier('가😀나'), '가?나')
})

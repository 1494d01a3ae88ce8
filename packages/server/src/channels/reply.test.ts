import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseReply } from './reply.ts'

const accept = { kind: 'answer', code: '4821', act: 'accept', reason: null } as const
const decline = { kind: 'answer', code: '4821', act: 'decline', reason: null } as const

test('spaces, full-width digits, hyphens and Korean words are understood', () => {
  for (const text of [
    '4821 1',
    ' 4821  1 ',
    '４８２１　１',
    '48211',
    '4821-1',
    '4821/1',
    '4821 1번',
    '4821, 1.',
    'DURE 4821 1',
    'dure 4821 수락',
    '4821 수락합니다',
    '4821 네',
    '4821 가능합니다',
    '4821 1 수락',
    '4821번 수락',
    '4821 OK',
  ])
    assert.deepEqual(parseReply(text), accept, text)
  for (const text of [
    '4821 2',
    '4821 거절',
    '4821 불가',
    '4821 수락 불가',
    '4821 수락불가능',
    '4821 아니오',
    '4821 안돼요',
    '4821 no',
  ])
    assert.deepEqual(parseReply(text), decline, text)
  for (const text of ['4821 3', '4821 전화', '4821 전화주세요', '4821 통화 부탁'.replace(' 부탁', '')])
    assert.deepEqual(parseReply(text), { ...accept, act: 'call' }, text)
})

test('a decline may carry its reason', () => {
  for (const text of ['4821 2 1', '482121', '4821 거절 1', '４８２１ ２ １', '4821 2-1'])
    assert.deepEqual(parseReply(text), { ...decline, reason: 'staff' }, text)
  assert.deepEqual(parseReply('4821 2 2'), { ...decline, reason: 'bed' })
})

test('a number alone is an answer to a question of ours, or not enough', () => {
  assert.deepEqual(parseReply('2'), { kind: 'bare', digit: 2, reason: 'bed' })
  assert.deepEqual(parseReply('수락'), { kind: 'bare', digit: 1, reason: 'staff' })
  assert.deepEqual(parseReply('4821'), { kind: 'code_only', code: '4821' })
})

test('what could mean two things is not guessed at', () => {
  for (const text of [
    '',
    '1 4821',
    '4821 1 2',
    '4821 수락 거절',
    '4821 4',
    '4821 2 9',
    '4821 3 1',
    '4821 1 4822 1',
    '48 21 1',
    '4821 1 환자 홍길동',
    '안녕하세요',
    '1'.repeat(200),
  ])
    assert.equal(parseReply(text).kind, 'unreadable', text)
})

test('a probe that comes back is known again', () => {
  const probe = '01HZZZZZZZZZZZZZZZZZZZZZZZ'
  assert.deepEqual(parseReply(`DURE PROBE ${probe}`), { kind: 'probe', probe })
})

test('no text makes a fault, and a yes is read only where a code and a yes are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 150 }), (text) => {
      const reply = parseReply(text)
      if (reply.kind === 'answer') assert.match(text.normalize('NFKC'), /\d{4}/)
    }),
  )
})

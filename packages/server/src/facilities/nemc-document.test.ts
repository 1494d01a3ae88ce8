import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DOCUMENT_LIMIT_BYTES, readNemcDocument } from './nemc-document.ts'
import { NEMC_PRESENT, nemcFile } from './nemc-table.testing.ts'

const read = (text: string) => readNemcDocument(new TextEncoder().encode(text))
const codeOf = (text: string) => {
  const document = read(text)
  return document.ok ? 'ok' : document.error.code
}
const answer = (items: string, count = 1) =>
  `<?xml version="1.0" encoding="UTF-8"?><response><header><resultCode>00</resultCode><resultMsg>NORMAL SERVICE.</resultMsg></header><body><items>${items}</items><numOfRows>100</numOfRows><pageNo>1</pageNo><totalCount>${count}</totalCount></body></response>`
const bed = (hpid: string, fields = '<hv24>1</hv24>') => `<item><hpid>${hpid}</hpid>${fields}</item>`

if (NEMC_PRESENT) {
  test('a truncated file is refused whole', () => {
    const document = readNemcDocument(nemcFile('getEmrrmRltmUsefulSckbdInfoInqire-28-truncated.xml'))
    assert.equal(document.ok ? 'ok' : document.error.code, 'not_well_formed')
  })
  test('error 30 is an error though HTTP says 200', () => {
    const document = readNemcDocument(nemcFile('error-30.xml'))
    assert(!document.ok)
    assert.equal(document.error.code, 'service_error')
    assert.equal(document.error.serviceCode, '30')
  })
} else console.log('2 cases not present (../shared absent)')

test('the gateway refuses a key in a document of its own shape', () => {
  const document = read(
    '<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg><returnAuthMsg>SERVICE_KEY_IS_NOT_REGISTERED_ERROR</returnAuthMsg><returnReasonCode>30</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>',
  )
  assert(!document.ok)
  assert.deepEqual(document.error, {
    code: 'gateway_error',
    detail: 'SERVICE_KEY_IS_NOT_REGISTERED_ERROR',
    serviceCode: '30',
  })
})

test('a document that declares a type or an entity is refused before it is parsed', () => {
  assert.equal(
    codeOf(`<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>${answer(bed('A1234567'))}`),
    'doctype_refused',
  )
  assert.equal(codeOf('<!doctype html><html></html>'), 'doctype_refused')
})

test('size, depth and encoding are limited', () => {
  const large = readNemcDocument(new Uint8Array(DOCUMENT_LIMIT_BYTES + 1))
  assert.equal(large.ok ? 'ok' : large.error.code, 'too_large')
  assert.equal(codeOf('<a>'.repeat(5_000) + '</a>'.repeat(5_000)), 'not_well_formed')
  const korean = readNemcDocument(new Uint8Array([0x3c, 0x61, 0x3e, 0xb0, 0xa1]))
  assert.equal(korean.ok ? 'ok' : korean.error.code, 'not_utf8')
})

test('one item is a list of one, and no item is a list of none', () => {
  const one = read(answer(bed('A1234567')))
  assert(one.ok)
  assert.equal(one.value.items.length, 1)
  assert.equal(one.value.operation, 'beds')
  const none = read(answer('', 0))
  assert(none.ok)
  assert.deepEqual([none.value.items.length, none.value.operation, none.value.totalCount], [0, undefined, 0])
})

test('an answer to another question, which carries neither free beds nor acceptance, is refused and not read as nothing entered', () => {
  const list = '<dutyAddr>인천광역시 남동구</dutyAddr><dutyName>두레병원</dutyName>'
  assert.equal(codeOf(answer(bed('A1234567', list) + bed('A7654321', list), 2)), 'operation_unknown')
  assert.equal(codeOf(answer(bed('A1234567', ''))), 'operation_unknown')
  assert.equal(codeOf(answer(bed('A1234567', list) + bed('A7654321'), 2)), 'ok')
})

test('an item without a usable hpid, given twice, or of the other operation is refused by number and the rest is read', () => {
  const document = read(
    answer(
      bed('A1234567') +
        bed('') +
        bed('x') +
        bed('A1234567') +
        bed('A7654321', '<MKioskTy1>Y</MKioskTy1>') +
        bed('B0000001'),
    ),
  )
  assert(document.ok)
  assert.deepEqual(
    document.value.refused.map(({ item, reason }) => [item, reason]),
    [
      [2, 'hpid_missing'],
      [3, 'hpid_malformed'],
      [4, 'hpid_twice'],
      [5, 'other_operation'],
    ],
  )
  assert.deepEqual(
    document.value.items.map(({ hpid }) => hpid),
    ['A1234567', 'B0000001'],
  )
})

test('a field given twice or with children is unreadable, not missing and not a value', () => {
  const document = read(answer(bed('A1234567', '<hv24>1</hv24><hv24>2</hv24><hv25><x>1</x></hv25>')))
  assert(document.ok)
  assert.deepEqual([...(document.value.items[0]?.unreadable ?? [])], ['hv24', 'hv25'])
})

test('anything cut off is refused, wherever it is cut', () => {
  const whole = answer(bed('A1234567') + bed('A7654321'), 2)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (end) =>
      assert.notEqual(codeOf(whole.slice(0, end)), 'ok'),
    ),
  )
})

test('no input makes the reader throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readNemcDocument(bytes)))
  const pieces = fc.constantFrom(
    '<response>',
    '</response>',
    '<header>',
    '</header>',
    '<body/>',
    '<items>',
    '<item>',
    '</item>',
    '&a;',
    '&#0;',
    '<![CDATA[',
    ']]>',
    '<!--',
    '__proto__',
    'x',
  )
  fc.assert(fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => void read(parts.join(''))))
})

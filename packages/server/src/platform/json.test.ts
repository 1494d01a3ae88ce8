import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapePointer, findUnsafe, isStorable, MAX_DEPTH, MAX_VALUES, parseJson } from './json.ts'

const parse = (text: string) => parseJson(Buffer.from(text))
const faultOf = (text: string) => {
  const parsed = parse(text)
  assert(!parsed.ok, text.slice(0, 60))
  return parsed.error
}

test('a document within the bounds is read as JSON reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
      const text = JSON.stringify(value)
      fc.pre(findUnsafe(JSON.parse(text)) === undefined)
      assert.deepEqual(parse(text), { ok: true, value: JSON.parse(text) })
    }),
  )
})

test('no bytes whatever make it throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof parseJson(bytes).ok === 'boolean'))
})

test('a document may be as deep as the limit, and no deeper', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  assert(parse(nested(MAX_DEPTH)).ok)
  assert.match(faultOf(nested(MAX_DEPTH + 1)).detail, /levels deep/)
  assert.match(faultOf('['.repeat(200_000)).detail, /levels deep/)
})

test('brackets inside a text are no levels', () => {
  assert(parse(JSON.stringify('[{'.repeat(500))).ok)
  assert(parse(JSON.stringify({ text: '\\"[[[['.repeat(50) })).ok)
})

test('a document may not be wider than the limit', () => {
  assert.match(faultOf(JSON.stringify(Array(MAX_VALUES + 1).fill(0))).detail, /values/)
})

test('a name that reaches for a prototype is refused where it stands', () => {
  assert.equal(faultOf('{"a":[{"__proto__":{"admin":true}}]}').pointer, '/a/0/__proto__')
  assert.equal(faultOf('{"constructor":{"prototype":{}}}').pointer, '/constructor')
})

test('text that the database cannot keep is refused where it stands', () => {
  assert.equal(faultOf('{"name":"a\\u0000b"}').pointer, '/name')
  assert.equal(faultOf('{"list":["ok","\\ud800"]}').pointer, '/list/1')
  assert.equal(isStorable('한글 🙂'), true)
})

test('what is not UTF-8 is refused', () => {
  assert.match(String(!parseJson(Buffer.from([0x22, 0xc3, 0x28, 0x22])).ok), /true/)
})

test('a step of a pointer is escaped and never long', () => {
  assert.equal(escapePointer('a/b~c'), 'a~1b~0c')
  assert(escapePointer('x'.repeat(1000)).length <= 60)
})

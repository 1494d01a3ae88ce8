import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { messageCutter } from './stream-reader.ts'

const TEXT = ': beat\n\nid: 7\nevent: op\ndata: {"a":1}\n\nid: 8\ndata: one\ndata: two\n\n'
const EXPECTED = [
  { event: 'op', data: '{"a":1}', id: '7' },
  { event: 'message', data: 'one\ntwo', id: '8' },
]

test('messages are the same in whatever pieces the bytes arrive', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: TEXT.length - 1 }), { maxLength: 10 }), (cuts) => {
      const cut = messageCutter()
      const edges = [0, ...[...cuts].sort((a, b) => a - b), TEXT.length]
      const found = edges.slice(1).flatMap((end, at) => cut(TEXT.slice(edges[at], end)))
      assert.deepEqual(found, EXPECTED)
    }),
  )
})

test('an unfinished message is not given out', () => {
  assert.deepEqual(messageCutter()('data: half\n'), [])
})

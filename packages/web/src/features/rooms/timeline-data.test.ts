import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CardView, MessageView, TimelineItem } from '@dure/contract'
import fc from 'fast-check'
import { type TimelineData, withMessage, withNewest, withOlder } from './timeline-data.ts'

const key = (n: number, id: string) => `${String(1_700_000_000_000 + n)}-0000-28~${id}`
const message = (n: number): MessageView => ({
  ...{ type: 'message', key: key(n, `m${n}`), id: `m${n}`, roomId: 'r', number: n, hlc: '', at: '', writtenAt: null },
  ...{ cell: '28', author: { id: 'a', name: 'A', place: null, guest: false }, body: { kind: 'text', text: `${n}` } },
  ...{ mentions: [], replyTo: null, retracted: null, ack: null },
})
const card = (n: number): CardView => ({
  ...{
    type: 'card',
    key: key(n, `c${n}`),
    id: `c${n}`,
    at: '',
    card: 'triage',
    event: 'triage',
    by: '',
    channel: 'web',
  },
  ...{ heardFrom: null, hospitalName: null, state: null, data: {} },
  acts: [{ act: 'confirm', endpoint: 'actOnRequest', id: 'x', version: 1, needs: [] }],
})
const page = (items: readonly TimelineItem[], more: boolean): TimelineData => ({ items, more })
const ids = (data: TimelineData) => data.items.map(({ id }) => id)

test('however pages and messages come in, everything stands once and in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }), (numbers) => {
      let data = page([message(1)], false)
      for (const n of numbers) data = withMessage(data, message(n))
      const wanted = [...new Set([1, ...numbers])].sort((a, b) => a - b).map((n) => `m${n}`)
      assert.deepEqual(ids(data), wanted)
    }),
  )
})

test('older talk that was loaded stays when the newest page is read again', () => {
  const loaded = withOlder(page([message(5), message(6)], true), page([message(3), message(4)], false))
  assert.deepEqual(ids(loaded), ['m3', 'm4', 'm5', 'm6'])
  const again = withNewest(loaded, page([message(6), message(7)], true))
  assert.deepEqual(ids(again), ['m3', 'm4', 'm5', 'm6', 'm7'])
  assert.equal(again.more, false)
})

test('talk that ran past leaves no hidden gap: only the newest page is shown then', () => {
  const again = withNewest(page([message(1), message(2)], false), page([message(50), message(51)], true))
  assert.deepEqual(ids(again), ['m50', 'm51'])
  assert.equal(again.more, true)
})

test('a card outside the page that was just read has no buttons', () => {
  const again = withNewest(page([card(1), message(6)], false), page([message(6), message(7)], true))
  const first = again.items[0]
  assert.ok(first?.type === 'card' && first.acts.length === 0)
})

test('a message that comes by itself does not forget that it was retracted', () => {
  const gone = { ...message(2), retracted: { at: 'now', by: 'A' } }
  const after = withMessage(page([gone], false), message(2)).items[0]
  assert.ok(after?.type === 'message' && after.retracted?.by === 'A')
})

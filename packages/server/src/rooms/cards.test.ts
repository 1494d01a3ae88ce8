import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints, CARD_KINDS, REQUEST_ACTS, type RequestView } from '@dure/contract'
import fc from 'fast-check'
import { cardsOf, EVENT_CARDS } from './cards.ts'

const view = (more: Partial<RequestView> = {}): RequestView =>
  ({
    id: 'request',
    code: '4821',
    sido: '28',
    state: 'offered',
    version: 7,
    createdBy: { name: '이의사', role: 'requester', hospitalName: null },
    offers: [],
    hold: null,
    allowed: [],
    ...more,
  }) as unknown as RequestView
const entry = (seq: number, kind: string, data: Record<string, unknown> = {}) => ({
  seq: String(seq),
  at: new Date(1_767_571_200_000 + seq * 1_000).toISOString(),
  kind,
  by: '누구',
  channel: 'web' as const,
  heardFrom: null,
  data,
})
const source = (more: Partial<RequestView>, entries: ReturnType<typeof entry>[], facilityId: string | null = null) => ({
  view: view(more),
  entries,
  facilityId,
  hospitalName: (id: string) => `병원 ${id}`,
})

test('every act a person may do stands on exactly one card, and no other act stands anywhere', () => {
  const kinds = Object.keys(EVENT_CARDS)
  fc.assert(
    fc.property(
      fc.subarray([...REQUEST_ACTS]),
      fc.array(fc.constantFrom(...kinds), { maxLength: 12 }),
      (allowed, events) => {
        const entries = [entry(0, 'created'), ...events.map((kind, at) => entry(at + 1, kind))]
        const acts = cardsOf(source({ allowed }, entries)).flatMap((card) => card.acts.map(({ act }) => act))
        assert.deepEqual(acts.sort(), [...allowed].sort())
      },
    ),
  )
})

test('every act of the request has a card for its event', () => {
  for (const act of REQUEST_ACTS) assert.ok(EVENT_CARDS[act] !== undefined, act)
  for (const card of Object.values(EVENT_CARDS)) assert.ok(card === null || CARD_KINDS.includes(card))
})

test('an act names the route that does it, with the version it was seen at and what has to be filled in', () => {
  const [card] = cardsOf(source({ allowed: ['declare_no_bed'] }, [entry(0, 'created')]))
  assert.deepEqual(card?.acts, [
    {
      act: 'declare_no_bed',
      endpoint: 'actOnRequest',
      id: 'request',
      version: 7,
      needs: ['interimPlan', 'retryInMinutes'],
    },
  ])
  assert.ok(Object.hasOwn(bedEndpoints, 'actOnRequest'))
})

test('an event nobody has a card for is a note, and one of no use to read is not there', () => {
  const cards = cardsOf(source({}, [entry(0, 'created'), entry(1, 'something_new'), entry(2, 'offer_see')]))
  assert.deepEqual(
    cards.map(({ card }) => card),
    ['request', 'note'],
  )
})

test('an open offer is answered by its own hospital only; the desk writes down what it heard', () => {
  const offers = [
    { id: 'o1', hospitalId: 'H-1', hospitalName: '일', state: 'sent', sentAt: '2026-01-05T00:00:01.000Z' },
    { id: 'o2', hospitalId: 'H-2', hospitalName: '이', state: 'declined', sentAt: '2026-01-05T00:00:01.000Z' },
  ] as unknown as RequestView['offers']
  const own = cardsOf(source({ offers, allowed: ['answer_offer'] }, [], 'H-1'))
  assert.deepEqual(
    own.map(({ acts }) => acts.map(({ act }) => act)),
    [['acknowledge', 'accept', 'accept_with_conditions', 'decline'], []],
  )
  const other = cardsOf(source({ offers, allowed: ['answer_offer'] }, [], 'H-2'))
  assert.deepEqual(
    other.flatMap(({ acts }) => acts),
    [],
  )
  const desk = cardsOf(source({ offers, allowed: ['send_offers'] }, []))
  const decline = desk[0]?.acts.find(({ act }) => act === 'decline')
  assert.deepEqual(decline?.needs, ['reason', 'channel', 'heardFrom'])
})

test('a request that was made and sent is one card; one that is only made is one too', () => {
  const requestCards = (entries: ReturnType<typeof entry>[]) =>
    cardsOf(source({}, entries)).flatMap(({ card, event }) => (card === 'request' ? [event] : []))
  assert.deepEqual(requestCards([entry(0, 'created'), entry(1, 'submit'), entry(2, 'triage')]), ['submit'])
  assert.deepEqual(requestCards([entry(0, 'created')]), ['created'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { auditBody, readAuditPlace, writeAuditPlace } from './audit.ts'
import { LONGEST_PAUSE_MS, pauseMs } from './backoff.ts'
import { CONTACT_LASTS_MS, type Contact, cutSince, linkState, RELAYED_LASTS_MS } from './cell-states.ts'
import { makeContacts } from './contact.ts'
import { makeRecovery } from './recovery.ts'
import { isRelayFor, RELAYS, TURN_MS } from './relays.ts'

test('pauses double up to a longest one, and no two cells wait alike', () => {
  fc.assert(
    fc.property(fc.nat({ max: 60 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const ms = pauseMs(failures, chance)
      assert(ms >= 0 && ms <= LONGEST_PAUSE_MS)
    }),
  )
  assert.equal(pauseMs(0, 0.5), 0)
  assert(pauseMs(3, 0) < pauseMs(3, 1))
})

test('a silent cell’s log is asked of a few at a time, and of everybody in turn', () => {
  const peers = Array.from({ length: 16 }, (_, index) => String(index + 11))
  const asked = (nowMs: number) => peers.filter((peer) => isRelayFor(peer, '99', peers, nowMs))
  const all = new Set<string>()
  for (let turn = 0; turn < 16; turn += 1) {
    const now = asked(turn * TURN_MS)
    assert.equal(now.length, RELAYS)
    for (const peer of now) all.add(peer)
  }
  assert.deepEqual([...all].sort(), peers)
  assert.equal(isRelayFor('11', '99', ['11'], 0), true)
  assert.equal(isRelayFor('99', '99', ['11', '99'], 0), false)
})

test('a restored cell goes on when every neighbour told it, or was tried in vain, and at least one told', () => {
  const recovery = makeRecovery()
  assert.equal(recovery.isDone(['11', '41']), false)
  recovery.heard('11')
  assert.equal(recovery.isDone(['11', '41']), false)
  recovery.unreachable('41')
  assert.equal(recovery.isDone(['11', '41']), false)
  recovery.unreachable('41')
  assert.equal(recovery.isDone(['11', '41']), true)
  recovery.reset()
  for (const peer of ['11', '41', '11', '41']) recovery.unreachable(peer)
  assert.equal(recovery.isDone(['11', '41']), false)
})

const NOW = new Date('2026-01-01T12:00:00Z')
const ago = (ms: number) => new Date(NOW.getTime() - ms)
const contact = (change: Partial<Contact>): Contact => ({
  cell: '28',
  directAt: null,
  failingSince: null,
  knownAsOf: null,
  relayedBy: null,
  stoppedAt: null,
  ...change,
})

test('a cell is connected, known through another, cut, or was never heard', () => {
  const since = ago(60_000)
  const relay = contact({ cell: '11', directAt: ago(1_000) })
  const state = (change: Partial<Contact>, via: Contact | undefined = relay) => linkState(contact(change), via, NOW)
  assert.equal(state({ directAt: ago(1_000) }), 'connected')
  assert.equal(state({ directAt: ago(CONTACT_LASTS_MS + 1) }), 'cut')
  assert.equal(state({ directAt: since, failingSince: since }), 'cut')
  const relayed = { directAt: since, failingSince: since, knownAsOf: ago(500), relayedBy: '11' }
  assert.equal(state(relayed), 'relayed')
  assert.equal(state({ ...relayed, knownAsOf: ago(RELAYED_LASTS_MS + 1) }), 'cut')
  assert.equal(state({}), 'never')
  assert.equal(state({ directAt: ago(1), stoppedAt: since }), 'stopped')
  assert.deepEqual(cutSince(contact({ directAt: since, failingSince: since }), NOW), since)
  assert.equal(cutSince(contact({ directAt: ago(1_000) }), NOW), null)
})

test('who is cut from everybody hears nothing through a neighbour: a relay’s word ends with the link to it', () => {
  const relayed = contact({ directAt: ago(60_000), failingSince: ago(60_000), knownAsOf: ago(500), relayedBy: '11' })
  const relay = contact({ cell: '11', directAt: ago(700) })
  assert.equal(linkState(relayed, relay, NOW), 'relayed')
  assert.equal(linkState(relayed, { ...relay, failingSince: ago(1) }, NOW), 'cut')
  assert.equal(linkState(relayed, { ...relay, directAt: ago(CONTACT_LASTS_MS + 1) }, NOW), 'cut')
  assert.equal(linkState(relayed, undefined, NOW), 'cut')
})

test('how old a relay’s word is does not depend on how its clock goes', () => {
  fc.assert(
    fc.property(fc.integer({ min: -90_000, max: 90_000 }), fc.nat({ max: 60_000 }), (aheadMs, ageMs) => {
      const contacts = makeContacts(0)
      const theirs = (at: Date) => new Date(at.getTime() + aheadMs)
      contacts.clock('11', theirs(NOW), NOW)
      contacts.relayed('28', '11', theirs(ago(ageMs)), NOW)
      assert.deepEqual(contacts.asOf('28'), ago(ageMs))
      // The same word again makes it no younger.
      contacts.relayed('28', '11', theirs(ago(ageMs)), new Date(NOW.getTime() + 5_000))
      assert.deepEqual(contacts.asOf('28'), ago(ageMs))
    }),
  )
})

test('two cells that have each other’s word of a silent one make it no younger, however long their answers are under way', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 2, max: 900 }), { minLength: 8, maxLength: 40 }), (underWay) => {
      const [one, other] = [makeContacts(0), makeContacts(0)]
      const seconds = (s: number, ms = 0) => new Date(NOW.getTime() + s * 1_000 + ms)
      // An answer that came nearly at once is among those by which the clock is judged.
      for (const each of [one, other]) each.clock('11', NOW, seconds(0, 2))
      one.relayed('28', '11', NOW, seconds(0, 2))
      const first = one.asOf('28')
      assert(first !== null)
      underWay.slice(0, 7).forEach((ms, at) => {
        const [from, to] = at % 2 === 0 ? [one, other] : [other, one]
        to.clock('11', seconds(at), seconds(at, ms))
        to.relayed('28', '11', from.asOf('28') ?? NOW, seconds(at, ms))
      })
      for (const each of [one, other]) assert((each.asOf('28')?.getTime() ?? 0) - first.getTime() <= 2 * 7)
    }),
  )
})

test('a place in the record is read as it was written, and nothing else is', () => {
  const place = { at: '2026-01-01T00:00:00.000Z', origin: '28', seq: 12 }
  assert.deepEqual(readAuditPlace(writeAuditPlace(place)), { ok: true, value: place })
  fc.assert(fc.property(fc.string(), (raw) => void readAuditPlace(raw)))
  assert.equal(readAuditPlace('x').ok, false)
})

test('the audit shows for whom something is sealed and never who a patient is', () => {
  const body = { askId: 'A', sealed: 'xyz', patient: { name: '홍길동', age: 3, list: [{ phone: '010' }] } }
  assert.deepEqual(
    auditBody(body, () => ['11']),
    { askId: 'A', sealed: { for: ['11'] }, patient: { name: '—', age: 3, list: [{ phone: '—' }] } },
  )
})

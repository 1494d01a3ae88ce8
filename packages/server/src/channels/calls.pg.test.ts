import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints as b } from '@dure/contract'
import { must, refusedAs, world } from '../testing/bed-world.ts'

test('whatever is typed of a call says who said it: offers, requests, beds that are still as shown', async () => {
  await using w = await world({ hospitals: 1, slots: 2 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const request = await w.matching()
  const body = { version: request.version, hospitalIds: [hospital.id] }
  const offered = must(await w.desk.call(b.sendOffers, { params: { id: request.id }, body }))
  const phone = { channel: 'phone' } as const
  const heard = { ...phone, heardFrom: '병상담당 김' }

  const offer = { id: offered.offers[0]?.id ?? '' }
  const accept = { act: { event: 'accept' } } as const
  for (const person of [w.desk, hospital.desk]) {
    const unsaid = await person.call(b.actOnOffer, { params: offer, body: { ...accept, ...phone } })
    assert.equal(refusedAs(unsaid), 'invalid-input')
  }
  const params = { id: hospital.id }
  assert.equal(refusedAs(await w.desk.call(b.stillTrue, { params, body: phone })), 'invalid-input')
  assert.equal(must(await w.desk.call(b.stillTrue, { params, body: heard })).confirmed, 2)

  must(await w.desk.call(b.actOnOffer, { params: offer, body: { ...accept, ...heard } }))
  const held = must(await w.desk.call(b.getRequest, { params: { id: request.code } }))
  assert.equal(held.state, 'held', 'the code is enough to find it')
  const act = { act: { event: 'confirm' }, version: held.version } as const
  const unsaid = await w.desk.call(b.actOnRequest, { params: { id: held.id }, body: { ...act, ...phone } })
  assert.equal(refusedAs(unsaid), 'invalid-input')
  must(await w.desk.call(b.actOnRequest, { params: { id: held.id }, body: { ...act, ...heard } }))
  const { entries } = must(await w.desk.call(b.timeline, { params: { id: held.id } }))
  for (const kind of ['offer_accept', 'confirm']) {
    const entry = entries.find((one) => one.kind === kind)
    assert.equal(entry?.channel, 'phone', kind)
    assert.equal(entry?.heardFrom, '병상담당 김', kind)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints as e, type HoldView, type RequestAct, type RequestView } from '@dure/contract'
import { must, refusedAs, type World, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'

const act = async (person: TestPerson, request: RequestView, what: RequestAct): Promise<RequestView> =>
  must(await person.call(e.actOnRequest, { params: { id: request.id }, body: { act: what, version: request.version } }))

const see = async (person: TestPerson, id: string): Promise<RequestView> =>
  must(await person.call(e.getRequest, { params: { id } }))

const story = { pathogen: 'covid19', needs: ['trauma', 'thoracic_surgery'] } as const

const ask = async (w: World, request: RequestView, hospitalIds?: string[]): Promise<RequestView> =>
  must(
    await w.desk.call(e.sendOffers, {
      params: { id: request.id },
      body: { version: request.version, ...(hospitalIds === undefined ? {} : { hospitalIds }) },
    }),
  )

test('a severe chest injury with COVID is asked for, offered, accepted, held, brought and admitted', async () => {
  await using w = await world({ hospitals: 3, slots: 1 })
  const request = await w.matching({ ...story, needs: [...story.needs] })
  const offered = await ask(w, request)
  assert.equal(offered.state, 'offered')
  assert.equal(offered.offers.length, 3, 'severe: three hospitals are asked at once')

  const [first, second] = w.hospitals
  assert.ok(first && second)
  const mine = offered.offers.find((offer) => offer.hospitalId === first.id)
  assert.ok(mine)
  const asAsked = await see(first.desk, request.id)
  assert.equal(asAsked.details.ageYears, undefined, 'an asked hospital sees the age band only')
  assert.equal(asAsked.patient.ageBand, '50-59')

  const accepted = must(
    await first.desk.call(e.actOnOffer, { params: { id: mine.id }, body: { act: { event: 'accept' } } }),
  )
  assert.equal(accepted.hold?.state, 'granted')
  let now = await see(w.requester, request.id)
  assert.equal(now.state, 'held')
  assert.deepEqual(
    now.offers.map((offer) => offer.state).sort(),
    ['accepted', 'withdrawn', 'withdrawn'],
    'the others are withdrawn',
  )
  const late = offered.offers.find((offer) => offer.hospitalId === second.id)
  assert.ok(late)
  const tooLate = await second.desk.call(e.actOnOffer, { params: { id: late.id }, body: { act: { event: 'accept' } } })
  assert.equal(refusedAs(tooLate), 'already-placed')

  now = await act(w.requester, now, { event: 'confirm' })
  now = await act(w.requester, now, { event: 'arrange_transport', transport: 'ambulance_119', etaMinutes: 10 })
  now = await act(w.transport, now, { event: 'depart' })
  now = await act(first.desk, now, { event: 'arrive' })
  now = await act(first.desk, now, { event: 'admit' })
  assert.equal(now.state, 'admitted')
  const [slot] = must(await first.desk.call(e.listSlots, { params: { id: first.id } })).slots
  assert.equal(slot?.state, 'occupied')
  assert.equal(slot?.requestCode, now.code)
  const { entries } = must(await w.desk.call(e.timeline, { params: { id: request.id } }))
  for (const kind of ['created', 'submit', 'triage', 'offer_sent', 'offer_accept', 'hold_granted', 'confirm', 'admit'])
    assert.ok(
      entries.some((entry) => entry.kind === kind),
      `${kind} is in the timeline`,
    )
})

test('a second patient cannot get that bed', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const one = await ask(w, await w.matching())
  const other = await ask(w, await w.matching())
  const accept = (request: RequestView, slotId?: string) =>
    hospital.desk.call(e.actOnOffer, {
      params: { id: request.offers[0]?.id ?? '' },
      body: { act: { event: 'accept', ...(slotId === undefined ? {} : { slotId }) } },
    })
  must(await accept(one))
  assert.equal(refusedAs(await accept(other)), 'slot-taken')
  assert.equal(refusedAs(await accept(other, hospital.slotIds[0])), 'slot-taken')
  const third = await w.matching()
  const none = await w.desk.call(e.sendOffers, { params: { id: third.id }, body: { version: third.version } })
  assert.equal(refusedAs(none), 'no-candidate')
  const { whyNot } = must(await w.desk.call(e.listCandidates, { params: { id: third.id }, query: {} }))
  assert.deepEqual(whyNot.find((one) => one.hospitalId === hospital.id)?.reasons, ['not-free'])
})

test('of every hospital it is said in which place it stands or why not, also when it is asked for by name', async () => {
  await using w = await world({ hospitals: 6, slots: 1 })
  await w.test.cell.deps.db.sql(`update beds.slot set state = 'closed' where hospital_id in ('H-005', 'H-006')`)
  const request = await w.matching()
  const candidates = async (query: { limit?: number; whyNot?: number; hospital?: string }) =>
    must(await w.desk.call(e.listCandidates, { params: { id: request.id }, query }))
  const all = await candidates({ limit: 100, whyNot: 5_000 })
  const said = [...all.candidates, ...all.whyNot].map(({ hospitalId }) => hospitalId)
  assert.deepEqual(said.sort(), [w.originId, ...w.hospitals.map(({ id }) => id)].sort())
  assert.deepEqual([all.candidatesTotal, all.whyNotTotal], [4, 3])
  const few = await candidates({ limit: 1, whyNot: 1 })
  assert.deepEqual([few.candidates.length, few.whyNot.length], [1, 1])
  assert.deepEqual([few.candidatesTotal, few.whyNotTotal], [4, 3])
  const last = all.candidates.at(-1)
  assert.ok(last)
  const named = await candidates({ limit: 1, whyNot: 1, hospital: last.hospitalName.toLowerCase() })
  assert.deepEqual(
    named.candidates.map(({ hospitalId, rank }) => [hospitalId, rank]),
    [[last.hospitalId, 4]],
  )
  assert.equal(named.whyNotTotal, 0)
  const closed = await candidates({ hospital: 'H-006' })
  assert.deepEqual(
    closed.whyNot.map(({ hospitalId }) => hospitalId),
    ['H-006'],
  )
  assert.equal((await candidates({ hospital: '없는 병원' })).whyNotTotal, 0)
})

test('a patient who arrives without anybody having tapped the transport is let in', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const offered = await ask(w, await w.matching())
  must(
    await hospital.desk.call(e.actOnOffer, {
      params: { id: offered.offers[0]?.id ?? '' },
      body: { act: { event: 'accept' } },
    }),
  )
  const confirmed = await act(w.requester, await see(w.requester, offered.id), { event: 'confirm' })
  assert.ok((await see(hospital.desk, offered.id)).allowed.includes('arrive'))
  const arrived = await act(hospital.desk, confirmed, { event: 'arrive' })
  assert.equal((await act(hospital.desk, arrived, { event: 'admit' })).state, 'admitted')
})

test('the figures of a region count its own requests and beds, not those of one it stands in for', async () => {
  await using w = await world({ hospitals: 1, slots: 2 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const offered = await ask(w, await w.matching())
  const [offer] = offered.offers
  assert.ok(offer)
  must(
    await hospital.desk.call(e.actOnOffer, {
      params: { id: offer.id },
      body: { act: { event: 'decline', reason: 'staff' } },
    }),
  )
  const figures = async () => must(await w.desk.call(e.figures, { query: { hours: 24 } }))
  assert.deepEqual((await figures()).declines, [{ reason: 'staff', count: 1 }])
  await w.test.cell.deps.db.tx(async (tx) => {
    await tx.sql(`select set_config('dure.telling', 'silent', true)`)
    await tx.sql(`update beds.request set sido = '11' where id = $1`, [offered.id])
  })
  const own = await figures()
  assert.deepEqual([own.declines, own.offers.sent, own.offers.declined], [[], 0, 0])
})

test('silence is an answer: the next hospital is asked when the time is over, and the last silence is told', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const request = await w.matching()
  const moderate = await act(w.desk, request, { event: 'triage', severity: 'moderate', urgency: 'within_4h' })
  const offered = await ask(w, moderate)
  assert.equal(offered.offers.length, 1, 'one after another')
  w.test.clock.advance(20 * 60_000)
  await w.settle()
  const next = await see(w.desk, request.id)
  assert.deepEqual(
    next.offers.map((offer) => offer.state),
    ['expired', 'sent'],
  )
  w.test.clock.advance(20 * 60_000)
  await w.settle()
  const over = await see(w.desk, request.id)
  assert.equal(over.state, 'matching')
  const { entries } = must(await w.desk.call(e.timeline, { params: { id: request.id } }))
  assert.equal(entries.at(-1)?.data.suggested, 'declare_no_bed')
})

test('a hold that nobody confirms frees the bed and sends the patient back to the search with the place in the queue', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const request = await ask(w, await w.matching())
  const accept = { params: { id: request.offers[0]?.id ?? '' }, body: { act: { event: 'accept' } } } as const
  const { hold } = must(await hospital.desk.call(e.actOnOffer, accept))
  assert.ok(hold)
  for (const left of [1, 0]) {
    const extended: HoldView = must(await w.desk.call(e.extendHold, { params: { id: hold.id } }))
    assert.equal(extended.extensionsLeft, left)
  }
  assert.equal(refusedAs(await w.desk.call(e.extendHold, { params: { id: hold.id } })), 'wrong-state')
  w.test.clock.advance(89 * 60_000)
  await w.settle()
  assert.equal((await see(w.desk, request.id)).state, 'held')
  w.test.clock.advance(60_000)
  await w.settle()
  const back = await see(w.desk, request.id)
  assert.notEqual(back.state, 'held')
  assert.equal(back.hold, null)
  assert.equal(back.waitingSince, request.waitingSince)
  const [slot] = must(await hospital.desk.call(e.listSlots, { params: { id: hospital.id } })).slots
  assert.equal(slot?.state, 'available')
})

test('what a hospital says on the phone is written down with its name, and only so', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const request = await ask(w, await w.matching())
  const id = request.offers[0]?.id ?? ''
  const silent = await w.desk.call(e.actOnOffer, { params: { id }, body: { act: { event: 'accept' } } })
  assert.equal(refusedAs(silent), 'invalid-input')
  const heard = { act: { event: 'accept' }, channel: 'phone', heardFrom: '병상 담당 김' } as const
  const { offer } = must(await w.desk.call(e.actOnOffer, { params: { id }, body: heard }))
  assert.equal(offer.channel, 'phone')
  assert.equal(offer.heardFrom, '병상 담당 김')
})

test('no bed is said with a plan, tried again by itself, and asks the next level after that', async () => {
  await using w = await world({ hospitals: 1, slots: 0 })
  const request = await w.matching()
  const none = await act(w.desk, request, {
    event: 'declare_no_bed',
    interimPlan: '응급실에서 고유량 산소',
    retryInMinutes: 5,
  })
  assert.equal(none.state, 'no_bed')
  assert.ok(none.noBed)
  const seen = new Set<string>()
  for (let round = 0; round < 6; round += 1) {
    w.test.clock.advance(5 * 60_000)
    await w.settle()
    const view = await see(w.desk, request.id)
    seen.add(view.level)
    assert.equal(view.state, 'no_bed', 'without a candidate it is said again')
  }
  assert.deepEqual([...seen], ['region', 'neighbours', 'national'].slice(0, seen.size))
  assert.ok(seen.size >= 2)
})

test('a hospital that says our figure is wrong is not placed upon until somebody says its beds anew', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const request = await ask(w, await w.matching())
  const decline = { act: { event: 'decline', reason: 'data_wrong', note: '이미 찼음' } } as const
  must(await hospital.desk.call(e.actOnOffer, { params: { id: request.offers[0]?.id ?? '' }, body: decline }))
  const other = await w.matching()
  const before = must(await w.desk.call(e.listCandidates, { params: { id: other.id }, query: {} }))
  assert.deepEqual(before.whyNot.find((one) => one.hospitalId === hospital.id)?.reasons, ['data-too-old'])
  const call = { channel: 'phone', heardFrom: '수간호사' } as const
  must(await w.desk.call(e.stillTrue, { params: { id: hospital.id }, body: call }))
  const after = must(await w.desk.call(e.listCandidates, { params: { id: other.id }, query: {} }))
  assert.equal(after.candidates[0]?.hospitalId, hospital.id)
})

test('a held bed that breaks loses its hold, and the patient is searched for again', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const request = await ask(w, await w.matching(), [hospital.id])
  must(
    await hospital.desk.call(e.actOnOffer, {
      params: { id: request.offers[0]?.id ?? '' },
      body: { act: { event: 'accept' } },
    }),
  )
  const [slot] = must(await hospital.desk.call(e.listSlots, { params: { id: hospital.id } })).slots
  assert.ok(slot)
  const block = { change: 'block', reason: 'maintenance', version: slot.version } as const
  must(await hospital.desk.call(e.changeSlot, { params: { id: slot.id }, body: block }))
  await w.settle()
  const after = await see(w.desk, request.id)
  assert.equal(after.hold, null)
  assert.equal(after.state, 'offered', 'the other hospital is asked by itself')
  assert.equal(after.offers.at(-1)?.hospitalId, w.hospitals[1]?.id)
})

test('a designation in war mode stands when its time is over', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  must(await w.desk.call(e.setMode, { body: { mode: 'war', why: '대응 단계 격상' } }))
  const request = await ask(w, await w.matching())
  assert.equal(request.offers[0]?.designated, true)
  w.test.clock.advance(5 * 60_000)
  await w.settle()
  assert.equal((await see(w.desk, request.id)).state, 'held')
})

test('the same patient asked for twice is found by a keyed hash and can be merged', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const one = await w.matching()
  const two = await w.matching()
  const identity = { name: '홍길동', birthDate: '1968-03-02', residentNumber: '680302-1234567' }
  must(await w.requester.call(e.setIdentity, { params: { id: one.id }, body: identity }))
  const { sameAs } = must(
    await w.requester.call(e.setIdentity, {
      params: { id: two.id },
      body: { ...identity, residentNumber: '6803021234567' },
    }),
  )
  assert.deepEqual(sameAs, [one.id])
  const merged = await act(w.desk, await see(w.desk, two.id), { event: 'merge', into: one.id })
  assert.equal(merged.state, 'merged')
  assert.equal(merged.mergedInto, one.id)
})

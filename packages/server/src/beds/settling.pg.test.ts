import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints as e, facilityEndpoints, type InputOf, type RequestView } from '@dure/contract'
import { hospitalId, must, ORIGIN_ID, refusedAs, type World, world } from '../testing/bed-world.ts'
import type { Beds } from './beds.service.ts'
import { eraseIdentities, IDENTITY_KEPT_DAYS } from './erasure.service.ts'
import { alone } from './standing.ts'

const HOUR_MS = 3_600_000
const H1 = hospitalId(0)
const H2 = hospitalId(1)

type Statement = InputOf<typeof facilityEndpoints.stateHospital>['body']['statement']
const say = async (w: World, at: number, statement: Statement) => {
  const hospital = w.hospitals[at]
  assert(hospital)
  const input = { params: { id: hospital.id }, body: { statement } }
  return must(await hospital.desk.call(facilityEndpoints.stateHospital, input))
}
/** Shorter than any mark of a waiting request, whose timers would ask by themselves. */
const SOON_MS = 3 * 60_000
const soon = (w: World) => new Date(w.test.clock.now().getTime() + SOON_MS).toISOString()
const candidatesOf = async (w: World, { id }: RequestView) =>
  must(await w.desk.call(e.listCandidates, { params: { id }, query: {} }))
const order = async (w: World, request: RequestView) =>
  (await candidatesOf(w, request)).candidates.map(({ hospitalId: id }) => id)
const whyNot = async (w: World, request: RequestView, id: string) =>
  (await candidatesOf(w, request)).whyNot.find((one) => one.hospitalId === id)?.reasons

test('a hospital that takes nobody is no candidate, from its word until its end', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const request = await w.matching()
  assert.deepEqual((await order(w, request)).toSorted(), [H1, H2])
  await say(w, 0, { say: 'stop', reason: 'staff', until: soon(w) })
  assert.deepEqual(await order(w, request), [H2])
  assert.deepEqual(await whyNot(w, request, H1), ['hospital-diverted'])
  w.test.clock.advance(SOON_MS)
  await w.settle()
  assert.deepEqual((await order(w, request)).toSorted(), [H1, H2])
  await say(w, 0, { say: 'stop', bedClasses: ['CRITICAL'], reason: 'beds' })
  assert.deepEqual(await whyNot(w, request, H1), ['class-diverted'])
  await say(w, 0, { say: 'resume' })
  assert.deepEqual((await order(w, request)).toSorted(), [H1, H2])
  await say(w, 0, { say: 'stop', bedClasses: ['DELIVERY'], reason: 'equipment' })
  assert.deepEqual((await order(w, request)).toSorted(), [H1, H2])
})

test('no thoracic surgery tonight until 06:00, and then what other sources say', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const request = await w.matching({ needs: ['thoracic_surgery'] })
  await say(w, 0, { say: 'capability', code: 'thoracic_surgery', answer: 'no', until: soon(w) })
  assert.deepEqual(await order(w, request), [H2])
  assert.deepEqual(await whyNot(w, request, H1), ['capability-missing', 'missing:thoracic_surgery'])
  w.test.clock.advance(SOON_MS)
  await w.settle()
  assert.deepEqual((await order(w, request)).toSorted(), [H1, H2])
  await say(w, 0, { say: 'capability', code: 'thoracic_surgery', answer: 'unknown' })
  const unsure = (await candidatesOf(w, request)).candidates.find((one) => one.hospitalId === H1)
  assert.deepEqual(unsure?.askFirst, ['capability-unknown', 'unknown:thoracic_surgery'])
})

test('whoever waits for an answer of a hospital that stops is warned, and the hospital may still answer', async () => {
  await using w = await world({ hospitals: 1, slots: 2 })
  const request = await w.matching({ needs: ['thoracic_surgery'] })
  const [hospital] = w.hospitals
  assert(hospital)
  const asked = must(
    await w.desk.call(e.sendOffers, { params: { id: request.id }, body: { version: request.version } }),
  )
  assert.deepEqual(
    asked.offers.map(({ warnings }) => warnings),
    [[]],
  )
  await say(w, 0, { say: 'stop', reason: 'crowded_er' })
  await say(w, 0, { say: 'capability', code: 'eq_ct', answer: 'no' })
  await say(w, 0, { say: 'capability', code: 'thoracic_surgery', answer: 'no' })
  const view = must(await w.desk.call(e.getRequest, { params: { id: request.id } }))
  const warnings = ['hospital-diverted', 'capability-missing', 'missing:thoracic_surgery']
  assert.deepEqual(
    view.offers.map((offer) => offer.warnings),
    [warnings],
  )
  const mine = must(await hospital.desk.call(e.listOffers, { query: {} }))
  assert.deepEqual(
    mine.offers.map((offer) => offer.warnings),
    [warnings],
  )
  const { entries } = must(await w.desk.call(e.timeline, { params: { id: request.id } }))
  assert.deepEqual(
    entries.filter(({ kind }) => kind === 'hospital_warned').map(({ data }) => data.warning),
    ['hospital-diverted', 'capability-missing'],
  )
  const accept = { params: { id: asked.offers[0]?.id ?? '' }, body: { act: { event: 'accept' } } } as const
  assert.ok(must(await hospital.desk.call(e.actOnOffer, accept)).hold)
  // Promised: nothing is taken back, but who relies on it hears of it.
  await say(w, 0, { say: 'resume' })
  await say(w, 0, { say: 'stop', reason: 'building' })
  const after = must(await w.desk.call(e.timeline, { params: { id: request.id } }))
  assert.equal(after.entries.findLast(({ kind }) => kind === 'hospital_warned')?.data.held, true)
  assert.equal(must(await w.desk.call(e.getRequest, { params: { id: request.id } })).state, 'held')
})

test('a call about this patient makes an old report good and settles what was to be asked, for this patient alone', async () => {
  await using w = await world({ hospitals: 1, slots: 1, capabilities: ['eq_ventilator', 'hfnc'] })
  w.test.clock.advance(3 * HOUR_MS)
  const request = await w.matching({ needs: ['thoracic_surgery'] })
  const other = await w.matching({ needs: ['thoracic_surgery'] })
  assert.deepEqual(await whyNot(w, request, H1), ['data-too-old'])
  const settle = (body: object, person = w.desk) =>
    person.call(e.settleByPhone, {
      params: { id: request.id },
      body: { hospitalId: H1, heardFrom: '수간호사 한', ...body },
    })
  assert.equal(refusedAs(await settle({})), 'invalid-input')
  assert.equal(refusedAs(await settle({ bed: true }, w.hospitals[0]?.desk ?? w.desk)), 'not-allowed')
  assert.equal(refusedAs(await settle({ bed: true, hospitalId: 'H-NONE' })), 'invalid-input')
  must(await settle({ bed: true }))
  const [old] = (await candidatesOf(w, request)).candidates
  assert.deepEqual(old?.askFirst, ['capability-unknown', 'unknown:thoracic_surgery'])
  must(await settle({ needs: [{ need: 'thoracic_surgery', answer: 'yes' }] }))
  const [settled] = (await candidatesOf(w, request)).candidates
  assert.deepEqual(settled?.askFirst, [])
  assert.deepEqual(
    settled?.settled.map(({ what, answer, heardFrom, by }) => [what, answer, heardFrom, by]),
    [
      ['bed', 'yes', '수간호사 한', '배정반 박'],
      ['need:thoracic_surgery', 'yes', '수간호사 한', '배정반 박'],
    ],
  )
  assert.deepEqual(await whyNot(w, other, H1), ['data-too-old'])
  const { version } = must(await w.desk.call(e.getRequest, { params: { id: request.id } }))
  const asked = must(await w.desk.call(e.sendOffers, { params: { id: request.id }, body: { version } }))
  assert.deepEqual(
    asked.offers.map((offer) => offer.hospitalId),
    [H1],
  )
  must(await settle({ needs: [{ need: 'thoracic_surgery', answer: 'no' }] }))
  assert.ok((await whyNot(w, request, H1))?.includes('capability-missing'))
})

test('a call counts as long as a report would, and figures confirmed by phone say who confirmed them', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  w.test.clock.advance(3 * HOUR_MS)
  const request = await w.matching()
  const bed = { hospitalId: H1, bed: true, heardFrom: '원무과 최' } as const
  must(await w.desk.call(e.settleByPhone, { params: { id: request.id }, body: bed }))
  assert.deepEqual(await order(w, request), [H1])
  w.test.clock.advance(2 * HOUR_MS + 60_000)
  assert.deepEqual(await whyNot(w, request, H1), ['data-too-old'])
  const still = { channel: 'phone', heardFrom: '원무과 최' } as const
  must(await w.desk.call(e.stillTrue, { params: { id: H1 }, body: still }))
  const [fresh] = (await candidatesOf(w, request)).candidates
  assert.deepEqual([fresh?.freshness, fresh?.askFirst], ['fresh', []])
  assert.deepEqual(
    fresh?.settled.map(({ what, heardFrom }) => [what, heardFrom]),
    [['figures', '원무과 최']],
  )
})

test('of equals the patient’s own unit comes first, and the others do not learn which it is', async () => {
  await using w = await world({ hospitals: 3, slots: 1 })
  const [first, , third] = w.hospitals
  assert(first && third)
  for (const own of [H1, H2, hospitalId(2)]) {
    const request = await w.matching({ continuityHospitalId: own })
    assert.equal((await order(w, request))[0], own)
    assert.equal(request.continuityHospitalName, `시험 ${own} 병원`)
  }
  const request = await w.matching({ continuityHospitalId: first.id })
  must(await w.desk.call(e.sendOffers, { params: { id: request.id }, body: { version: request.version } }))
  const seen = must(await third.desk.call(e.getRequest, { params: { id: request.id } }))
  assert.deepEqual([seen.details.continuityHospitalId, seen.continuityHospitalName], [undefined, null])
  const mine = must(await first.desk.call(e.getRequest, { params: { id: request.id } }))
  assert.equal(mine.details.continuityHospitalId, first.id)
  const wrong = {
    params: { id: request.id },
    body: { version: request.version, details: { continuityHospitalId: 'H-NONE' } },
  }
  const refused = await w.requester.call(e.editRequest, wrong)
  assert.equal(refusedAs(refused), 'conflict')
})

/** From the question to the bed. */
const admit = async (w: World): Promise<RequestView> => {
  const request = await w.matching()
  const [hospital] = w.hospitals
  assert(hospital)
  const identity = { name: '홍두레', birthDate: '1971-03-01', residentNumber: '710301-1234567' }
  must(await w.requester.call(e.setIdentity, { params: { id: request.id }, body: identity }))
  const { version } = must(await w.desk.call(e.getRequest, { params: { id: request.id } }))
  const asked = must(await w.desk.call(e.sendOffers, { params: { id: request.id }, body: { version } }))
  const accept = { params: { id: asked.offers[0]?.id ?? '' }, body: { act: { event: 'accept' } } } as const
  must(await hospital.desk.call(e.actOnOffer, accept))
  let now = must(await w.desk.call(e.getRequest, { params: { id: request.id } }))
  for (const [event, who] of [
    ['confirm', w.desk],
    ['depart', w.transport],
    ['arrive', hospital.desk],
    ['admit', hospital.desk],
  ] as const)
    now = must(
      await who.call(e.actOnRequest, { params: { id: now.id }, body: { act: { event }, version: now.version } }),
    )
  assert.equal(now.state, 'admitted')
  return now
}

test('the admitting hospital drafts what follows: who the patient is goes along, the old day does not', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const admitted = await admit(w)
  const [hospital] = w.hospitals
  assert(hospital)
  assert.ok(must(await hospital.desk.call(e.getRequest, { params: { id: admitted.id } })).allowed.includes('follow_up'))
  const ask = { params: { id: admitted.id }, body: { reason: 'step_down' } } as const
  assert.equal(refusedAs(await w.requester.call(e.draftFollowUp, ask)), 'not-allowed')
  const draft = must(await hospital.desk.call(e.draftFollowUp, ask))
  assert.deepEqual(
    [
      draft.state,
      draft.details.reason,
      draft.details.originHospitalId,
      draft.details.requestedClass,
      draft.identityKnown,
    ],
    ['draft', 'step_down', hospital.id, 'SEMI_CRITICAL', true],
  )
  assert.equal(refusedAs(await hospital.desk.call(e.draftFollowUp, ask)), 'conflict')
  const named = must(await hospital.desk.call(e.getIdentity, { params: { id: draft.id } }))
  assert.equal(named.name, '홍두레')
  const submit = { params: { id: draft.id }, body: { act: { event: 'submit' }, version: draft.version } } as const
  assert.equal(must(await hospital.desk.call(e.actOnRequest, submit)).state, 'submitted')
  const cancel = { act: { event: 'cancel', reason: 'other' }, version: draft.version + 1 } as const
  must(await hospital.desk.call(e.actOnRequest, { params: { id: draft.id }, body: cancel }))
  const back = must(
    await w.desk.call(e.draftFollowUp, { params: { id: admitted.id }, body: { reason: 'repatriation' } }),
  )
  assert.deepEqual([back.details.continuityHospitalId, back.details.requestedClass], [ORIGIN_ID, 'CRITICAL'])
  const { entries } = must(await w.desk.call(e.timeline, { params: { id: admitted.id } }))
  assert.equal(entries.filter(({ kind }) => kind === 'follow_up_drafted').length, 2)
  const open = await w.matching()
  assert.equal(
    refusedAs(await w.desk.call(e.draftFollowUp, { params: { id: open.id }, body: ask.body })),
    'wrong-state',
  )
})

test('who the patient was is erased some days after the end, never before; who looked is kept', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const { deps } = w.test.cell
  const beds = { ...deps, region: '28', exchange: alone('28') } as unknown as Beds
  const admitted = await admit(w)
  const [hospital] = w.hospitals
  assert(hospital)
  const open = await w.matching()
  must(
    await w.requester.call(e.setIdentity, {
      params: { id: open.id },
      body: { name: '김두레', birthDate: '1990-01-01' },
    }),
  )
  must(await hospital.desk.call(e.getIdentity, { params: { id: admitted.id } }))
  w.test.clock.advance(IDENTITY_KEPT_DAYS * 24 * HOUR_MS - 1_000)
  assert.equal(await eraseIdentities(beds), 0)
  w.test.clock.advance(1_000)
  assert.equal(await eraseIdentities(beds), 1)
  assert.equal(await eraseIdentities(beds), 0)
  const requester = await w.test.person({ role: 'requester', facilityId: ORIGIN_ID })
  const gone = await requester.call(e.getIdentity, { params: { id: admitted.id } })
  assert.equal(refusedAs(gone), 'not-found')
  assert.match(gone.ok ? '' : (gone.error.detail ?? ''), /erased 5 days/)
  assert.equal(must(await requester.call(e.getIdentity, { params: { id: open.id } })).name, '김두레')
  const { looks } = must(await requester.call(e.identityAccess, { params: { id: admitted.id } }))
  assert.deepEqual(
    looks.map(({ act }) => act),
    ['recorded', 'seen'],
  )
  const { entries } = must(await requester.call(e.timeline, { params: { id: admitted.id } }))
  assert.equal(entries.at(-1)?.kind, 'identity_erased')
})

test('a patient of another region to whom a bed was given here is forgotten as well, and who looked is not', async () => {
  await using w = await world({ hospitals: 1, slots: 2 })
  const { deps } = w.test.cell
  const beds = { ...deps, region: '28', exchange: alone('28') } as unknown as Beds
  const now = w.test.clock.now()
  for (const [ask, occupied] of [
    ['A1', now],
    ['A2', null],
  ] as const) {
    await deps.db.sql(
      `insert into beds.grant (ask_id, sido, asker, state, slot_id, hospital_id, fencing, until, answered_at, occupied_at)
       values ($1, '28', '11', 'confirmed', 'S-1-1', 'H-001', 1, $2, $2, $3)`,
      [ask, now, occupied],
    )
    await deps.db.sql(`insert into beds.grant_patient (ask_id, sealed, received_at) values ($1, $2, $3)`, [
      ask,
      Buffer.alloc(40),
      now,
    ])
    await deps.db.sql(
      `insert into beds.grant_look (ask_id, at, act, person_id, person_name) values ($1, $2, 'seen', 'p', '한병상')`,
      [ask, now],
    )
  }
  w.test.clock.advance(IDENTITY_KEPT_DAYS * 24 * HOUR_MS)
  assert.equal(await eraseIdentities(beds), 1)
  const left = await deps.db.sql<{ ask_id: string }>('select ask_id from beds.grant_patient')
  assert.deepEqual(
    left.map(({ ask_id: id }) => id),
    ['A2'],
  )
  assert.equal((await deps.db.sql('select from beds.grant_look')).length, 2)
})

test('what is reported free where no bed is kept is said with its source and age, and is no candidate', async () => {
  await using w = await world({ hospitals: 3, slots: 0 })
  const request = await w.matching()
  const asOf = new Date(w.test.clock.now().getTime() - 40 * 60_000)
  await w.test.cell.deps.db.sql(
    `insert into facilities.bed_count (hospital_id, bed_class, source, reading, available, raw, as_of, received_at)
     values ($1, 'CRITICAL', 'nemc', 'known', 3, '3', $4, $4), ($1, 'MODERATE', 'nemc', 'known', 9, '9', $4, $4),
            ($2, 'CRITICAL', 'nemc', 'unusable', null, 'Y', $4, $4), ($3, 'CRITICAL', 'nemc', 'known', -2, '-2', $4, $4)`,
    [...w.hospitals.map(({ id }) => id), asOf],
  )
  const found = await candidatesOf(w, request)
  assert.equal(found.candidatesTotal, 0)
  const reported = new Map(found.whyNot.map((one) => [one.hospitalId, one.reported]))
  const [first, second, third] = w.hospitals.map(({ id }) => reported.get(id))
  assert.deepEqual([first?.bedClass, first?.available, first?.source], ['CRITICAL', 3, 'nemc'])
  assert.deepEqual([first?.ageMin, first?.freshness], [40, 'stale'])
  assert.equal(second, null)
  assert.equal(third?.available, -2)
})

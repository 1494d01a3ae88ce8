import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rosterEndpoints as e } from '@dure/contract'
import { must, refusedAs, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { manualClock } from '../testing/clock.ts'

const HOUR = 3_600_000

const night = async (start = '2026-01-05T00:00:00Z') => {
  const w = await world({ hospitals: 2, slots: 1, cell: { clock: manualClock(start) } })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const place = { kind: 'hospital' as const, id: hospital.id }
  const at = (hours: number) => new Date(w.test.clock.now().getTime() + hours * HOUR).toISOString()
  const doctor = (name: string) => w.test.person({ role: 'requester', facilityId: hospital.id, name })
  const plan = async (person: TestPerson | null, fromH: number, toH: number, more: object = {}) =>
    must(
      await hospital.desk.call(e.addShift, {
        body: {
          place,
          duty: 'thoracic_surgery',
          personId: person?.id ?? null,
          name: person?.name ?? '외부 의사',
          phone: '010-0000-0000',
          startsAt: at(fromH),
          endsAt: at(toH),
          ...more,
        },
      }),
    )
  const onCall = async (
    duty: 'thoracic_surgery' | 'neurosurgery' = 'thoracic_surgery',
    person: TestPerson = w.requester,
  ) => must(await person.call(e.onCall, { query: { placeKind: 'hospital', placeId: hospital.id, duty } }))
  return { w, hospital, place, doctor, plan, onCall }
}

test('who is on call for thoracic surgery in this hospital now has an answer, and it changes with the hour', async () => {
  const { w, doctor, plan, onCall } = await night()
  await using _ = w
  const [kim, lee] = [await doctor('김흉부'), await doctor('이흉부')]
  await plan(kim, -2, 6)
  await plan(lee, -2, 6, { rank: 'second' })
  await plan(lee, 6, 14)
  const now = await onCall()
  assert.deepEqual(
    now.onCall.map(({ rank, name }) => `${rank} ${name}`),
    ['on_call 김흉부', 'second 이흉부'],
  )
  assert.deepEqual([now.gap, now.advice], [null, []])
  w.test.clock.advance(6 * HOUR)
  assert.deepEqual(
    (await onCall()).onCall.map(({ name }) => name),
    ['이흉부'],
  )
})

test('when nobody is on call the answer is empty and says what to do, in order', async () => {
  const { w, doctor, plan, onCall, hospital, place } = await night()
  await using _ = w
  assert.equal((await onCall('neurosurgery')).gap, 'no_roster')
  const lee = await doctor('이흉부')
  await plan(lee, 5, 14)
  must(
    await hospital.desk.call(e.addShift, {
      body: {
        place,
        duty: 'bed_desk',
        name: '박당직',
        startsAt: '2026-01-04T23:00:00Z',
        endsAt: '2026-01-05T12:00:00Z',
      },
    }),
  )
  const answer = await onCall()
  assert.deepEqual([answer.onCall, answer.gap], [[], 'none'])
  assert.deepEqual(
    answer.advice.map(({ advice }) => advice),
    ['next_shift', 'bed_desk', 'hospital_phone', 'placement_desk'],
  )
  assert.equal(answer.advice[0]?.from, '2026-01-05T05:00:00.000Z')
  const nowhere = await w.requester.call(e.onCall, {
    query: { placeKind: 'hospital', placeId: 'none', duty: 'emergency' },
  })
  assert.equal(refusedAs(nowhere), 'not-found')
})

test('gaps of the next 72 hours are warned of, with the holiday they fall on', async () => {
  const { w, doctor, plan, hospital } = await night('2026-02-15T00:00:00Z')
  await using _ = w
  const kim = await doctor('김흉부')
  await plan(kim, 0, 24)
  await plan(kim, 48, 72)
  const { warnings } = must(await hospital.desk.call(e.rosterWarnings))
  assert.deepEqual(
    warnings.map(({ warning, from, to, holiday }) => ({ warning, from, to, holiday })),
    [{ warning: 'gap', from: '2026-02-16T00:00:00.000Z', to: '2026-02-17T00:00:00.000Z', holiday: '설날 전날' }],
  )
  const roster = must(
    await hospital.desk.call(e.getRoster, {
      query: { placeKind: 'hospital', placeId: hospital.id, days: '3' as never },
    }),
  )
  assert.deepEqual(
    roster.days.map(({ day, kind }) => `${day} ${kind}`),
    ['2026-02-15 sunday', '2026-02-16 holiday', '2026-02-17 holiday', '2026-02-18 holiday'],
  )
})

test('a swap is done when both have agreed, and not before', async () => {
  const { w, doctor, plan, onCall } = await night()
  await using _ = w
  const [kim, lee] = [await doctor('김흉부'), await doctor('이흉부')]
  const [mine, his] = [await plan(kim, -1, 8), await plan(lee, 24, 32)]
  const body = { givesShiftId: mine.id, takesShiftId: his.id }
  assert.equal(refusedAs(await lee.call(e.proposeSwap, { body })), 'not-allowed')
  const swap = must(await kim.call(e.proposeSwap, { body }))
  assert.equal((await onCall()).onCall[0]?.name, '김흉부')
  assert.equal(
    refusedAs(await w.requester.call(e.answerSwap, { params: { id: swap.id }, body: { answer: 'agree' } })),
    'not-found',
  )
  const agreed = must(await lee.call(e.answerSwap, { params: { id: swap.id }, body: { answer: 'agree' } }))
  assert.equal(agreed.state, 'agreed')
  assert.equal((await onCall()).onCall[0]?.name, '이흉부')
  assert.equal(agreed.takes?.personId, kim.id)
})

test('a swap of a shift that changed meanwhile puts nobody on call', async () => {
  const { w, doctor, plan, hospital } = await night()
  await using _ = w
  const [kim, lee] = [await doctor('김흉부'), await doctor('이흉부')]
  const mine = await plan(kim, 1, 8)
  const swap = must(await kim.call(e.proposeSwap, { body: { givesShiftId: mine.id, toPersonId: lee.id } }))
  must(
    await hospital.desk.call(e.cancelShift, { params: { id: mine.id }, body: { version: mine.version, why: '휴가' } }),
  )
  const answered = must(await lee.call(e.answerSwap, { params: { id: swap.id }, body: { answer: 'agree' } }))
  assert.equal(answered.state, 'overtaken')
  assert.equal(answered.gives.personId, kim.id)
})

test('a roster is kept by its own hospital and by nobody of another one', async () => {
  const { w, place, plan } = await night()
  await using _ = w
  const shift = await plan(null, 0, 8)
  const other = w.hospitals[1]?.desk
  const body = {
    place,
    duty: 'emergency' as const,
    name: '침입자',
    startsAt: '2026-01-05T00:00:00Z',
    endsAt: '2026-01-05T08:00:00Z',
  }
  for (const person of [other, w.requester, w.desk, w.transport])
    assert.equal(refusedAs((await person?.call(e.addShift, { body })) ?? { ok: true }), 'not-allowed')
  const cancel = await other?.call(e.cancelShift, { params: { id: shift.id }, body: { version: 1, why: 'x' } })
  assert.equal(refusedAs(cancel ?? { ok: true }), 'not-allowed')
})

test('a handover lists nothing from memory, goes to whoever is next, and is taken over once', async () => {
  const { w, doctor, plan } = await night()
  await using _ = w
  const [kim, lee, park] = [await doctor('김흉부'), await doctor('이흉부'), await doctor('박흉부')]
  const shift = await plan(kim, -8, 1)
  await plan(lee, 1, 9)
  const made = must(await kim.call(e.handOver, { body: { shiftId: shift.id, note: '3번 병실 흉관 확인' } }))
  assert.deepEqual([made.toName, made.acknowledgedAt, made.items], ['이흉부', null, []])
  assert.equal(refusedAs(await park.call(e.acknowledgeHandover, { params: { id: made.id } })), 'not-found')
  const taken = must(await lee.call(e.acknowledgeHandover, { params: { id: made.id } }))
  assert.equal(taken.acknowledgedBy, '이흉부')
  assert.equal(refusedAs(await lee.call(e.handOver, { body: { shiftId: shift.id } })), 'not-allowed')
  const { db } = w.test.cell.deps
  await assert.rejects(db.sql(`update rosters.handover set note = 'x'`), /not rewritten/)
  await assert.rejects(db.sql(`update rosters.shift_event set by_name = 'x'`), /append-only|permission denied/)
})

test('a handover for which nobody is on the roster waits, in sight, for whoever comes on call for the duty', async () => {
  const { w, doctor, plan } = await night()
  await using _ = w
  const [kim, lee, park] = [await doctor('김흉부'), await doctor('이흉부'), await doctor('박흉부')]
  const shift = await plan(kim, -8, 1)
  const made = must(await kim.call(e.handOver, { body: { shiftId: shift.id } }))
  assert.deepEqual([made.toName, made.mine], [null, false])
  const listed = async (person: TestPerson) =>
    must(await person.call(e.listHandovers)).handovers.map(({ id, mine }) => [id, mine])
  assert.deepEqual(await listed(lee), [], 'not on call: not theirs')
  await plan(lee, 0, 9)
  await plan(park, 0, 9, { duty: 'neurosurgery' })
  assert.deepEqual(await listed(lee), [[made.id, true]])
  assert.deepEqual(await listed(park), [], 'on call for something else')
  assert.deepEqual(await listed(kim), [[made.id, false]])
  must(await lee.call(e.acknowledgeHandover, { params: { id: made.id } }))
  w.test.clock.advance(12 * HOUR)
  const [taken] = must(await lee.call(e.listHandovers)).handovers
  assert.deepEqual([taken?.acknowledgedBy, taken?.mine], ['이흉부', false], 'whoever took it still reads it')
})

test('holidays come from the gazette’s list, and a year without a list is said to be unknown', async () => {
  const { w } = await night()
  await using _ = w
  const { days, known } = must(await w.desk.call(e.holidays, { query: { year: '2026' as never } }))
  assert.ok(known && days.some(({ day, names }) => day === '2026-10-05' && names[0]?.includes('개천절')))
  const later = must(await w.desk.call(e.holidays, { query: { year: '2090' as never } }))
  assert.deepEqual(later, { year: 2090, known: false, days: [] })
})

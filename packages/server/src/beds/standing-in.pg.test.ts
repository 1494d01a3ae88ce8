import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints, cellEndpoints } from '@dure/contract'
import { must, toMatching } from '../testing/bed-world.ts'
import { startCells } from '../testing/linked-cells.ts'
import { seen, settleRegion } from '../testing/regions.ts'
import { place, refugees, stillTrue } from '../testing/standing-in.ts'

test('a neighbour that stands in knows every bed from the log and places on none before its hospital has said "still true"', async () => {
  await using cells = await startCells(['28', '11'])
  const lost = await settleRegion(cells.of('28'), { slots: 2 })
  await settleRegion(cells.of('11'), { slots: 0 })
  const hospital = await lost.hospitalDesk()
  const before = await toMatching(lost.requester, lost.desk)
  const old = await place({ desk: lost.desk, hospital }, before.id, lost.slotIds[0])
  await cells.settle()
  await cells.stop('28')
  await cells.standIn('11', '28')

  const people = await refugees(cells, '11', lost)
  const { slots } = must(
    await people.hospital.call(bedEndpoints.listSlots, { params: { id: people.hospital.facilityId ?? '' } }),
  )
  assert.deepEqual(
    slots.map(({ state, freshness }) => [state, freshness]),
    [
      ['held', 'fresh'],
      ['available', 'expired'],
    ],
  )
  assert.equal((await seen(people.desk, before.id)).state, 'held')
  const request = await toMatching(people.requester, people.desk)
  assert.equal(request.sido, '28')
  const { candidates } = must(
    await people.desk.call(bedEndpoints.listCandidates, { params: { id: request.id }, query: {} }),
  )
  assert.deepEqual(candidates, [])

  const bedsOfLost = async () => {
    const { regions } = must(await people.desk.call(cellEndpoints.overview, {}))
    return regions.find(({ sido }) => sido === '28')?.byClass.map(({ free, doubted }) => [free, doubted])
  }
  assert.deepEqual(await bedsOfLost(), [[0, 1]])
  await stillTrue(people.hospital)
  assert.deepEqual(await bedsOfLost(), [[1, 0]])
  const fencing = await place(people, request.id)
  assert(fencing > old)
  const [writing] = await cells
    .of('11')
    .cell.deps.db.sql<{ epoch: string }>(`select epoch from platform.writing where origin = '28'`)
  assert(fencing > BigInt(writing?.epoch ?? 0))
})

test('a cell that comes back takes over what was decided for it, and lists what happened twice with the number that stopped it', async () => {
  await using cells = await startCells(['28', '11'])
  const lost = await settleRegion(cells.of('28'), { slots: 2 })
  await settleRegion(cells.of('11'), { slots: 0 })
  await cells.settle()
  const hospital = await lost.hospitalDesk()

  // Cut from everybody, and taken for lost; but it works on, and promises a bed that nobody hears of.
  cells.cutFromAll('28')
  const alone = await toMatching(lost.requester, lost.desk)
  const given = await place({ desk: lost.desk, hospital }, alone.id, lost.slotIds[0])
  const unseen = await toMatching(lost.requester, lost.desk)
  await place({ desk: lost.desk, hospital }, unseen.id, lost.slotIds[1])
  await cells.work('28')

  cells.clock.advance(60_000)
  await cells.standIn('11', '28')
  const people = await refugees(cells, '11', lost)
  await stillTrue(people.hospital)
  const there = await toMatching(people.requester, people.desk)
  const standing = await place(people, there.id, lost.slotIds[0])
  assert(standing > given)
  await cells.work('11')

  cells.heal()
  await cells.settle()
  const refused = await lost.requester.call(bedEndpoints.createRequest, {
    body: { ...alone.details, originType: 'emergency_room' } as never,
  })
  assert.equal(refused.ok, false)
  await cells.comeBack('28')
  await cells.settle()

  const { entries } = must(await lost.desk.call(cellEndpoints.reconciliation, {}))
  const twice = entries.filter(({ kind }) => kind === 'slot-promised-twice')
  assert.deepEqual(
    twice.map((one) => [one.subject, one.givenUpFencing, one.standingFencing, one.stoppedByFencing]),
    [[lost.slotIds[0], String(given), String(standing), true]],
  )
  // The bed nobody else promised stays its patient's, under a new number.
  const kept = await seen(lost.desk, unseen.id)
  assert.equal(kept.state, 'held')
  assert(BigInt(kept.hold?.fencing ?? 0) > standing)
  // The patient whose bed is another's waits again; the one placed by the neighbour keeps it.
  assert(!['held', 'confirmed'].includes((await seen(lost.desk, alone.id)).state))
  assert.equal((await seen(lost.desk, there.id)).state, 'held')
  const live = await cells
    .of('28')
    .cell.deps.db.sql<{ slot_id: string; request_id: string }>(
      `select slot_id, request_id from beds.hold where state in ('granted', 'confirmed') order by slot_id`,
    )
  assert.deepEqual(
    live.map(({ slot_id, request_id }) => [slot_id, request_id]),
    [
      [lost.slotIds[0], there.id],
      [lost.slotIds[1], unseen.id],
    ],
  )

  // And the neighbour speaks for these beds no more.
  const { slots } = must(await hospital.call(bedEndpoints.listSlots, { params: { id: hospital.facilityId ?? '' } }))
  const taken = await people.hospital.call(bedEndpoints.changeSlot, {
    params: { id: lost.slotIds[1] ?? '' },
    body: { change: 'block', reason: 'staff', version: slots[1]?.version ?? 0 },
  })
  assert.equal(taken.ok, false)
})

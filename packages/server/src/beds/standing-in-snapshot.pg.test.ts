import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints, cellEndpoints } from '@dure/contract'
import { must, toMatching } from '../testing/bed-world.ts'
import { startCells } from '../testing/linked-cells.ts'
import { seen, settleRegion } from '../testing/regions.ts'
import { place, refugees, stillTrue } from '../testing/standing-in.ts'

test('a neighbour that began with a snapshot of the lost log stands in, places on its beds, and is reconciled with the cell that comes back', async () => {
  await using cells = await startCells(['28', '11'], undefined, {}, 20)
  cells.cut('28', '11')
  const lost = await settleRegion(cells.of('28'), { slots: 2 })
  await settleRegion(cells.of('11'), { slots: 0 })
  const hospital = await lost.hospitalDesk()
  const before = await toMatching(lost.requester, lost.desk)
  const old = await place({ desk: lost.desk, hospital }, before.id, lost.slotIds[0])
  for (let times = 0; times < 12; times += 1) await stillTrue(hospital)
  await cells.settle()
  cells.heal()
  await cells.settle()
  const log = async (at: string) =>
    cells
      .of(at)
      .cell.deps.db.sql<{ seq: number; hash: string }>(
        `select seq::float8 as seq, encode(hash, 'hex') as hash from platform.oplog where origin = '28' order by oplog.seq`,
      )
  const bases = await cells
    .of('11')
    .cell.deps.db.sql<{ seq: number }>(`select seq::float8 as seq from exchange.base where origin = '28'`)
  assert((bases[0]?.seq ?? 0) >= 20)
  assert((await log('11')).length < (await log('28')).length)
  assert.deepEqual((await log('11')).at(-1), (await log('28')).at(-1))

  // Cut from everybody, it works on, and promises the other bed to a patient nobody hears of.
  cells.cutFromAll('28')
  const alone = await toMatching(lost.requester, lost.desk)
  const given = await place({ desk: lost.desk, hospital }, alone.id, lost.slotIds[1])
  await cells.work('28')

  cells.clock.advance(60_000)
  await cells.standIn('11', '28')
  const people = await refugees(cells, '11', lost)
  const { slots } = must(
    await people.hospital.call(bedEndpoints.listSlots, { params: { id: people.hospital.facilityId ?? '' } }),
  )
  assert.deepEqual(
    slots.map(({ state }) => state),
    ['held', 'available'],
  )
  assert.equal((await seen(people.desk, before.id)).state, 'held')
  await stillTrue(people.hospital)
  const there = await toMatching(people.requester, people.desk)
  const standing = await place(people, there.id, lost.slotIds[1])
  assert(standing > given && standing > old)
  await cells.work('11')

  cells.heal()
  await cells.settle()
  await cells.comeBack('28')
  await cells.settle()
  const { entries } = must(await lost.desk.call(cellEndpoints.reconciliation, {}))
  assert.deepEqual(
    entries
      .filter(({ kind }) => kind === 'slot-promised-twice')
      .map((one) => [one.subject, one.givenUpFencing, one.standingFencing, one.stoppedByFencing]),
    [[lost.slotIds[1], String(given), String(standing), true]],
  )
  const live = await cells
    .of('28')
    .cell.deps.db.sql<{ slot_id: string; request_id: string }>(
      `select slot_id, request_id from beds.hold where state in ('granted', 'confirmed') order by slot_id`,
    )
  assert.deepEqual(
    live.map(({ slot_id, request_id }) => [slot_id, request_id]),
    [
      [lost.slotIds[0], before.id],
      [lost.slotIds[1], there.id],
    ],
  )
  assert(!['held', 'confirmed'].includes((await seen(lost.desk, alone.id)).state))
  assert.deepEqual((await log('11')).at(-1), (await log('28')).at(-1))
})

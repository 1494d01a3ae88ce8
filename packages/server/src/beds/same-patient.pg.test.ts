import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints } from '@dure/contract'
import { must } from '../testing/bed-world.ts'
import { startCells } from '../testing/linked-cells.ts'
import { seen, settleRegion, type TestRegion } from '../testing/regions.ts'

const RESIDENT = '680102-1234567'

const identified = async (region: TestRegion) => {
  const request = await region.wandering()
  const identity = { name: '홍길동', birthDate: '1968-01-02', residentNumber: RESIDENT }
  must(await region.requester.call(bedEndpoints.setIdentity, { params: { id: request.id }, body: identity }))
  return request
}

/** The hospital of the region accepts the request. */
const holdAtHome = async (region: TestRegion, id: string) => {
  const { version } = await seen(region.desk, id)
  const body = { hospitalIds: [region.hospitalIds[0] ?? ''], version }
  const sent = must(await region.desk.call(bedEndpoints.sendOffers, { params: { id }, body }))
  const desk = await region.hospitalDesk()
  const offer = sent.offers.at(-1)?.id ?? ''
  must(await desk.call(bedEndpoints.actOnOffer, { params: { id: offer }, body: { act: { event: 'accept' } } }))
}

const liveHolds = async (region: TestRegion, cells: Awaited<ReturnType<typeof startCells>>): Promise<number> =>
  (
    await cells
      .of(region.code)
      .cell.deps.db.sql(`select from beds.hold where state in ('granted', 'confirmed', 'occupied')`)
  ).length

test('the same patient asked for in two regions during a cut: the further-advanced is kept, the other bed is free, both are told', async () => {
  await using cells = await startCells(['28', '11'])
  const one = await settleRegion(cells.of('28'), { slots: 1 })
  const other = await settleRegion(cells.of('11'), { slots: 1 })
  await cells.settle()
  cells.cut('28', '11')
  const kept = await identified(one)
  const dropped = await identified(other)
  await holdAtHome(one, kept.id)
  await holdAtHome(other, dropped.id)
  const { version } = await seen(one.desk, kept.id)
  must(
    await one.desk.call(bedEndpoints.actOnRequest, {
      params: { id: kept.id },
      body: { act: { event: 'confirm' }, version },
    }),
  )
  await cells.work('28')
  await cells.work('11')
  assert.equal(await liveHolds(other, cells), 1)
  cells.heal()
  await cells.settle()
  assert.equal((await seen(one.desk, kept.id)).state, 'confirmed')
  assert.equal((await seen(other.desk, dropped.id)).state, 'on_hold')
  assert.equal(await liveHolds(one, cells), 1)
  assert.equal(await liveHolds(other, cells), 0)
  for (const [region, id] of [
    [one, kept.id],
    [other, dropped.id],
  ] as const) {
    const { entries } = must(await region.desk.call(bedEndpoints.timeline, { params: { id } }))
    assert(entries.some(({ kind }) => kind === 'same_patient_elsewhere'))
  }
  for (const code of ['28', '11']) {
    const [row] = await cells
      .of(code)
      .cell.deps.db.sql<{ found: boolean }>(
        `select exists (select from platform.oplog where body::text like '%6801021234567%' or body::text like '%${RESIDENT}%') as found`,
      )
    assert.equal(row?.found, false)
  }
})

test('when the one that was kept loses its bed, the other goes on by itself', async () => {
  await using cells = await startCells(['28', '11'])
  const one = await settleRegion(cells.of('28'), { slots: 1 })
  const other = await settleRegion(cells.of('11'), { slots: 1 })
  const kept = await identified(one)
  await holdAtHome(one, kept.id)
  await cells.settle()
  const dropped = await identified(other)
  await cells.settle()
  assert.equal((await seen(other.desk, dropped.id)).state, 'on_hold')
  const { version } = await seen(one.desk, kept.id)
  const act = { event: 'cancel', reason: 'recovered' } as const
  must(await one.desk.call(bedEndpoints.actOnRequest, { params: { id: kept.id }, body: { act, version } }))
  await cells.settle()
  assert.notEqual((await seen(other.desk, dropped.id)).state, 'on_hold')
})

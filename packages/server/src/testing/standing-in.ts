import { bedEndpoints } from '@dure/contract'
import { must } from './bed-world.ts'
import type { TestPerson } from './cell.ts'
import type { Cells } from './linked-cells.ts'
import { seen, type TestRegion } from './regions.ts'

/** People of a lost region who reach the neighbour's cell. */
export const refugees = async (cells: Cells, at: string, { code, hospitalIds, originId }: TestRegion) => {
  const cell = cells.of(at)
  return {
    desk: await cell.person({ role: 'placement_desk', region: code, name: '옮겨 온 배정반' }),
    hospital: await cell.person({
      role: 'hospital_desk',
      region: code,
      facilityId: hospitalIds[0] ?? '',
      name: '병상',
    }),
    requester: await cell.person({ role: 'requester', region: code, facilityId: originId, name: '응급실' }),
  }
}

/** Matching request → offer to the hospital → accepted. Gives the hold's fencing number. */
export const place = async (
  people: { readonly desk: TestPerson; readonly hospital: TestPerson },
  requestId: string,
  slotId?: string,
): Promise<bigint> => {
  const { version } = await seen(people.desk, requestId)
  const body = { hospitalIds: [people.hospital.facilityId ?? ''], version }
  const sent = must(await people.desk.call(bedEndpoints.sendOffers, { params: { id: requestId }, body }))
  const act = slotId === undefined ? ({ event: 'accept' } as const) : ({ event: 'accept', slotId } as const)
  const done = must(
    await people.hospital.call(bedEndpoints.actOnOffer, {
      params: { id: sent.offers.at(-1)?.id ?? '' },
      body: { act },
    }),
  )
  return BigInt(done.hold?.fencing ?? 0)
}

export const stillTrue = async (hospital: TestPerson) =>
  must(await hospital.call(bedEndpoints.stillTrue, { params: { id: hospital.facilityId ?? '' }, body: {} }))

import {
  bedEndpoints,
  facilityEndpoints,
  type HospitalStatement,
  type RequestInput,
  type RequestView,
} from '@dure/contract'
import { insertSlots } from '../beds/index.ts'
import type { Cell } from '../cell.ts'
import { saveDemoRegion } from '../facilities/index.ts'
import type { Clock } from '../platform/clock.ts'
import { must, toMatching } from './bed-world.ts'
import type { TestCell, TestPerson } from './cell.ts'

/** One region of a few hospitals near each other, in a running cell. */
export interface TestRegion {
  readonly code: string
  readonly originId: string
  readonly hospitalIds: readonly string[]
  readonly slotIds: readonly string[]
  readonly desk: TestPerson
  readonly requester: TestPerson
  /** The desk of the n-th hospital. */
  hospitalDesk(at?: number): Promise<TestPerson>
  /** A patient who may go elsewhere, judged, escalated to the whole country: ready for asks. */
  wandering(input?: Partial<RequestInput>): Promise<RequestView>
}

export interface RegionOptions {
  readonly hospitals?: number
  readonly slots?: number
}

/** Puts a region's hospitals and people into a cell that has none. */
export const settleRegion = async (
  test: Pick<TestCell, 'person'> & { readonly cell: Cell; readonly clock: Clock },
  options: RegionOptions = {},
): Promise<TestRegion> => {
  const code = test.cell.deps.config.region
  const now = test.clock.now()
  const originId = `H-${code}-ORIGIN`
  const hospitalIds = Array.from({ length: options.hospitals ?? 1 }, (_, at) => `H-${code}-${at + 1}`)
  const places = [originId, ...hospitalIds].map((id, at) => ({
    id,
    name: `시험 ${id} 병원`,
    type: '종합병원',
    kind: 'general' as const,
    sidoCode: code,
    sigunguCode: null,
    address: '시험로 1',
    phone: '032-000-0000',
    lat: 37.45 + at * 0.001,
    lon: 126.7,
    licensedBeds: 300,
    inpatientRooms: null,
    medicalStaff: null,
    departments: [],
    sourceUpdatedOn: null,
    hpid: null,
  }))
  const answers = hospitalIds.flatMap((hospitalId) =>
    (['eq_ventilator', 'hfnc', 'trauma', 'thoracic_surgery'] as const).map((capability) => ({
      hospitalId,
      code: capability,
      answer: 'yes' as const,
    })),
  )
  const slots = hospitalIds.flatMap((hospitalId, at) =>
    Array.from({ length: options.slots ?? 1 }, (_, slot) => ({
      id: `S-${code}-${at + 1}-${slot + 1}`,
      hospitalId,
      label: `음압 ${slot + 1}`,
      bedClass: 'CRITICAL' as const,
      isolation: 'negative_pressure' as const,
      share: 'placeable' as const,
      state: 'available' as const,
      asOf: now,
      source: 'web' as const,
    })),
  )
  await test.cell.deps.db.tx(async (tx) => {
    await saveDemoRegion(
      tx,
      { sidoCode: code as never, hospitals: places as never, closed: [], answers, counts: [] },
      now,
    )
    await insertSlots(tx, slots, now)
  })
  const requester = await test.person({ role: 'requester', facilityId: originId, name: '응급실 이의사' })
  const desk = await test.person({ role: 'placement_desk', name: `배정반 ${code}` })
  return {
    code,
    originId,
    hospitalIds,
    slotIds: slots.map(({ id }) => id),
    desk,
    requester,
    hospitalDesk: (at = 0) =>
      test.person({ role: 'hospital_desk', facilityId: hospitalIds[at] ?? '', name: `병상 ${hospitalIds[at]}` }),
    wandering: async (input = {}) => {
      const made = await toMatching(requester, desk, { outOfRegionConsent: true, ...input })
      return must(
        await desk.call(bedEndpoints.actOnRequest, {
          params: { id: made.id },
          body: { act: { event: 'escalate', to: 'national', why: '관내 병상 없음' }, version: made.version },
        }),
      )
    },
  }
}

/** The request as the desk sees it now. */
export const seen = async (person: TestPerson, id: string): Promise<RequestView> =>
  must(await person.call(bedEndpoints.getRequest, { params: { id } }))

/** A hospital's desk says something of its own hospital. */
export const sayOwnWord = (person: TestPerson, statement: HospitalStatement) =>
  person.call(facilityEndpoints.stateHospital, { params: { id: person.facilityId ?? '' }, body: { statement } })

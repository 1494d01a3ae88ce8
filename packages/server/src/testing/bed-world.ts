import type { BedClass, Capability, RequestInput, RequestView, SlotIsolation, SlotShare } from '@dure/contract'
import { bedEndpoints } from '@dure/contract'
import { insertSlots } from '../beds/index.ts'
import { saveDemoRegion } from '../facilities/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type TestCell, type TestCellOptions, type TestPerson, testCell } from './cell.ts'

export interface WorldHospital {
  readonly id: string
  readonly name: string
  readonly slotIds: readonly string[]
  readonly desk: TestPerson
}

export interface World extends AsyncDisposable {
  readonly test: TestCell
  readonly hospitals: readonly WorldHospital[]
  /** The hospital whose emergency room asks. */
  readonly originId: string
  readonly requester: TestPerson
  readonly desk: TestPerson
  readonly transport: TestPerson
  /** Asks for a bed, judged and ready for offers. */
  matching(input?: Partial<RequestInput>): Promise<RequestView>
  /** Runs every timer that is due, and those that these plan for now. */
  settle(): Promise<void>
}

export interface WorldOptions {
  readonly hospitals?: number
  readonly slots?: number
  readonly bedClass?: BedClass
  readonly isolation?: SlotIsolation
  readonly share?: SlotShare
  readonly capabilities?: readonly Capability[]
  readonly cell?: TestCellOptions
}

export const ORIGIN_ID = 'H-ORIGIN'
export const hospitalId = (at: number): string => `H-${String(at + 1).padStart(3, '0')}`

const CAN: readonly Capability[] = [
  'eq_ventilator',
  'hfnc',
  'trauma',
  'thoracic_surgery',
  'eq_crrt',
  'eq_ecmo',
  'ty_22',
]

/** A small province: one hospital that asks, others a few minutes away with places of one kind. */
export const world = async (options: WorldOptions = {}): Promise<World> => {
  const test = await testCell(options.cell)
  await settleHospitals(test, options)
  const hospitals: WorldHospital[] = []
  for (let at = 0; at < (options.hospitals ?? 3); at += 1) {
    const id = hospitalId(at)
    const desk = await test.person({ role: 'hospital_desk', facilityId: id, name: `${id} 병상` })
    const slotIds = Array.from({ length: options.slots ?? 2 }, (_, slot) => slotId(at, slot))
    hospitals.push({ id, name: `시험 ${id} 병원`, slotIds, desk })
  }
  const requester = await test.person({ role: 'requester', facilityId: ORIGIN_ID, name: '응급실 이의사' })
  const desk = await test.person({ role: 'placement_desk', name: '배정반 박' })
  const transport = await test.person({ role: 'transport', name: '구급대 최' })
  const settle = async () => {
    for (let round = 0; round < 20; round += 1) if ((await test.cell.timers.runDue(test.clock.now())) === 0) return
    throw new Error('timers go on for ever')
  }
  const matching = async (input: Partial<RequestInput> = {}) => toMatching(requester, desk, input)
  return {
    test,
    hospitals,
    originId: ORIGIN_ID,
    requester,
    desk,
    transport,
    matching,
    settle,
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  }
}

export const slotId = (hospital: number, slot: number): string => `S-${hospital + 1}-${slot + 1}`

export const settleHospitals = async (
  { cell, clock }: Pick<TestCell, 'cell'> & { readonly clock: Clock },
  options: WorldOptions,
): Promise<void> => {
  const count = options.hospitals ?? 3
  const ids = [ORIGIN_ID, ...Array.from({ length: count }, (_, at) => hospitalId(at))]
  const now = clock.now()
  const places = ids.map((id, at) => ({
    id,
    name: `시험 ${id} 병원`,
    type: '종합병원',
    kind: 'general' as const,
    sidoCode: cell.deps.config.region,
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
  const can = options.capabilities ?? CAN
  const answers = ids.flatMap((id) => can.map((code) => ({ hospitalId: id, code, answer: 'yes' as const })))
  await cell.deps.db.tx(async (tx) => {
    await saveDemoRegion(
      tx,
      { sidoCode: cell.deps.config.region, hospitals: places as never, closed: [], answers, counts: [] },
      now,
    )
    const slots = Array.from({ length: count }, (_, at) =>
      Array.from({ length: options.slots ?? 2 }, (_, slot) => ({
        id: slotId(at, slot),
        hospitalId: hospitalId(at),
        label: `음압 ${slot + 1}`,
        bedClass: options.bedClass ?? ('CRITICAL' as const),
        isolation: options.isolation ?? ('negative_pressure' as const),
        share: options.share ?? ('placeable' as const),
        state: 'available' as const,
        asOf: now,
        source: 'web' as const,
      })),
    ).flat()
    await insertSlots(tx, slots, now)
  })
}

/** A severe chest injury with COVID: what the story's patient needed. */
export const ESSENTIALS: RequestInput = {
  originType: 'emergency_room',
  callbackPhone: '032-123-4567',
  ageYears: 54,
  sex: 'male',
  complaint: '늑골 골절과 기흉, 코로나19 양성',
  isolationNeed: 'airborne_negative',
  oxygen: 'hfnc',
  requestedClass: 'CRITICAL',
}

/** The value of a call that must succeed. */
export const must = <T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (result.ok) return result.value
  throw new Error(`refused: ${JSON.stringify(result.error)}`)
}

/** The problem code of a call that must be refused. */
export const refusedAs = (result: { ok: boolean; error?: { code: string } }): string => {
  if (result.ok || result.error === undefined) throw new Error('was not refused')
  return result.error.code
}

export const toMatching = async (
  requester: TestPerson,
  desk: TestPerson,
  input: Partial<RequestInput> = {},
): Promise<RequestView> => {
  const made = must(await requester.call(bedEndpoints.createRequest, { body: { ...ESSENTIALS, ...input } }))
  const triage = { event: 'triage', severity: 'severe', urgency: 'immediate' } as const
  const judged = must(
    await desk.call(bedEndpoints.actOnRequest, {
      params: { id: made.id },
      body: { act: triage, version: made.version },
    }),
  )
  const act = { event: 'start_matching' } as const
  return must(
    await desk.call(bedEndpoints.actOnRequest, { params: { id: made.id }, body: { act, version: judged.version } }),
  )
}

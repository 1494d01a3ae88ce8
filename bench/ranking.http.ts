import { type Call, client, bedEndpoints as e, ORIGIN_TYPES, type RequestInput } from '@dure/contract'
import { insertSlots, type NewSlot } from '../packages/server/src/beds/index.ts'
import type { RankRequest, RankSlot } from '../packages/server/src/beds/ranking-types.ts'
import { saveDemoRegion } from '../packages/server/src/facilities/index.ts'
import { must } from '../packages/server/src/testing/bed-world.ts'
import { type TestCell, testCell } from '../packages/server/src/testing/cell.ts'
import { manualClock } from '../packages/server/src/testing/clock.ts'
import { BENCH_NOW_MS, type World } from './ranking.world.ts'

/**
 * The same country through HTTP: a desk asks for the candidates of a request that is in PostgreSQL, and gets them as JSON.
 * Session, request, offers and mode are read anew each time; the slots come from the server's copy. Aim: p95 ≤ 25 ms.
 */
export const AIM_HTTP_P95_MS = 25
const ASKED = 300
const WARM_UP = 40
const AT_ONCE = 8

/** Milliseconds of each answer, one after another, as one desk would ask. */
export const rankingThroughHttp = async (world: World): Promise<readonly number[]> => {
  await using test = await testCell({
    listen: true,
    clock: manualClock(new Date(BENCH_NOW_MS)),
    env: { DURE_REGION: '28' },
  })
  await fill(test, world)
  const desk = await test.person({ role: 'placement_desk' })
  const call = client(test.cell.url, fetch, desk.headers)
  const ids = await askForBeds(call, world.requests.slice(0, ASKED))
  const times: number[] = []
  for (const [at, id] of [...ids.slice(0, WARM_UP), ...ids].entries()) {
    const started = performance.now()
    must(await call(e.listCandidates, { params: { id }, query: {} }))
    if (at >= WARM_UP) times.push(performance.now() - started)
  }
  return times
}

const fill = async ({ cell, clock }: TestCell, world: World): Promise<void> => {
  const now = clock.now()
  const hospitals = world.hospitals.map(({ id, position, sidoCode }) => ({
    id,
    name: `측정 ${id}`,
    type: '종합병원',
    kind: 'general' as const,
    sidoCode,
    sigunguCode: null,
    address: '측정로 1',
    phone: '02-000-0000',
    lat: position.lat,
    lon: position.lon,
    licensedBeds: null,
    inpatientRooms: null,
    medicalStaff: null,
    departments: [],
    sourceUpdatedOn: null,
  }))
  const answers = world.hospitals.flatMap(({ id, capabilities }) =>
    [...capabilities].map(([code, answer]) => ({ hospitalId: id, code, answer })),
  )
  const closed = world.hospitals.filter(({ open }) => !open).map(({ id }) => id)
  await cell.deps.db.tx(async (tx) => {
    await saveDemoRegion(tx, { sidoCode: '28', hospitals: hospitals as never, closed, answers, counts: [] }, now)
    for (let from = 0; from < world.slots.length; from += 5_000)
      await insertSlots(tx, world.slots.slice(from, from + 5_000).map(toNewSlot), now)
  })
}

/** A held slot would need its hold; for the ranking it is as busy as an occupied one. */
const toNewSlot = ({ asOfMs, ...slot }: RankSlot): NewSlot => ({
  ...slot,
  label: slot.id,
  state: slot.state === 'held' ? 'occupied' : slot.state,
  blockedReason: slot.state === 'blocked' ? 'staff' : null,
  asOf: new Date(asOfMs),
})

const askForBeds = async (call: Call, requests: readonly RankRequest[]): Promise<readonly string[]> => {
  const waiting = [...requests]
  const ids: string[] = []
  const one = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      ids.push(must(await call(e.createRequest, { body: toInput(next) })).id)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return ids
}

const toInput = (request: RankRequest): RequestInput => ({
  originType: ORIGIN_TYPES[3],
  callbackPhone: '119',
  ageYears: request.ageYears,
  sex: request.sex,
  complaint: '측정',
  isolationNeed: request.isolationNeed,
  oxygen: request.oxygen,
  requestedClass: request.requestedClass,
  originLat: request.origin.position.lat,
  originLon: request.origin.position.lon,
  needs: [...request.needs],
  urgency: request.urgency,
  stability: request.stability,
  outOfRegionConsent: request.outOfRegionConsent,
  ...(request.pathogen === null ? {} : { pathogen: request.pathogen }),
})

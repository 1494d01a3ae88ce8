import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Call, CSRF_HEADER, client, bedEndpoints as e, type Role } from '@dure/contract'
import { type Cell, startCell } from '../packages/server/src/cell.ts'
import { insertPerson, startSession } from '../packages/server/src/platform/auth.sql.ts'
import { systemClock } from '../packages/server/src/platform/clock.ts'
import { SESSION_COOKIE } from '../packages/server/src/platform/http.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { wipeData } from '../packages/server/src/platform/postgres.place.ts'
import { ESSENTIALS, hospitalId, must, ORIGIN_ID, settleHospitals } from '../packages/server/src/testing/bed-world.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'
import { temporaryFolder } from '../packages/server/src/testing/database.ts'
import { barePlacements } from './placing.bare.ts'

/**
 * How many patients get a confirmed bed per second when 50 desks work at once over HTTP, on a database that really writes
 * to disk, and how far is that from the same rows written by bare SQL? Six acts per patient: ask, judge, begin, offer to
 * three hospitals, accept, confirm. Server, database and the 50 desks share this machine's cores.
 */
const DESKS = 50
const HOSPITALS = 60
const SLOTS_EACH = 60
const WARM_UP_S = 3
const MEASURED_S = 15
const BARE_S = 8

export interface Row {
  readonly what: string
  readonly count: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly maxMs: number
}

export const run = async (): Promise<{ table: readonly Row[]; summary: Readonly<Record<string, number>> }> => {
  const dataDir = await temporaryFolder()
  const cell = await startCell(testConfig({ DURE_DATA_DIR: join(dataDir, '.dure'), DURE_POOL_SIZE: '16' }), {
    log: makeLogger('silent', undefined),
    clock: systemClock,
  })
  try {
    return await measure(cell)
  } finally {
    await cell.close()
    await wipeData(join(dataDir, '.dure'))
    await rm(dataDir, { recursive: true, force: true })
  }
}

const measure = async (cell: Cell): Promise<Awaited<ReturnType<typeof run>>> => {
  await settleHospitals({ cell, clock: systemClock }, { hospitals: HOSPITALS, slots: SLOTS_EACH })
  const desks = await Promise.all(Array.from({ length: DESKS }, () => deskOf(cell)))
  const hospitals = new Map<string, Call>()
  for (let at = 0; at < HOSPITALS; at += 1) {
    const id = hospitalId(at)
    hospitals.set(id, await callerFor(cell, 'hospital_desk', id))
  }
  await work(desks, hospitals, WARM_UP_S)
  const before = cell.deps.db.stats()
  const cpu = process.cpuUsage()
  const started = performance.now()
  const times = await work(desks, hospitals, MEASURED_S)
  const tookMs = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  const after = cell.deps.db.stats()
  const placed = times.placed.length
  const sqlMs = after.sqlMs - before.sqlMs
  const actMs = times.acts.reduce((sum, ms) => sum + ms, 0)
  const bare = await barePlacements(cell.deps.db, DESKS, BARE_S)
  const perSecond = placed / (tookMs / 1_000)
  return {
    table: [
      row('a patient from asking to a confirmed bed (6 acts)', times.placed, tookMs),
      row('one act over HTTP', times.acts, tookMs),
      row('the same rows by bare SQL, 6 transactions', bare.placed, bare.tookMs),
    ],
    summary: {
      desks: DESKS,
      placed,
      refusedAndRepeated: times.refused,
      placedPerSecond: round(perSecond),
      placedP50Ms: quantile(times.placed, 0.5),
      placedP95Ms: quantile(times.placed, 0.95),
      actP50Ms: quantile(times.acts, 0.5),
      actP95Ms: quantile(times.acts, 0.95),
      statementsPerPlacement: round((after.queries - before.queries) / placed),
      sqlMsPerPlacement: round(sqlMs / placed),
      // Of the time the desks waited for answers: the part in which the server itself waited for the database.
      shareOfTimeInSql: round(sqlMs / actMs),
      serverAndDesksCpuShare: round((user + system) / 1_000 / tookMs),
      transactionRetries: after.retries - before.retries,
      barePerSecond: round(bare.placed.length / (bare.tookMs / 1_000)),
      ratioToBareSql: round(bare.placed.length / (bare.tookMs / 1_000) / perSecond),
    },
  }
}

interface Desk {
  readonly requester: Call
  readonly placement: Call
}

const callerFor = async ({ deps, url }: Cell, role: Role, facilityId: string | null): Promise<Call> => {
  const now = deps.clock.now()
  const person = { id: deps.ids.next(), name: '측정', roles: [role], region: deps.config.region, facilityId }
  await insertPerson(deps.db, person, now)
  const token = await startSession(deps.db, person.id, now)
  return client(url, fetch, { [CSRF_HEADER]: '1', cookie: `${SESSION_COOKIE}=${token}` })
}

const deskOf = async (cell: Cell): Promise<Desk> => ({
  requester: await callerFor(cell, 'requester', ORIGIN_ID),
  placement: await callerFor(cell, 'placement_desk', null),
})

interface Times {
  readonly placed: number[]
  readonly acts: number[]
  refused: number
}

const work = async (desks: readonly Desk[], hospitals: ReadonlyMap<string, Call>, seconds: number): Promise<Times> => {
  const times: Times = { placed: [], acts: [], refused: 0 }
  const until = performance.now() + seconds * 1_000
  const one = async (desk: Desk) => {
    while (performance.now() < until) {
      const started = performance.now()
      if (await place(desk, hospitals, times)) times.placed.push(performance.now() - started)
    }
  }
  await Promise.all(desks.map(one))
  return times
}

/** One patient, from asking to a confirmed bed. False when the asked hospital had no bed left for this one. */
const place = async (desk: Desk, hospitals: ReadonlyMap<string, Call>, times: Times): Promise<boolean> => {
  const timed = async <T>(act: Promise<T>): Promise<T> => {
    const started = performance.now()
    const answer = await act
    times.acts.push(performance.now() - started)
    return answer
  }
  const made = must(await timed(desk.requester(e.createRequest, { body: ESSENTIALS })))
  const params = { id: made.id }
  const triage = { event: 'triage', severity: 'severe', urgency: 'immediate' } as const
  const judged = must(
    await timed(desk.placement(e.actOnRequest, { params, body: { act: triage, version: made.version } })),
  )
  const begin = { act: { event: 'start_matching' } as const, version: judged.version }
  const begun = must(await timed(desk.placement(e.actOnRequest, { params, body: begin })))
  const asked = must(await timed(desk.placement(e.sendOffers, { params, body: { version: begun.version } })))
  for (const offer of asked.offers) {
    const hospital = hospitals.get(offer.hospitalId)
    if (hospital === undefined) throw new Error('a hospital nobody speaks for')
    const accept = { params: { id: offer.id }, body: { act: { event: 'accept' } } } as const
    const answered = await timed(hospital(e.actOnOffer, accept))
    if (answered.ok) {
      const version = must(await desk.requester(e.getRequest, { params })).version
      must(await timed(desk.requester(e.actOnRequest, { params, body: { act: { event: 'confirm' }, version } })))
      return true
    }
    if (answered.error.code !== 'slot-taken') throw new Error(answered.error.code)
    times.refused += 1
  }
  return false
}

const round = (value: number): number => Math.round(value * 100) / 100

export const quantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN)
}

const row = (what: string, values: readonly number[], tookMs: number): Row => ({
  what,
  count: values.length,
  perSecond: round(values.length / (tookMs / 1_000)),
  p50Ms: quantile(values, 0.5),
  p95Ms: quantile(values, 0.95),
  maxMs: quantile(values, 1),
})

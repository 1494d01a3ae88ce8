import { insertSlots, type NewSlot } from '../beds/index.ts'
import { type DemoFigures, saveDemoRegion } from '../facilities/index.ts'
import { insertPerson } from '../platform/auth.sql.ts'
import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { seedRooms } from '../rooms/index.ts'
import { DEMO_SEED, type DemoHospital, type DemoRegion, generateRegion } from './generate.ts'
import { reportForDemo } from './reporter.service.ts'
import { welcomeNeighbours } from './standing-in-people.service.ts'

type Needs = Pick<Deps, 'db' | 'clock' | 'config' | 'log' | 'onReady' | 'onClose'>

/**
 * Fills an empty demo cell with its region's invented hospitals, bed places and people, once; on every later start it only
 * lets them go on reporting.
 */
export const seedDemo = async (deps: Needs, seed = DEMO_SEED): Promise<void> => {
  if (deps.config.region === NATIONAL) return seedNational(deps)
  welcomeNeighbours(deps, seed)
  const demo = generateRegion(deps.config.region, seed)
  const now = deps.clock.now()
  const seeded = await deps.db.tx(async (tx) => {
    if (!(await saveDemoRegion(tx, figuresOf(demo), now))) return false
    await insertSlots(
      tx,
      demo.hospitals.flatMap((hospital) => newSlots(hospital, now)),
      now,
    )
    await insertPeople(tx, demo, now)
    return true
  })
  const { region, hospitals } = demo
  await deps.db.tx((tx) => seedRooms(tx, { region: region.code, people: demo.people, hospitals }, now))
  if (seeded) deps.log.info({ region: region.code, hospitals: hospitals.length }, 'demo-seeded')
  reportForDemo(deps, demo, seeded ? now : LONG_AGO)
}

/** The national cell has people and no beds: what it shows, regions tell it. */
const NATIONAL = '00'
const NATIONAL_PEOPLE = [
  { id: 'demo-00-national-1', name: '최중앙', roles: ['national_desk'] },
  { id: 'demo-00-national-2', name: '한중앙', roles: ['national_desk'] },
  { id: 'demo-00-admin-1', name: '정관리', roles: ['admin'] },
] as const

const seedNational = ({ db, clock }: Needs): Promise<void> =>
  db.tx(async (tx) => {
    for (const person of NATIONAL_PEOPLE) {
      const known = await tx.sql(`select from platform.person p where p.id = $1`, [person.id])
      if (known.length > 0) continue
      await insertPerson(tx, { ...person, region: NATIONAL, facilityId: null, demo: true }, clock.now())
    }
  })

const LONG_AGO = new Date(0)

const newSlots = ({ id, slots }: DemoHospital, now: Date): readonly NewSlot[] =>
  slots.map(({ ageMin, ...slot }) => ({
    ...slot,
    hospitalId: id,
    asOf: new Date(now.getTime() - ageMin * 60_000),
    source: 'api' as const,
  }))

const insertPeople = async (tx: Tx, { people }: DemoRegion, now: Date): Promise<void> => {
  for (const person of people) await insertPerson(tx, { ...person, demo: true }, now)
}

const figuresOf = ({ region, hospitals }: DemoRegion): DemoFigures => ({
  sidoCode: region.code,
  hospitals: hospitals.map((hospital) => ({
    id: hospital.id,
    name: hospital.name,
    type: hospital.type,
    kind: hospital.kind,
    sidoCode: region.code,
    sigunguCode: hospital.sigunguCode,
    address: hospital.address,
    phone: hospital.phone,
    ...(hospital.erPhone === null ? {} : { erPhone: hospital.erPhone }),
    lat: hospital.position.lat,
    lon: hospital.position.lon,
    licensedBeds: hospital.licensedBeds,
    inpatientRooms: null,
    medicalStaff: null,
    departments: hospital.departments,
    sourceUpdatedOn: null,
  })),
  closed: hospitals.filter(({ state }) => state === 'closed').map(({ id }) => id),
  answers: hospitals.flatMap(({ id, answers }) => answers.map(([code, answer]) => ({ hospitalId: id, code, answer }))),
  counts: hospitals.flatMap(({ id, slots }) => countsOf(id, slots)),
})

/** What the hospital would have told the emergency centre: its own slots, counted. */
const countsOf = (hospitalId: string, slots: DemoHospital['slots']): DemoFigures['counts'] => {
  const byClass = Map.groupBy(slots, ({ bedClass }) => bedClass)
  return [...byClass].map(([bedClass, own]) => ({
    hospitalId,
    bedClass,
    available: own.filter(({ state }) => state === 'available').length,
    total: own.length,
    ageMin: Math.max(...own.map(({ ageMin }) => ageMin)),
  }))
}

import type { BedClass, Capability } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import { bySource, factOf, type StoredAnswer } from './answers.ts'
import { standingStops } from './statement.sql.ts'
import type { BedCount, CapabilityFact, IntakeStop, RankedHospital } from './types.ts'
import { speaksHere } from './written.sql.ts'

export type HospitalFilter = {
  readonly sidoCodes?: readonly string[]
  readonly ids?: readonly string[]
}

type HospitalFields = Omit<RankedHospital, 'position' | 'capabilities' | 'stops'> & {
  readonly lat: number
  readonly lon: number
}

/** Hospitals of every state with all that is known of their abilities, in the order of their ids. */
export const loadHospitals = async (db: Queries, filter: HospitalFilter = {}): Promise<readonly RankedHospital[]> => {
  const values = [filter.sidoCodes ?? null, filter.ids ?? null]
  const [hospitals, answers] = [
    await db.sql<HospitalFields>(SELECT_HOSPITALS, values),
    await db.sql<StoredAnswer & { hospitalId: string; code: Capability }>(SELECT_ANSWERS, values),
  ]
  const capabilities = new Map<string, Map<Capability, CapabilityFact[]>>()
  for (const { hospitalId, code, ...answer } of answers) {
    const own = capabilities.get(hospitalId) ?? new Map<Capability, CapabilityFact[]>()
    own.set(code, [...(own.get(code) ?? []), factOf(answer)].sort(bySource))
    capabilities.set(hospitalId, own)
  }
  const stops = new Map<string, IntakeStop[]>()
  for (const { hospitalId, bedClass, reason, at, until } of await standingStops(db, filter.ids ?? null))
    stops.set(hospitalId, [...(stops.get(hospitalId) ?? []), { bedClass, reason, since: at, until }])
  return hospitals.map(({ lat, lon, ...rest }) => ({
    ...rest,
    position: { lat, lon },
    capabilities: capabilities.get(rest.id) ?? NOTHING_KNOWN,
    stops: stops.get(rest.id) ?? [],
  }))
}

const NOTHING_KNOWN: ReadonlyMap<Capability, readonly CapabilityFact[]> = new Map()

const SELECT_HOSPITALS = `
select id, hpid, name, kind, sido_code as "sidoCode", sigungu_code as "sigunguCode", lat, lon, phone,
       er_phone as "erPhone", licensed_beds as "licensedBeds", state, source
  from facilities.hospital
 where ($1::text[] is null or sido_code = any ($1))
   and ($2::text[] is null or id = any ($2))
 order by id`

/** An unknown answer is what no answer is, and need not be carried; but a hospital's own says that others are not to be believed. */
const SELECT_ANSWERS = `
select c.hospital_id as "hospitalId", c.code, c.answer, c.source, c.flags, c.as_of as "asOf",
       c.received_at as "receivedAt", c.usable_until as until
  from facilities.capability c
  join facilities.hospital h on h.id = c.hospital_id
 where (c.answer <> 'unknown' or c.source = 'hospital')
   and (c.source <> 'hospital' or ${speaksHere('h.sido_code')})
   and ($1::text[] is null or h.sido_code = any ($1))
   and ($2::text[] is null or h.id = any ($2))`

export const hospitalById = async (db: Queries, id: string): Promise<RankedHospital | undefined> =>
  (await loadHospitals(db, { ids: [id] }))[0]

/** The name of each known hospital among these. */
export const hospitalNames = async (db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const rows = await db.sql<{ id: string; name: string }>(
    'select id, name from facilities.hospital where id = any ($1::text[])',
    [ids],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** The last figure of every class and source; hospitals and classes nobody spoke of are not in it. */
export const latestBedCounts = async (
  db: Queries,
  filter: HospitalFilter & { readonly bedClass?: BedClass } = {},
): Promise<readonly BedCount[]> =>
  db.sql(
    `select b.hospital_id as "hospitalId", b.bed_class as "bedClass", b.source, b.reading, b.available, b.total,
            b.raw, b.flags, b.as_of as "asOf", b.received_at as "receivedAt"
       from facilities.bed_count b
       join facilities.hospital h on h.id = b.hospital_id
      where ($1::text[] is null or h.sido_code = any ($1))
        and ($2::text[] is null or h.id = any ($2))
        and ($3::text is null or b.bed_class = $3)
      order by b.hospital_id, b.bed_class, b.source`,
    [filter.sidoCodes ?? null, filter.ids ?? null, filter.bedClass ?? null],
  )

export const directoryVersion = async (db: Queries): Promise<string> => {
  const [row] = await db.sql<{ version: string }>('select version from facilities.directory_version')
  if (row === undefined) throw new Error('facilities.directory_version has lost its row')
  return row.version
}

/** Time alone changed what stands: a word was over. Readers load the directory again. */
export const touchDirectory = async (tx: Queries): Promise<void> => {
  await tx.sql('update facilities.directory_version set version = version + 1')
  await tx.sql(`select pg_notify($1, '')`, [DIRECTORY_CHANNEL])
}

/** NOTIFY channel on which the directory says that it changed. */
export const DIRECTORY_CHANNEL = 'facilities_directory'

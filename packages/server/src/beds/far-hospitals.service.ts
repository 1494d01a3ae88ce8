import { type Capability, type CapabilityAnswer, HOSPITAL_KINDS } from '@dure/contract'
import {
  type CapabilityFact,
  type CapabilitySource,
  type Directory,
  type DirectorySnapshot,
  factAt,
  type RankedHospital,
  type ToldHospital,
} from '../facilities/index.ts'
import { canonicalJson, sha256 } from '../platform/canonical.ts'
import type { Queries, Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import { type HospitalStated, hospitalStated } from './told-bodies.ts'

/** The directory with the hospitals of other regions, as those regions' logs tell them. */
export interface WideDirectory extends Directory {
  /** Another region told something: read it again at the next use. */
  told(): void
  /** Only what this cell's own tables hold, as they are now. */
  own(): Promise<DirectorySnapshot>
}

/** What another process took from a log is found by looking, this often. */
const LOOK_MS = 5_000

export const withFarHospitals = (own: Directory, db: Queries, region: string): WideDirectory => {
  let far: readonly ToldHospital[] = []
  let writes: ReadonlySet<string> = new Set()
  let farVersion = ''
  /** Rises with every reading: two words of one instant are two versions. */
  let readings = 0
  let dirty = true
  let lookedAt = Number.NEGATIVE_INFINITY
  let merged: { readonly key: string; readonly snapshot: DirectorySnapshot } | undefined
  const look = async (): Promise<void> => {
    if (!dirty && performance.now() - lookedAt < LOOK_MS) return
    dirty = false
    lookedAt = performance.now()
    const [row] = await db.sql<{ version: string; writes: string[] }>(
      // Not the newest alone: the clocks of regions differ, and a later word may carry an earlier time.
      `with w as (select array(select origin from platform.writing order by origin) as writes)
       select concat_ws(':', count(*), sum(extract(epoch from told_at)), w.writes) as version, w.writes
         from w
         left join beds.told_hospital on true
        group by w.writes`,
    )
    if (row === undefined || row.version === farVersion) return
    writes = new Set(row.writes)
    const rows = await db.sql<{ sido: string; facts: unknown; told_at: Date }>(
      `select h.sido, h.facts, h.told_at from beds.told_hospital h order by h.id`,
    )
    far = rows
      .map(({ sido, facts, told_at }) => toHospital(hospitalStated.parse(facts), sido, told_at))
      .filter((one) => one.sidoCode !== region)
    farVersion = row.version
    readings += 1
  }
  const widen = async (snapshot: DirectorySnapshot): Promise<DirectorySnapshot> => {
    await look()
    if (far.length === 0) return snapshot
    const key = `${snapshot.version}+${readings}`
    if (merged?.key === key) return merged.snapshot
    const known = heard(snapshot.byId)
    const theirs = new Set<string>(known.map(({ id }) => id))
    const hospitals = [...snapshot.hospitals.filter(({ id }) => !theirs.has(id)), ...known]
    const byId = new Map(hospitals.map((one) => [one.id as string, one]))
    merged = { key, snapshot: { ...snapshot, version: key, hospitals, byId } }
    return merged.snapshot
  }
  /** Who writes a hospital's region knows it best: a register entry of ours gives way, unless we stand in for that region. */
  const heard = (byId: DirectorySnapshot['byId']) =>
    far.filter(({ id, sidoCode }) => !writes.has(sidoCode) || !byId.has(id))
  own.onElsewhere(async () => {
    await look()
    return heard((await own.current()).byId)
  })
  return {
    ...own,
    current: async () => widen(await own.current()),
    refresh: async () => {
      dirty = true
      return widen(await own.refresh())
    },
    told: () => {
      dirty = true
      farVersion = ''
    },
    own: () => own.refresh(),
  }
}

const toHospital = (said: HospitalStated, toldBy: string, toldAt: Date): ToldHospital =>
  ({
    toldBy,
    toldAt,
    id: said.id,
    hpid: said.hpid,
    name: said.name,
    kind: HOSPITAL_KINDS.find((kind) => kind === said.kind) ?? 'other',
    sidoCode: said.sidoCode,
    sigunguCode: said.sigunguCode,
    position: { lat: said.lat, lon: said.lon },
    phone: said.phone,
    erPhone: said.erPhone,
    licensedBeds: said.licensedBeds,
    state: said.state,
    source: said.source,
    capabilities: new Map(
      // Older cells do not say whose answer it is: then it is of whoever describes the hospital.
      Object.entries(said.answers).map(([code, { answer, source = said.source, usableUntil }]) => [
        code as Capability,
        [
          {
            answer: answer as CapabilityAnswer,
            source: source as CapabilitySource,
            asOf: null,
            // All of it is told again when a part of it changes: since when it is so, nobody says.
            receivedAt: new Date(0),
            ...(usableUntil === null ? {} : { usableUntil: new Date(usableUntil) }),
          } satisfies CapabilityFact,
        ],
      ]),
    ),
    stops: said.stops.map(({ since, until, ...stop }) => ({
      ...stop,
      since: new Date(since),
      until: until === null ? null : new Date(until),
    })),
  }) as unknown as ToldHospital

/** The answers that count now, and the stops that stand: said again when time alone changes them. */
const toStated = (hospital: RankedHospital, now: Date): HospitalStated => ({
  id: hospital.id,
  hpid: hospital.hpid,
  name: hospital.name,
  kind: hospital.kind,
  sidoCode: hospital.sidoCode,
  sigunguCode: hospital.sigunguCode,
  lat: hospital.position.lat,
  lon: hospital.position.lon,
  phone: hospital.phone,
  erPhone: hospital.erPhone,
  licensedBeds: hospital.licensedBeds,
  state: hospital.state,
  source: hospital.source,
  answers: Object.fromEntries(
    [...hospital.capabilities.keys()].flatMap((code) => {
      const fact = factAt(hospital, code, now)
      return fact === undefined
        ? []
        : [
            [
              code,
              { answer: fact.answer, source: fact.source, usableUntil: fact.usableUntil?.toISOString() ?? null },
            ] as const,
          ]
    }),
  ),
  stops: hospital.stops
    .filter(({ until }) => until === null || now < until)
    .map(({ bedClass, reason, since, until }) => ({
      bedClass,
      reason,
      since: since.toISOString(),
      until: until?.toISOString() ?? null,
    })),
})

/** Hospitals said in one transaction. */
const SAID_AT_ONCE = 200

/** Says what changed of the hospitals of a region this cell writes since it was last said. Gives how many. */
export const sayHospitals = async (tx: Tx, own: DirectorySnapshot, region: string, now: Date): Promise<number> => {
  const rows = await tx.sql<{ id: string; digest: Buffer }>(
    `select h.id, h.digest from beds.hospital_said h where h.sido = $1`,
    [region],
  )
  const said = new Map(rows.map(({ id, digest }) => [id, digest.toString('hex')]))
  let count = 0
  for (const hospital of own.hospitals) {
    if (hospital.sidoCode !== region || count >= SAID_AT_ONCE) continue
    const body = toStated(hospital, now)
    const digest = sha256(canonicalJson(body))
    if (said.get(hospital.id) === digest.toString('hex')) continue
    await appendOp(tx, { origin: region, kind: 'hospital-stated', subject: hospital.id, body, audience: {}, at: now })
    await tx.sql(
      `insert into beds.hospital_said (id, sido, digest) values ($1, $2, $3)
           on conflict (id) do update set sido = excluded.sido, digest = excluded.digest`,
      [hospital.id, region, digest],
    )
    count += 1
  }
  return count
}

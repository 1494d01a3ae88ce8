import { CAPABILITIES, type Capability, type CapabilityAnswer, type RegionMode } from '@dure/contract'
import {
  answerAt,
  type Directory,
  type DirectorySnapshot,
  type RankedHospital,
  regionByCode,
  stoppedAt,
} from '../facilities/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Queries } from '../platform/db.ts'
import type { Logger } from '../platform/logger.ts'
import { startWorker, type Worker } from '../platform/worker.ts'
import type { AssignmentEdge } from './batch-assignment.ts'
import type { DriveTimeSource, RoadPlace } from './drive-time.ts'
import { acceptanceSince, placementCounts } from './offers.sql.ts'
import { isOpenOffer } from './offers.ts'
import { phoneChecksSince } from './phone-checks.sql.ts'
import { callsCountFrom, settledFor } from './phone-checks.ts'
import { rank } from './ranking.ts'
import { DEFAULT_RANKING_CONFIG } from './ranking-config.ts'
import { assignmentEdges } from './ranking-edges.ts'
import { prepare, replaceSlot, type Snapshot } from './ranking-snapshot.ts'
import type { AcceptanceRecord, RankHospital, Ranking, RankingInput, RankRequest, RankSlot } from './ranking-types.ts'
import { regionMode } from './region.sql.ts'
import { regionsAsked } from './regions-asked.ts'
import type { Placement } from './relations.ts'
import type { RequestRow, SlotRow } from './rows.ts'
import { rankedSlots, slotVersionsSince } from './slots.sql.ts'

export interface RankHow {
  readonly limits?: { readonly candidates?: number; readonly whyNot?: number }
  /** Of the request's region, if the caller has read it already. */
  readonly mode?: RegionMode
}

/** Ranks hospitals for a request on a copy of all slots kept in memory. Whether a slot is still free, SQL decides. */
export interface Finder {
  /** Best first. Reads no slot: call `refresh` before a transaction that changes some. */
  rank(placement: Placement, now: Date, how?: RankHow): Promise<Ranking>
  /** The places that would do, with what each costs: for a suggestion over the whole queue. */
  edges(placement: Placement, now: Date): Promise<readonly AssignmentEdge[]>
  /** Brings the copy up to date with what was touched. */
  refresh(): Promise<void>
  /** These slots were changed and committed by this process. */
  touch(ids: readonly string[]): void
  /** Something was added or imported: everything is read again. */
  touchAll(): void
  snapshot(): Promise<Snapshot>
  directory(): Promise<DirectorySnapshot>
  /** Labels of the slots in the copy. */
  labels(): Promise<ReadonlyMap<string, { readonly label: string }>>
  /** Follows what other processes change. */
  begin(): void
  end(): Promise<void>
}

export interface FinderNeeds {
  readonly db: Queries
  readonly clock: Clock
  readonly log: Logger
  readonly directory: Directory
  readonly drive: DriveTimeSource
}

const HISTORY_MS = 14 * 24 * 3_600_000
const DAY_MS = 24 * 3_600_000
/** How often acceptance records, placement counts and ageing answers are worked out anew. */
const PREPARE_AGAIN_MS = 5 * 60_000
const LOOK_EVERY_MS = 1_000
/** A transaction lives at most this long; a change stamped earlier than what was seen last may still be committed. */
const LATE_COMMIT_MS = 20_000

interface Copy {
  readonly snapshot: Snapshot
  readonly versions: Map<string, number>
  /** A label never changes. */
  readonly labels: ReadonlyMap<string, { readonly label: string }>
  readonly directoryVersion: string
  readonly preparedAtMs: number
}

export const makeFinder = (needs: FinderNeeds): Finder => {
  let copy: Copy | undefined
  let dirty = new Set<string>()
  let everything = true
  let preparing: Promise<Copy> | undefined
  let worker: Worker | undefined

  const prepareAgain = (): Promise<Copy> => {
    preparing ??= load(needs)
      .then((fresh) => {
        copy = fresh
        return fresh
      })
      .finally(() => {
        preparing = undefined
      })
    return preparing
  }

  const refresh = async (): Promise<void> => {
    const { version } = await needs.directory.current()
    const nowMs = needs.clock.now().getTime()
    // While somebody else prepares, the old copy serves: waiting here could keep a connection from the one who prepares.
    if (copy === undefined || (preparing === undefined && (everything || outdated(copy, version, nowMs)))) {
      everything = false
      dirty = new Set()
      await prepareAgain()
    }
    if (dirty.size === 0 || copy === undefined) return
    const ids = [...dirty]
    dirty = new Set()
    const { byId } = await needs.directory.current()
    for (const row of await rankedSlots(needs.db, ids))
      if (byId.has(row.hospital_id) && !putSlot(copy, row)) everything = true
  }

  /** What other processes changed, and what a lost signal kept from us. */
  const look = async (): Promise<boolean> => {
    if (copy === undefined) return false
    const since = new Date(needs.clock.now().getTime() - LATE_COMMIT_MS)
    for (const { id, version } of await slotVersionsSince(needs.db, since))
      if ((copy.versions.get(id) ?? 0) < version) dirty.add(id)
    await refresh()
    return false
  }

  const current = async (): Promise<Copy> => copy ?? prepareAgain()

  const inputOf = async (placement: Placement, now: Date, known?: RegionMode): Promise<RankingInput> => {
    const { snapshot } = await current()
    const request = await toRankRequest(needs, placement, now)
    const nowMs = now.getTime()
    const driveTimes = await needs.drive.from(request.origin, snapshot.road, nowMs)
    const mode = known ?? (await regionMode(needs.db, placement.row.sido)).mode
    return { request, snapshot, driveTimes, nowMs, mode, config: DEFAULT_RANKING_CONFIG }
  }

  return {
    refresh,
    touch: (ids) => {
      for (const id of ids) dirty.add(id)
    },
    touchAll: () => {
      everything = true
    },
    snapshot: async () => {
      await refresh()
      return (await current()).snapshot
    },
    directory: () => needs.directory.current(),
    labels: async () => (await current()).labels,
    rank: async (placement, now, { limits, mode } = {}) => {
      const input = await inputOf(placement, now, mode)
      return rank(limits === undefined ? input : { ...input, limits })
    },
    edges: async (placement, now) => {
      const input = await inputOf(placement, now)
      return assignmentEdges(input, rank({ ...input, limits: { candidates: 20, whyNot: 0 } }).candidates)
    },
    begin: () => {
      worker = startWorker('bed-slots', LOOK_EVERY_MS, look, needs.log)
    },
    end: async () => {
      await worker?.close()
      await preparing?.catch(() => undefined)
    },
  }
}

const outdated = (copy: Copy, directoryVersion: string, nowMs: number): boolean =>
  copy.directoryVersion !== directoryVersion || Math.abs(nowMs - copy.preparedAtMs) >= PREPARE_AGAIN_MS

/** False for a slot that is not in the copy yet. An older row never replaces a newer one. */
const putSlot = (copy: Copy, row: SlotRow): boolean => {
  if ((copy.versions.get(row.id) ?? 0) >= row.version) return true
  if (!replaceSlot(copy.snapshot, toRankSlot(row))) return false
  copy.versions.set(row.id, row.version)
  return true
}

const load = async ({ db, clock, directory }: FinderNeeds): Promise<Copy> => {
  const now = clock.now()
  const known = await directory.current()
  const counts = await placementCounts(db, ago(now, DAY_MS), ago(now, 3 * DAY_MS))
  const placed = new Map(counts.map((row) => [row.hospital_id, row]))
  const history = await acceptanceSince(db, ago(now, HISTORY_MS))
  const rows = (await rankedSlots(db, null)).filter((row) => known.byId.has(row.hospital_id))
  const hospitals = known.hospitals.map((hospital) => ({
    ...toRankHospital(hospital, now),
    placements24h: placed.get(hospital.id)?.day ?? 0,
    placements72h: placed.get(hospital.id)?.three_days ?? 0,
  }))
  const records = history.filter((row) => known.byId.has(row.hospital_id)).map(toRecord)
  return {
    snapshot: prepare(hospitals, rows.map(toRankSlot), records, DEFAULT_RANKING_CONFIG),
    versions: new Map(rows.map((row) => [row.id, row.version])),
    labels: new Map(rows.map(({ id, label }) => [id, { label }])),
    directoryVersion: known.version,
    preparedAtMs: now.getTime(),
  }
}

const ago = (now: Date, ms: number): Date => new Date(now.getTime() - ms)

const toRecord = (row: Awaited<ReturnType<typeof acceptanceSince>>[number]): AcceptanceRecord => ({
  hospitalId: row.hospital_id,
  bedClass: row.bed_class,
  quarter: row.quarter,
  offers: row.offers,
  accepted: row.accepted,
  secondsToAccept: row.seconds_to_accept,
})

export const toRankHospital = (hospital: RankedHospital, now: Date): RankHospital => ({
  id: hospital.id,
  open: hospital.state === 'open',
  diverted: stoppedAt(hospital, now).whole !== null,
  divertedClasses: [...stoppedAt(hospital, now).byClass.keys()],
  position: hospital.position,
  sidoCode: hospital.sidoCode,
  sigunguCode: hospital.sigunguCode,
  capabilities: answersAt(hospital, now),
  placements24h: 0,
  placements72h: 0,
})

/** Most hospitals answer for a handful of the fifty codes. */
const answersAt = (hospital: RankedHospital, now: Date): ReadonlyMap<Capability, CapabilityAnswer> =>
  new Map(
    CAPABILITIES.filter((code) => hospital.capabilities.has(code)).map((code) => [code, answerAt(hospital, code, now)]),
  )

export const toRankSlot = (row: SlotRow): RankSlot => ({
  id: row.id,
  hospitalId: row.hospital_id,
  bedClass: row.bed_class,
  isolation: row.isolation,
  share: row.share,
  state: row.state,
  roomSex: row.room_sex,
  minAgeYears: row.min_age_years,
  maxAgeYears: row.max_age_years,
  cohortPathogen: row.cohort_pathogen,
  opensInHours: row.opens_in_hours,
  // A figure its own hospital called wrong is as good as none.
  asOfMs: row.doubted_at === null ? row.as_of.getTime() : 0,
  source: row.source,
})

const toRankRequest = async (needs: FinderNeeds, { row, offers }: Placement, now: Date): Promise<RankRequest> => ({
  id: row.id,
  origin: await originOf(needs, row),
  originHospitalId: row.origin_hospital_id,
  requestedClass: row.requested_class,
  isolationNeed: row.isolation_need,
  pathogen: row.pathogen,
  needs: row.needs,
  oxygen: row.oxygen,
  ageYears: row.age_years,
  sex: row.sex,
  urgency: row.urgency,
  stability: row.stability,
  outOfRegionConsent: row.out_of_region_consent,
  regionsAsked: regionsAsked(row),
  openOfferHospitalIds: offers.filter((offer) => isOpenOffer(offer.state)).map((offer) => offer.hospital_id),
  declines: offers.flatMap((offer) =>
    offer.decline_reason === null || offer.answered_at === null
      ? []
      : [{ hospitalId: offer.hospital_id, reason: offer.decline_reason, atMs: offer.answered_at.getTime() }],
  ),
  ...(await settledByCalls(needs, row, now)),
  continuityHospitalIds:
    typeof row.details?.continuityHospitalId === 'string' ? [row.details.continuityHospitalId] : [],
})

const settledByCalls = async ({ db, directory }: FinderNeeds, row: RequestRow, now: Date) => {
  const checks = await phoneChecksSince(db, row.id, callsCountFrom(row.requested_class, now))
  return settledFor(checks, checks.length === 0 ? new Map() : (await directory.current()).byId)
}

/** Where the patient is; without a place, the seat of the region: better a coarse drive time than none. */
const originOf = async (needs: FinderNeeds, row: RequestRow): Promise<RoadPlace> => {
  const known =
    row.origin_hospital_id === null ? undefined : (await needs.directory.current()).byId.get(row.origin_hospital_id)
  if (row.origin_lat !== null && row.origin_lon !== null) {
    const position = { lat: row.origin_lat, lon: row.origin_lon }
    return { position, sidoCode: row.sido, sigunguCode: known?.sigunguCode ?? null }
  }
  if (known !== undefined) return { position: known.position, sidoCode: row.sido, sigunguCode: known.sigunguCode }
  const seat = regionByCode(row.sido)?.seat ?? { lat: 36.5, lon: 127.8 }
  return { position: seat, sidoCode: row.sido, sigunguCode: null }
}

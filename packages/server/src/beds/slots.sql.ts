import type {
  BedClass,
  BlockedReason,
  Channel,
  Pathogen,
  RoomSex,
  SlotIsolation,
  SlotShare,
  SlotState,
} from '@dure/contract'
import type { Queries } from '../platform/db.ts'

/** A row of `beds.slot`. */
export interface SlotRow {
  readonly id: string
  readonly hospital_id: string
  readonly label: string
  readonly bed_class: BedClass
  readonly isolation: SlotIsolation
  readonly share: SlotShare
  readonly state: SlotState
  readonly blocked_reason: BlockedReason | null
  readonly opens_in_hours: number | null
  readonly room_sex: RoomSex
  readonly min_age_years: number | null
  readonly max_age_years: number | null
  readonly cohort_pathogen: Pathogen | null
  readonly as_of: Date
  readonly source: Channel
  /** int8 */
  readonly fencing: string
  readonly version: number
}

/** A bed place to be added. `state` is never `held`: only a hold does that. */
export interface NewSlot {
  readonly id: string
  readonly hospitalId: string
  readonly label: string
  readonly bedClass: BedClass
  readonly isolation: SlotIsolation
  readonly share: SlotShare
  readonly state: Exclude<SlotState, 'held'>
  readonly blockedReason?: BlockedReason | null
  readonly opensInHours?: number | null
  readonly roomSex?: RoomSex
  readonly minAgeYears?: number | null
  readonly maxAgeYears?: number | null
  readonly cohortPathogen?: Pathogen | null
  readonly asOf: Date
  readonly source: Channel
}

const SLOT_COLUMNS = `s.id, s.hospital_id, s.label, s.bed_class, s.isolation, s.share, s.state, s.blocked_reason,
  s.opens_in_hours, s.room_sex, s.min_age_years, s.max_age_years, s.cohort_pathogen, s.as_of, s.source, s.fencing, s.version`

/**
 * Adds bed places, all or none.
 * @returns how many
 * @throws a unique violation when a hospital has two of one label
 */
export const insertSlots = async (tx: Queries, slots: readonly NewSlot[], now: Date): Promise<number> => {
  if (slots.length === 0) return 0
  const rows = slots.map((slot) => ({
    id: slot.id,
    hospital_id: slot.hospitalId,
    label: slot.label,
    bed_class: slot.bedClass,
    isolation: slot.isolation,
    share: slot.share,
    state: slot.state,
    blocked_reason: slot.blockedReason ?? null,
    opens_in_hours: slot.opensInHours ?? null,
    room_sex: slot.roomSex ?? 'any',
    min_age_years: slot.minAgeYears ?? null,
    max_age_years: slot.maxAgeYears ?? null,
    cohort_pathogen: slot.cohortPathogen ?? null,
    as_of: slot.asOf.toISOString(),
    source: slot.source,
  }))
  const added = await tx.sql<{ id: string }>(
    `insert into beds.slot (id, hospital_id, label, bed_class, isolation, share, state, blocked_reason, opens_in_hours,
        room_sex, min_age_years, max_age_years, cohort_pathogen, as_of, source, created_at, changed_at)
     select id, hospital_id, label, bed_class, isolation, share, state, blocked_reason, opens_in_hours,
        room_sex, min_age_years, max_age_years, cohort_pathogen, as_of, source, $2, $2
       from jsonb_to_recordset($1::jsonb) as r(id text, hospital_id text, label text, bed_class text, isolation text,
        share text, state text, blocked_reason text, opens_in_hours real, room_sex text, min_age_years int,
        max_age_years int, cohort_pathogen text, as_of timestamptz, source text)
     returning id`,
    [JSON.stringify(rows), now],
  )
  return added.length
}

export const slotsOfHospital = (db: Queries, hospitalId: string): Promise<SlotRow[]> =>
  db.sql<SlotRow>(`select ${SLOT_COLUMNS} from beds.slot s where s.hospital_id = $1 order by s.label, s.id`, [
    hospitalId,
  ])

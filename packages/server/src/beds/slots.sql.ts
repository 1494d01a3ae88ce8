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
import type { Collector, Queries, Tx } from '../platform/db.ts'
import type { By } from './by.ts'
import { first, type SlotRow } from './rows.ts'

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
  s.opens_in_hours, s.room_sex, s.min_age_years, s.max_age_years, s.cohort_pathogen, s.as_of, s.source, s.doubted_at, s.fencing, s.version`

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

/** Null when there is no such slot. */
export const slotById = async (db: Queries, id: string): Promise<SlotRow | null> =>
  (await db.sql<SlotRow>(`select ${SLOT_COLUMNS} from beds.slot s where s.id = $1`, [id]))[0] ?? null

/** Waits for whoever is changing the slot and then reads it. Locked last of all: see README, "Concurrency". */
export const lockSlot = async (tx: Tx, id: string): Promise<SlotRow | null> =>
  (await tx.sql<SlotRow>(`select ${SLOT_COLUMNS} from beds.slot s where s.id = $1 for update`, [id]))[0] ?? null

/** A free slot if nobody else is taking it this moment: one that is locked is not free. */
export const lockFreeSlot = async (tx: Tx, id: string): Promise<SlotRow | null> =>
  (
    await tx.sql<SlotRow>(
      `select ${SLOT_COLUMNS}
         from beds.slot s
        where s.id = $1
          and s.state = 'available'
          for update skip locked`,
      [id],
    )
  )[0] ?? null

/** Every slot of the hospital that is free now, without a lock: whether it still is, is decided when it is taken. */
export const freeSlotsOfHospital = (db: Queries, hospitalId: string): Promise<SlotRow[]> =>
  db.sql<SlotRow>(
    `select ${SLOT_COLUMNS} from beds.slot s where s.hospital_id = $1 and s.state = 'available' order by s.id`,
    [hospitalId],
  )

export interface SlotPatch {
  readonly state: SlotState
  readonly blockedReason?: BlockedReason | null
  readonly opensInHours?: number | null
  readonly share?: SlotShare
  /** Somebody said so now, through this channel; absent: the figure keeps its age. */
  readonly said?: { readonly at: Date; readonly channel: Channel }
  readonly fencing?: number
}

/** Saves a locked slot. The caller holds its lock, so the version is the one that was read. */
export const saveSlot = async (tx: Tx, slot: SlotRow, patch: SlotPatch, now: Date): Promise<SlotRow> => {
  const rows = await tx.sql<SlotRow>(
    `update beds.slot s
        set state = $2,
            blocked_reason = $3,
            opens_in_hours = $4,
            share = $5,
            as_of = coalesce($6, s.as_of),
            source = coalesce($7, s.source),
            doubted_at = case when $6::timestamptz is null then s.doubted_at end,
            fencing = $8,
            version = s.version + 1,
            changed_at = $9
      where s.id = $1
      returning ${SLOT_COLUMNS}`,
    [
      slot.id,
      patch.state,
      patch.blockedReason ?? null,
      patch.opensInHours ?? null,
      patch.share ?? slot.share,
      patch.said?.at ?? null,
      patch.said?.channel ?? null,
      patch.fencing ?? slot.fencing,
      now,
    ],
  )
  return first(rows)
}

/** One tap: all that is shown of these beds is still true. Locks in id order; gives the ids. */
export const refreshSlots = async (
  tx: Tx,
  hospitalId: string,
  bedClass: BedClass | null,
  channel: Channel,
  now: Date,
): Promise<readonly string[]> =>
  (
    await tx.sql<{ id: string }>(
      `with mine as (
         select s.id
           from beds.slot s
          where s.hospital_id = $1
            and ($2::text is null or s.bed_class = $2)
          order by s.id
            for update
       )
       update beds.slot s
          set as_of = $4, source = $3, doubted_at = null, version = s.version + 1, changed_at = $4
         from mine
        where s.id = mine.id
       returning s.id`,
      [hospitalId, bedClass, channel, now],
    )
  ).map(({ id }) => id)

/** The hospital says our figure of this class is wrong: its free places are not placed upon until somebody says them anew. */
export const doubtSlots = async (
  tx: Tx,
  hospitalId: string,
  bedClass: BedClass,
  now: Date,
): Promise<readonly string[]> => {
  const rows = await tx.sql<{ id: string }>(
    `with doubted as (
       select s.id
         from beds.slot s
        where s.hospital_id = $1
          and s.bed_class = $2
          and s.state = 'available'
        order by s.id
          for update skip locked
     )
     update beds.slot s
        set doubted_at = $3, version = s.version + 1, changed_at = $3
       from doubted
      where s.id = doubted.id
     returning s.id`,
    [hospitalId, bedClass, now],
  )
  return rows.map(({ id }) => id)
}

export interface SlotEventRow {
  readonly slotId: string
  readonly kind: string
  readonly from: SlotState
  readonly to: SlotState
  readonly by: By
  readonly data: Readonly<Record<string, unknown>>
}

/** Written with the others of the transaction, just before it commits. */
export const addSlotEvent = (tx: Tx, event: SlotEventRow, now: Date): void => tx.collect(SLOT_EVENTS, { ...event, now })

const SLOT_EVENTS: Collector<SlotEventRow & { readonly now: Date }> = {
  statement: (events) => ({
    text: `insert into beds.slot_event (slot_id, at, kind, from_state, to_state, by_person, by_name, channel, heard_from, data)
           select e.slot_id, e.at, e.kind, e.from_state, e.to_state, e.by_person, e.by_name, e.channel, e.heard_from, e.data
             from rows from (
                    jsonb_to_recordset($1::jsonb) as (slot_id text, at timestamptz, kind text, from_state text, to_state text,
                      by_person text, by_name text, channel text, heard_from text, data jsonb)
                  ) with ordinality as e (slot_id, at, kind, from_state, to_state, by_person, by_name, channel, heard_from, data, place)
            order by e.place`,
    values: [
      JSON.stringify(
        events.map(({ slotId, now, kind, from, to, by, data }) => ({
          ...{ slot_id: slotId, at: now, kind, from_state: from, to_state: to, data },
          ...{ by_person: by.personId, by_name: by.name, channel: by.channel, heard_from: by.heardFrom },
        })),
      ),
    ],
  }),
}

/** Our own places, and those of a region we stand in for as long as we do. */
const OURS = `(s.sido is null or exists (select from platform.writing w where w.origin = s.sido))`
/** Another region's places as its log tells them, but for what we write ourselves by now. */
const THEIRS = `not exists (select from platform.writing w where w.origin = s.sido)`

/** Slots that ranking looks at: what this cell promises, and what others told. `ids` null = all of them. */
export const rankedSlots = (db: Queries, ids: readonly string[] | null): Promise<SlotRow[]> =>
  db.sql<SlotRow>(
    `select ${SLOT_COLUMNS} from beds.slot s where ${OURS} and ($1::text[] is null or s.id = any($1))
     union all
     select ${SLOT_COLUMNS} from beds.told_slot s where ${THEIRS} and ($1::text[] is null or s.id = any($1))
     order by id`,
    [ids],
  )

/** Id and version of the slots changed since, to find those that another process changed. */
export const slotVersionsSince = (db: Queries, since: Date): Promise<{ id: string; version: number }[]> =>
  db.sql(
    `select s.id, s.version from beds.slot s where s.changed_at >= $1 and ${OURS}
     union all
     select s.id, s.version from beds.told_slot s where s.changed_at >= $1 and ${THEIRS}
     order by id`,
    [since],
  )

/** What screens show of a place, whoever promises it. */
export const slotShown = async (db: Queries, id: string): Promise<Pick<SlotRow, 'label' | 'bed_class'> | null> =>
  (
    await db.sql<Pick<SlotRow, 'label' | 'bed_class'>>(
      `select s.label, s.bed_class from beds.slot s where s.id = $1
       union all
       select s.label, s.bed_class from beds.told_slot s where s.id = $1
       limit 1`,
      [id],
    )
  )[0] ?? null

import type { Duty, Rank, RosterPlace } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'

export interface ShiftRow {
  readonly id: string
  readonly place_kind: RosterPlace['kind']
  readonly place_id: string
  readonly duty: Duty
  readonly rank: Rank
  readonly person_id: string | null
  readonly name: string
  readonly phone: string | null
  readonly starts_at: Date
  readonly ends_at: Date
  readonly state: 'planned' | 'cancelled'
  readonly version: number
}

const SHIFT = `s.id, s.place_kind, s.place_id, s.duty, s.rank, s.person_id, s.name, s.phone, s.starts_at, s.ends_at, s.state, s.version`

export interface Actor {
  readonly id: string
  readonly name: string
}

/** Planned shifts of a place that lie in a window, at least in part. */
export const shiftsOf = (db: Queries, place: RosterPlace, from: Date, to: Date, duty?: Duty): Promise<ShiftRow[]> =>
  db.sql<ShiftRow>(
    `select ${SHIFT}
       from rosters.shift s
      where s.place_kind = $1
        and s.place_id = $2
        and s.ends_at > $3
        and s.starts_at < $4
        and s.state = 'planned'
        and ($5::text is null or s.duty = $5)
      order by s.duty, s.starts_at, s.rank, s.id`,
    [place.kind, place.id, from, to, duty ?? null],
  )

/** Did this place ever plan anybody for this duty? */
export const keepsRoster = async (db: Queries, place: RosterPlace, duty: Duty): Promise<boolean> =>
  (
    await db.sql(`select from rosters.shift where place_kind = $1 and place_id = $2 and duty = $3 limit 1`, [
      place.kind,
      place.id,
      duty,
    ])
  ).length > 0

/** Places with a roster, of those given. */
export const placesWithRoster = (db: Queries, region: string, facilityId: string | null, wholeRegion: boolean) =>
  db.sql<{ kind: RosterPlace['kind']; id: string }>(
    `select distinct s.place_kind as kind, s.place_id as id
       from rosters.shift s
      where s.state = 'planned'
        and ((s.place_kind = 'desk' and s.place_id = $1)
             or (s.place_kind = 'hospital' and (s.place_id = $2 or $3)))
      order by 1, 2
      limit 500`,
    [region, facilityId, wholeRegion],
  )

export const shiftById = async (db: Queries, id: string): Promise<ShiftRow | undefined> =>
  (await db.sql<ShiftRow>(`select ${SHIFT} from rosters.shift s where s.id = $1`, [id]))[0]

/** Locks some shifts, always in id order. */
export const lockShifts = (tx: Tx, ids: readonly string[]): Promise<ShiftRow[]> =>
  tx.sql<ShiftRow>(`select ${SHIFT} from rosters.shift s where s.id = any($1) order by s.id for update`, [ids])

export type NewShift = Omit<ShiftRow, 'state' | 'version'>

export const insertShift = async (tx: Tx, shift: NewShift, by: Actor, now: Date): Promise<ShiftRow> => {
  const [row] = await tx.sql<ShiftRow>(
    `insert into rosters.shift as s
       (id, place_kind, place_id, duty, rank, person_id, name, phone, starts_at, ends_at, changed_at, changed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     returning ${SHIFT}`,
    [
      shift.id,
      shift.place_kind,
      shift.place_id,
      shift.duty,
      shift.rank,
      shift.person_id,
      shift.name,
      shift.phone,
      shift.starts_at,
      shift.ends_at,
      now,
      by.id,
    ],
  )
  if (row === undefined) throw new Error('A shift that was inserted is not there')
  await addShiftEvent(tx, row.id, 'planned', by, {}, now)
  return row
}

export interface ShiftPatch {
  readonly state?: 'cancelled'
  readonly person_id?: string | null
  readonly name?: string
  readonly phone?: string | null
}

/** Saves a locked shift; its version rises. */
export const saveShift = async (tx: Tx, row: ShiftRow, patch: ShiftPatch, by: Actor, now: Date): Promise<ShiftRow> => {
  const next = { ...row, ...patch }
  const [saved] = await tx.sql<ShiftRow>(
    `update rosters.shift s
        set state = $2, person_id = $3, name = $4, phone = $5, version = version + 1, changed_at = $6, changed_by = $7
      where s.id = $1
     returning ${SHIFT}`,
    [row.id, next.state, next.person_id, next.name, next.phone, now, by.id],
  )
  if (saved === undefined) throw new Error(`Shift ${row.id} is gone`)
  return saved
}

export const addShiftEvent = async (
  tx: Tx,
  shiftId: string,
  kind: 'planned' | 'cancelled' | 'given' | 'handed_over',
  by: Actor,
  data: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<void> => {
  await tx.sql(
    `insert into rosters.shift_event (shift_id, at, kind, by_person, by_name, data) values ($1, $2, $3, $4, $5, $6)`,
    [shiftId, now, kind, by.id, by.name, JSON.stringify(data)],
  )
}

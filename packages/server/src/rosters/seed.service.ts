import type { Duty, Rank, RosterPlace } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { DAY_MS, daysBetween, startOfDay } from './seoul.ts'

/** Somebody a demo puts on call, by turns with the others of the same line. */
export interface DemoTurn {
  readonly personId: string | null
  readonly name: string
  readonly phone: string | null
}

/** One line of a demo roster: a duty at a place, and who takes turns. */
export interface DemoLine {
  readonly place: RosterPlace
  readonly duty: Duty
  readonly rank: Rank
  readonly turns: readonly DemoTurn[]
  /** Nights (counted from the first day) on which nobody was found: what a warning is for. */
  readonly openNights?: readonly number[]
}

const DAYS = 14
/** Day and night shifts change at 08:00 and 20:00 of Seoul. */
const CHANGES_MS = [8 * 3_600_000, 20 * 3_600_000] as const

/**
 * Plans the demo's rosters for two weeks from yesterday on. Run at every start: what is planned already, or was changed by somebody
 * since, stays as it is.
 */
export const seedRosters = async (tx: Tx, lines: readonly DemoLine[], now: Date): Promise<void> => {
  const from = now.getTime() - DAY_MS
  const days = daysBetween(from, from + DAYS * DAY_MS)
  const rows = lines.flatMap((line) =>
    days.flatMap((day, at) =>
      CHANGES_MS.flatMap((change, half) => {
        if (half === 1 && line.openNights?.includes(at) === true) return []
        const startMs = startOfDay(day) + change
        const turn = line.turns[(Math.floor(startMs / DAY_MS) * 2 + half) % line.turns.length]
        if (turn === undefined) return []
        return [
          {
            id: `demo-${line.place.id}-${line.duty}-${line.rank}-${day}-${half}`.slice(0, 64),
            place_kind: line.place.kind,
            place_id: line.place.id,
            duty: line.duty,
            rank: line.rank,
            person_id: turn.personId,
            name: turn.name,
            phone: turn.phone,
            starts_at: new Date(startMs),
            ends_at: new Date(startMs + DAY_MS / 2),
          },
        ]
      }),
    ),
  )
  await tx.sql(
    `insert into rosters.shift
       (id, place_kind, place_id, duty, rank, person_id, name, phone, starts_at, ends_at, changed_at, changed_by)
     select s.id, s.place_kind, s.place_id, s.duty, s.rank, s.person_id, s.name, s.phone, s.starts_at, s.ends_at, $2, 'demo'
       from jsonb_to_recordset($1::jsonb) as s(id text, place_kind text, place_id text, duty text, rank text, person_id text,
            name text, phone text, starts_at timestamptz, ends_at timestamptz)
         on conflict (id) do nothing`,
    [JSON.stringify(rows), now],
  )
}

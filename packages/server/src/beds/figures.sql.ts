import type { BedClass, DeclineReason, Severity } from '@dure/contract'
import { STALENESS } from '../facilities/index.ts'
import type { Queries } from '../platform/db.ts'
import { IS_OPEN, IS_WAITING } from './request-states.sql.ts'

const MINUTES = (from: string, to: string) => `extract(epoch from ${to} - ${from}) / 60`
const SPREAD = (minutes: string, where: string, name: string) =>
  `percentile_cont(0.5) within group (order by ${minutes}) filter (where ${where}) as ${name}_p50,
   percentile_cont(0.95) within group (order by ${minutes}) filter (where ${where}) as ${name}_p95,
   (count(*) filter (where ${where}))::int as ${name}_count`

export interface OldestRow {
  readonly id: string
  readonly code: string
  readonly waiting_since: Date
}

/** The figure that a mean hides. */
export const oldestWaiting = async (db: Queries, sido: string): Promise<OldestRow | null> =>
  (
    await db.sql<OldestRow>(
      `select r.id, r.code, r.waiting_since
         from beds.request r
        where r.sido = $1
          and ${IS_OPEN}
          and ${IS_WAITING}
        order by r.waiting_since, r.id
        limit 1`,
      [sido],
    )
  )[0] ?? null

export const openByState = (db: Queries, sido: string): Promise<{ state: string; count: number; waiting: boolean }[]> =>
  db.sql(
    `select r.state, count(*)::int as count, bool_or(${IS_WAITING}) as waiting
       from beds.request r
      where r.sido = $1
        and ${IS_OPEN}
      group by r.state
      order by r.state`,
    [sido],
  )

export interface SlotCountRow {
  readonly bed_class: BedClass
  readonly staffed: number
  readonly free: number
  readonly held: number
  readonly occupied: number
  readonly other: number
  readonly stale: number
  readonly expired: number
  readonly placing: number
}

/** Counts by class; `stale` and `expired` are of the slots that placing may use. Limits in minutes come from the class. */
export const slotCounts = (db: Queries, now: Date, sido: string): Promise<SlotCountRow[]> =>
  db.sql<SlotCountRow>(
    `with lim as (
       select key as bed_class, (value ->> 'staleMin')::int as stale_min, (value ->> 'expiredMin')::int as expired_min
         from jsonb_each($1::jsonb)
     ), aged as (
       select s.*, extract(epoch from $2::timestamptz - s.as_of) / 60 as age_min, lim.stale_min, lim.expired_min,
              s.share <> 'own_use' and s.state in ('available', 'held', 'occupied', 'cleaning') as placing
         from beds.slot s
         join lim on lim.bed_class = s.bed_class
        -- Null: of this cell's own region. Others are those it stands in for.
        where coalesce(s.sido, (select c.region from platform.cell c)) = $3
     )
     select a.bed_class,
            (count(*) filter (where a.state in ('available', 'held', 'occupied', 'cleaning')))::int as staffed,
            (count(*) filter (where a.state = 'available' and a.share <> 'own_use'))::int as free,
            (count(*) filter (where a.state = 'held'))::int as held,
            (count(*) filter (where a.state = 'occupied'))::int as occupied,
            (count(*) filter (where a.state in ('cleaning', 'blocked', 'surge', 'closed')))::int as other,
            (count(*) filter (where a.placing and a.age_min > a.stale_min and a.age_min <= a.expired_min
                                and a.doubted_at is null))::int as stale,
            (count(*) filter (where a.placing and (a.age_min > a.expired_min or a.doubted_at is not null)))::int as expired,
            (count(*) filter (where a.placing))::int as placing
       from aged a
      group by a.bed_class
      order by a.bed_class`,
    [JSON.stringify(STALENESS), now, sido],
  )

export interface SpreadRow {
  readonly p50: number | null
  readonly p95: number | null
  readonly count: number
}

export const toConfirmed = async (db: Queries, sido: string, since: Date): Promise<SpreadRow> => {
  const minutes = MINUTES('r.waiting_since', 'r.confirmed_at')
  const rows = await db.sql<{ c_p50: number | null; c_p95: number | null; c_count: number }>(
    `select ${SPREAD(minutes, 'true', 'c')} from beds.request r where r.sido = $1 and r.confirmed_at >= $2`,
    [sido, since],
  )
  return { p50: rows[0]?.c_p50 ?? null, p95: rows[0]?.c_p95 ?? null, count: rows[0]?.c_count ?? 0 }
}

export interface ClassTimesRow {
  readonly group: string
  readonly waiting: number
  readonly hold_p50: number | null
  readonly hold_p95: number | null
  readonly hold_count: number
  readonly confirmed_p50: number | null
  readonly confirmed_p95: number | null
  readonly confirmed_count: number
}

const timesBy = (column: 'requested_class' | 'severity') =>
  `select r.${column} as group,
          (count(*) filter (where ${IS_WAITING}))::int as waiting,
          ${SPREAD(MINUTES('r.waiting_since', 'r.first_hold_at'), 'r.first_hold_at >= $2', 'hold')},
          ${SPREAD(MINUTES('r.waiting_since', 'r.confirmed_at'), 'r.confirmed_at >= $2', 'confirmed')}
     from beds.request r
    where r.sido = $1
      and r.${column} is not null
      and (${IS_OPEN} or r.closed_at >= $2)
    group by r.${column}
    order by r.${column}`

export const timesByClass = (db: Queries, sido: string, since: Date): Promise<ClassTimesRow[]> =>
  db.sql<ClassTimesRow>(timesBy('requested_class'), [sido, since])

export const timesBySeverity = (
  db: Queries,
  sido: string,
  since: Date,
): Promise<(ClassTimesRow & { group: Severity })[]> => db.sql(timesBy('severity'), [sido, since])

export interface OfferCountRow {
  readonly sent: number
  readonly accepted: number
  readonly declined: number
  readonly expired: number
  readonly withdrawn: number
  readonly answer_p50: number | null
  readonly answer_p95: number | null
  readonly answer_count: number
}

/** Of the region's own requests: a cell may stand in for others. */
export const offerCounts = async (db: Queries, sido: string, since: Date): Promise<OfferCountRow> => {
  const rows = await db.sql<OfferCountRow>(
    `select count(*)::int as sent,
            (count(*) filter (where o.state in ('accepted', 'accepted_with_conditions')))::int as accepted,
            (count(*) filter (where o.state = 'declined'))::int as declined,
            (count(*) filter (where o.state = 'expired'))::int as expired,
            (count(*) filter (where o.state = 'withdrawn'))::int as withdrawn,
            ${SPREAD(MINUTES('o.sent_at', 'o.answered_at'), 'o.answered_at is not null', 'answer')}
       from beds.offer o
       join beds.request r on r.id = o.request_id
      where o.sent_at >= $2
        and r.sido = $1`,
    [sido, since],
  )
  const none = { sent: 0, accepted: 0, declined: 0, expired: 0, withdrawn: 0 }
  return rows[0] ?? { ...none, answer_p50: null, answer_p95: null, answer_count: 0 }
}

export const declinesByReason = (
  db: Queries,
  sido: string,
  since: Date,
): Promise<{ reason: DeclineReason; count: number }[]> =>
  db.sql(
    `select o.decline_reason as reason, count(*)::int as count
       from beds.offer o
       join beds.request r on r.id = o.request_id
      where o.sent_at >= $2
        and r.sido = $1
        and o.decline_reason is not null
      group by o.decline_reason
      order by count desc, reason`,
    [sido, since],
  )

export interface HoldCountRow {
  readonly granted: number
  readonly confirmed: number
  readonly expired: number
  readonly released: number
}

/** Of the region's own beds, for whomever they were kept. */
export const holdCounts = async (db: Queries, sido: string, since: Date): Promise<HoldCountRow> => {
  const rows = await db.sql<HoldCountRow>(
    `select count(*)::int as granted,
            (count(*) filter (where h.confirmed_at is not null))::int as confirmed,
            (count(*) filter (where h.state = 'expired'))::int as expired,
            (count(*) filter (where h.state = 'released'))::int as released
       from beds.hold h
       join beds.slot s on s.id = h.slot_id
      where h.granted_at >= $2
        and coalesce(s.sido, (select c.region from platform.cell c)) = $1`,
    [sido, since],
  )
  return rows[0] ?? { granted: 0, confirmed: 0, expired: 0, released: 0 }
}

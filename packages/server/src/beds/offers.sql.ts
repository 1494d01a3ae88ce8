import type { Channel, DeclineReason, OfferState } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import { type AcceptanceRow, first, type OfferRow } from './rows.ts'

const SELECTED = `o.id, o.request_id, o.hospital_id, o.round, o.rank, o.state, o.designated, o.bed_class, o.sent_at,
  o.expires_at, o.answered_at, o.answered_by, o.answered_by_name, o.decline_reason, o.decline_note, o.conditions,
  o.channel, o.heard_from, o.version`

export type NewOffer = Pick<
  OfferRow,
  'id' | 'request_id' | 'hospital_id' | 'round' | 'rank' | 'designated' | 'bed_class' | 'sent_at' | 'expires_at'
>

export const insertOffers = (tx: Tx, offers: readonly NewOffer[]): Promise<OfferRow[]> =>
  tx.sql<OfferRow>(
    `insert into beds.offer as o (id, request_id, hospital_id, round, rank, state, designated, bed_class, sent_at, expires_at)
     select n.id, n.request_id, n.hospital_id, n.round, n.rank, 'sent', n.designated, n.bed_class, n.sent_at, n.expires_at
       from jsonb_to_recordset($1::jsonb) as n(id text, request_id text, hospital_id text, round int, rank int, designated boolean,
              bed_class text, sent_at timestamptz, expires_at timestamptz)
      order by n.id
     returning ${SELECTED}`,
    [JSON.stringify(offers)],
  )

export const offersOf = (db: Queries, requestId: string): Promise<OfferRow[]> =>
  db.sql<OfferRow>(`select ${SELECTED} from beds.offer o where o.request_id = $1 order by o.id`, [requestId])

/** The second lock, after the request's; always in id order. */
export const lockOffersOf = (tx: Tx, requestId: string): Promise<OfferRow[]> =>
  tx.sql<OfferRow>(`select ${SELECTED} from beds.offer o where o.request_id = $1 order by o.id for update`, [requestId])

export interface OfferPatch {
  readonly state: OfferState
  readonly answer?: {
    readonly at: Date
    readonly by: string | null
    readonly byName: string
    readonly channel: Channel
    readonly heardFrom: string | null
  }
  readonly declineReason?: DeclineReason
  readonly declineNote?: string
  readonly conditions?: string
}

export const saveOffer = async (tx: Tx, id: string, patch: OfferPatch): Promise<OfferRow> =>
  first(
    await tx.sql<OfferRow>(
      `update beds.offer o
          set state = $2,
              answered_at = coalesce($3, o.answered_at),
              answered_by = coalesce($4, o.answered_by),
              answered_by_name = coalesce($5, o.answered_by_name),
              channel = coalesce($6, o.channel),
              heard_from = coalesce($7, o.heard_from),
              decline_reason = $8,
              decline_note = $9,
              conditions = $10,
              version = o.version + 1
        where o.id = $1
        returning ${SELECTED}`,
      [
        id,
        patch.state,
        patch.answer?.at ?? null,
        patch.answer?.by ?? null,
        patch.answer?.byName ?? null,
        patch.answer?.channel ?? null,
        patch.answer?.heardFrom ?? null,
        patch.declineReason ?? null,
        patch.declineNote ?? null,
        patch.conditions ?? null,
      ],
    ),
  )

/** Takes back locked offers that are still open; in id order. */
export const withdrawOffers = async (tx: Tx, ids: readonly string[]): Promise<OfferRow[]> => {
  const rows = await tx.sql<OfferRow>(
    `update beds.offer o
        set state = 'withdrawn', version = o.version + 1
      where o.id = any($1)
      returning ${SELECTED}`,
    [ids],
  )
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/**
 * The hospital's own desk has fetched them: delivered. One that somebody is deciding on is skipped; the answer says more.
 */
export const markDelivered = (tx: Tx, hospitalId: string): Promise<{ id: string; request_id: string }[]> =>
  tx.sql(
    `with fetched as (
       select o.id
         from beds.offer o
        where o.hospital_id = $1
          and o.state = 'sent'
        order by o.id
          for update skip locked
     )
     update beds.offer o
        set state = 'delivered', version = o.version + 1
       from fetched
      where o.id = fetched.id
     returning o.id, o.request_id`,
    [hospitalId],
  )

/** Offers a hospital has to answer now, or those of the last day. */
export const offersOfHospital = (
  db: Queries,
  hospitalId: string,
  scope: 'open' | 'recent',
  since: Date,
): Promise<OfferRow[]> =>
  db.sql<OfferRow>(
    `select ${SELECTED}
       from beds.offer o
      where o.hospital_id = $1
        and case when $2 = 'open' then o.state in ('sent', 'delivered', 'seen', 'acked') else o.sent_at >= $3 end
      order by o.expires_at, o.id
      limit 500`,
    [hospitalId, scope, since],
  )

/** Withdrawn offers say nothing about the hospital and do not count. The quarter is of the day in Korea: 0 = 00–06 … */
export const acceptanceSince = (db: Queries, since: Date): Promise<AcceptanceRow[]> =>
  db.sql<AcceptanceRow>(
    `select o.hospital_id,
            o.bed_class,
            (extract(hour from o.sent_at at time zone 'Asia/Seoul')::int / 6) as quarter,
            count(*)::int as offers,
            (count(*) filter (where o.state in ('accepted', 'accepted_with_conditions')))::int as accepted,
            coalesce(sum(extract(epoch from o.answered_at - o.sent_at))
              filter (where o.state in ('accepted', 'accepted_with_conditions')), 0)::int as seconds_to_accept
       from beds.offer o
      where o.sent_at >= $1
        and o.state in ('accepted', 'accepted_with_conditions', 'declined', 'expired')
      group by 1, 2, 3
      order by 1, 2, 3`,
    [since],
  )

export interface PlacementCount {
  readonly hospital_id: string
  readonly day: number
  readonly three_days: number
}

/** Beds each hospital gave through the network in the last 24 and 72 hours. */
export const placementCounts = (db: Queries, dayAgo: Date, threeDaysAgo: Date): Promise<PlacementCount[]> =>
  db.sql<PlacementCount>(
    `select h.hospital_id,
            (count(*) filter (where h.granted_at >= $1))::int as day,
            count(*)::int as three_days
       from beds.hold h
      where h.granted_at >= $2
        and h.state in ('confirmed', 'occupied')
      group by h.hospital_id
      order by h.hospital_id`,
    [dayAgo, threeDaysAgo],
  )

import type { Queries, Tx } from '../platform/db.ts'
import { IDENTITY_STATE, type IdentityState } from './identity.sql.ts'
import { first, type HoldRow, type SlotRow } from './rows.ts'

const SELECTED = `h.id, h.request_id, h.slot_id, h.hospital_id, h.offer_id, h.state, h.granted_at, h.expires_at,
  h.extensions, h.fencing, h.conditions, h.confirmed_at, h.occupied_at, h.ended_at, h.end_reason, h.ask_id`
const LIVE = `h.state in ('granted', 'confirmed', 'occupied')`

export type NewHold = Pick<
  HoldRow,
  'id' | 'request_id' | 'slot_id' | 'hospital_id' | 'offer_id' | 'granted_at' | 'expires_at' | 'conditions'
> & { readonly fencing: number }

/**
 * @throws a unique violation of `hold_one_live_per_slot` or `hold_one_live_per_request`: the last line of defence, never
 * reached as long as the locks are taken
 */
export const insertHold = async (tx: Tx, hold: NewHold): Promise<HoldRow> =>
  first(
    await tx.sql<HoldRow>(
      `insert into beds.hold as h
         (id, request_id, slot_id, hospital_id, offer_id, state, granted_at, expires_at, fencing, conditions)
       values ($1, $2, $3, $4, $5, 'granted', $6, $7, $8, $9)
       returning ${SELECTED}`,
      [
        hold.id,
        hold.request_id,
        hold.slot_id,
        hold.hospital_id,
        hold.offer_id,
        hold.granted_at,
        hold.expires_at,
        hold.fencing,
        hold.conditions,
      ],
    ),
  )

export const holdById = async (db: Queries, id: string): Promise<HoldRow | null> =>
  (
    await db.sql<HoldRow>(`select ${SELECTED} from beds.hold h where h.id = $1 and h.request_id is not null`, [id])
  )[0] ?? null

/** A bed of another region that was accepted, in the shape of a hold. It has no end by our clock: its owner's word ends it. */
const ELSEWHERE = `a.id, a.request_id, a.slot_id, a.slot_hospital_id, null::text,
  case a.state when 'confirmed' then 'confirmed' else 'granted' end, a.accepted_at, null::timestamptz,
  0, a.fencing, null::text, a.confirmed_at, null::timestamptz, null::timestamptz, null::text, a.id`

export type ShownSlot = Pick<SlotRow, 'label' | 'bed_class'>

export interface RequestPromise {
  readonly hold: HoldRow | null
  /** The promised place, as screens show it. */
  readonly slot: ShownSlot | null
  /** Asks of other regions that have no answer yet, and all that were ever made. */
  readonly openAsks: number
  readonly asks: number
  readonly identity: IdentityState
}

type PromiseRow = HoldRow &
  IdentityState & { slot_label: string | null; slot_class: ShownSlot['bed_class'] } & {
    open_asks: number
    asks: number
  }

/** What stands beside a request, in one round trip: every act begins with it, and every view shows it. */
export const promiseOf = async (db: Queries, requestId: string): Promise<RequestPromise> => {
  const row = first(
    await db.sql<PromiseRow>(
      `select n.*, p.*, s.label as slot_label, s.bed_class as slot_class
         from (select (count(*) filter (where a.state = 'asked'))::int as open_asks,
                      count(*)::int as asks,
                      ${IDENTITY_STATE}
                 from beds.ask a
                where a.request_id = $1) n
         left join (
           select ${SELECTED} from beds.hold h where h.request_id = $1 and ${LIVE}
           union all
           select ${ELSEWHERE} from beds.ask a where a.request_id = $1 and a.state in ('accepted', 'confirmed')
         ) p on true
         left join lateral (
           select o.label, o.bed_class from beds.slot o where o.id = p.slot_id
           union all
           select t.label, t.bed_class from beds.told_slot t where t.id = p.slot_id
           limit 1
         ) s on true
        limit 1`,
      [requestId],
    ),
  )
  const { open_asks: openAsks, asks, known, same, slot_label: label, slot_class: bed_class, ...hold } = row
  const slot = label === null ? null : { label, bed_class }
  return { hold: hold.id === null ? null : hold, slot, openAsks, asks, identity: { known, same } }
}

/** Of a slot promised to a request of its own region; for one promised elsewhere see `liveGrantOfSlot`. */
export const liveHoldOfSlot = async (db: Queries, slotId: string): Promise<HoldRow | null> =>
  (
    await db.sql<HoldRow>(
      `select ${SELECTED} from beds.hold h where h.slot_id = $1 and h.request_id is not null and ${LIVE}`,
      [slotId],
    )
  )[0] ?? null

/** Code of the request each slot of a hospital is held or occupied for. */
export const codesBySlot = async (db: Queries, hospitalId: string): Promise<ReadonlyMap<string, string>> => {
  const rows = await db.sql<{ slot_id: string; code: string }>(
    `select h.slot_id, coalesce(r.code, a.need ->> 'code', '') as code
       from beds.hold h
       left join beds.request r on r.id = h.request_id
       left join beds.ask a on a.id = h.ask_id
      where h.hospital_id = $1
        and ${LIVE}
      order by h.slot_id`,
    [hospitalId],
  )
  return new Map(rows.map((row) => [row.slot_id, row.code]))
}

export const confirmHoldRow = async (tx: Tx, id: string, now: Date): Promise<HoldRow> =>
  first(
    await tx.sql<HoldRow>(
      `update beds.hold h set state = 'confirmed', confirmed_at = $2, expires_at = null where h.id = $1 returning ${SELECTED}`,
      [id, now],
    ),
  )

export const occupyHoldRow = async (tx: Tx, id: string, now: Date): Promise<HoldRow> =>
  first(
    await tx.sql<HoldRow>(
      `update beds.hold h set state = 'occupied', occupied_at = $2, expires_at = null where h.id = $1 returning ${SELECTED}`,
      [id, now],
    ),
  )

export const extendHoldRow = async (tx: Tx, id: string, expiresAt: Date, extensions: number): Promise<HoldRow> =>
  first(
    await tx.sql<HoldRow>(
      `update beds.hold h set expires_at = $2, extensions = $3 where h.id = $1 returning ${SELECTED}`,
      [id, expiresAt, extensions],
    ),
  )

export const endHoldRow = async (
  tx: Tx,
  id: string,
  state: 'released' | 'expired',
  reason: string,
  now: Date,
): Promise<void> => {
  await tx.sql(`update beds.hold set state = $2, end_reason = $3, ended_at = $4, expires_at = null where id = $1`, [
    id,
    state,
    reason,
    now,
  ])
}

import type { Queries, Tx } from '../platform/db.ts'
import type { Ask, AskState, Grant, GrantState } from './crossing.ts'
import type { AskNeed, CrossingOp } from './crossing-ops.ts'

/** A row of `beds.ask`, of whichever region. */
export interface AskRow {
  readonly id: string
  readonly sido: string
  readonly request_id: string
  readonly owner: string
  readonly hospital_id: string | null
  readonly state: AskState
  readonly asked_at: Date
  readonly expires_at: Date
  readonly need: AskNeed
  readonly slot_id: string | null
  readonly slot_hospital_id: string | null
  /** int8 */
  readonly fencing: string | null
  readonly sealed: string | null
  readonly accepted_at: Date | null
  readonly confirmed_at: Date | null
  readonly ended_at: Date | null
  readonly why: string | null
}

/** A row of `beds.grant`, of whichever region. */
export interface GrantRow {
  readonly ask_id: string
  readonly sido: string
  readonly asker: string
  readonly state: GrantState
  readonly slot_id: string | null
  readonly hospital_id: string | null
  readonly fencing: string | null
  readonly until: Date
  readonly lapsed: string | null
  readonly answered_at: Date
  readonly occupied_at: Date | null
  readonly ended_at: Date | null
  readonly why: string | null
}

const ASK = `a.id, a.sido, a.request_id, a.owner, a.hospital_id, a.state, a.asked_at, a.expires_at, a.need, a.slot_id,
  a.slot_hospital_id, a.fencing, a.sealed, a.accepted_at, a.confirmed_at, a.ended_at, a.why`
const GRANT = `g.ask_id, g.sido, g.asker, g.state, g.slot_id, g.hospital_id, g.fencing, g.until, g.lapsed, g.answered_at,
  g.occupied_at, g.ended_at, g.why`

export const toAsk = (row: AskRow): Ask => ({
  askId: row.id,
  requestId: row.request_id,
  owner: row.owner,
  state: row.state,
  expiresAtMs: row.expires_at.getTime(),
  slotId: row.slot_id,
  fencing: row.fencing === null ? null : Number(row.fencing),
})

export const toGrant = (row: GrantRow): Grant => ({
  askId: row.ask_id,
  asker: row.asker,
  state: row.state,
  slotId: row.slot_id,
  fencing: row.fencing === null ? null : Number(row.fencing),
  untilMs: row.until.getTime(),
})

export const askById = async (db: Queries, id: string): Promise<AskRow | null> =>
  (await db.sql<AskRow>(`select ${ASK} from beds.ask a where a.id = $1`, [id]))[0] ?? null

/** After the request's lock, before a slot's. */
export const lockAsk = async (tx: Tx, id: string): Promise<AskRow | null> =>
  (await tx.sql<AskRow>(`select ${ASK} from beds.ask a where a.id = $1 for update`, [id]))[0] ?? null

/** Read under the lock of its ask. */
export const grantById = async (db: Queries, askId: string): Promise<GrantRow | null> =>
  (await db.sql<GrantRow>(`select ${GRANT} from beds.grant g where g.ask_id = $1`, [askId]))[0] ?? null

export const asksOf = (db: Queries, requestId: string): Promise<AskRow[]> =>
  db.sql<AskRow>(`select ${ASK} from beds.ask a where a.request_id = $1 order by a.asked_at, a.id`, [requestId])

/** Own asks that wait for something, and own grants that may end or have to be answered: ids, in order. */
export const openAsksOf = async (db: Queries, sido: string): Promise<readonly string[]> =>
  (
    await db.sql<{ id: string }>(
      `select a.id
         from beds.ask a
         join beds.request r on r.id = a.request_id
        where a.sido = $1
          and a.state in ('asked', 'accepted', 'confirmed')
          and r.closed_at is null
        order by a.id`,
      [sido],
    )
  ).map(({ id }) => id)

/**
 * Asks of other regions to which this region owes an answer: not answered yet, given up while a bed is kept, or accepted and not
 * confirmed. What is settled is left out, so that the work is in what is open.
 */
export const askedOf = async (db: Queries, owner: string): Promise<readonly string[]> =>
  (
    await db.sql<{ id: string }>(
      `select a.id
         from beds.ask a
         left join beds.grant g on g.ask_id = a.id
        where a.owner = $1
          and g.occupied_at is null
          and case
                when a.state = 'asked' then g.ask_id is null
                when a.state in ('accepted', 'confirmed') then g.state is distinct from 'confirmed'
                     and coalesce(g.lapsed, -1) < a.fencing
                else g.state in ('granted', 'confirmed')
              end
        order by a.asked_at, a.id`,
      [owner],
    )
  ).map(({ id }) => id)

/** Grants that ran out, and confirmed ones whose ask the asker's log no longer has. */
export const endingGrants = async (db: Queries, sido: string, now: Date, forgottenBefore: Date) =>
  (
    await db.sql<{ ask_id: string }>(
      `select g.ask_id
         from beds.grant g
        where g.sido = $1
          and g.occupied_at is null
          and ((g.state = 'granted' and g.until <= $2)
               or (g.state = 'confirmed' and g.until < $3 and not exists (select from beds.ask a where a.id = g.ask_id)))
        order by g.ask_id`,
      [sido, now, forgottenBefore],
    )
  ).map((row) => row.ask_id)

// ---------------------------------------------------------------- folding

/**
 * One op of a region's log into the rows. The same for what this cell says and for what it hears, so that a neighbour which takes a
 * region over finds what its own cell had. Total: an op of an unknown ask changes nothing.
 */
export const foldCrossing = async (tx: Tx, origin: string, { kind, body }: CrossingOp, at: Date): Promise<void> => {
  const asker = (set: string, ...values: unknown[]) =>
    tx.sql(`update beds.ask set ${set} where id = $1 and sido = $2`, [body.askId, origin, ...values])
  switch (kind) {
    case 'hold-asked':
      await tx.sql(
        `insert into beds.ask (id, sido, request_id, owner, hospital_id, state, asked_at, expires_at, need)
         values ($1, $2, $3, $4, $5, 'asked', $6, $7, $8)
             on conflict (id) do nothing`,
        [
          body.askId,
          origin,
          body.requestId,
          body.owner,
          body.hospitalId,
          at,
          new Date(body.expiresAtMs),
          JSON.stringify(body.need),
        ],
      )
      return
    case 'hold-accepted':
      await asker(
        `state = 'accepted', slot_id = $3, slot_hospital_id = $4, fencing = $5, sealed = $6, accepted_at = $7`,
        body.slotId,
        body.hospitalId,
        body.fencing,
        body.sealed,
        at,
      )
      return
    case 'ask-confirmed':
      await asker(
        `state = 'confirmed', slot_id = $3, slot_hospital_id = $4, fencing = $5, sealed = null, confirmed_at = coalesce(confirmed_at, $6)`,
        body.slotId,
        body.hospitalId,
        body.fencing,
        at,
      )
      return
    case 'hold-given-up':
      await asker(`state = 'given_up', why = $3, sealed = null, ended_at = $4`, body.why, at)
      return
    case 'ask-refused':
      await asker(`state = 'refused', ended_at = $3`, at)
      return
    case 'ask-lapsed':
      await asker(`state = 'lapsed', sealed = null, ended_at = $3`, at)
      return
    case 'hold-refused':
      await tx.sql(
        `insert into beds.grant (ask_id, sido, asker, state, until, answered_at, ended_at, why)
         values ($1, $2, $3, 'refused', $4, $4, $4, $5)
             on conflict (ask_id) do nothing`,
        [body.askId, origin, body.asker, at, body.why],
      )
      return
    case 'hold-granted':
    case 'hold-confirmed':
      await tx.sql(
        `insert into beds.grant (ask_id, sido, asker, state, slot_id, hospital_id, fencing, until, answered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (ask_id) do update
                set state = excluded.state, slot_id = excluded.slot_id, hospital_id = excluded.hospital_id,
                    fencing = excluded.fencing, until = excluded.until, ended_at = null
              where beds.grant.sido = excluded.sido`,
        [
          body.askId,
          origin,
          body.asker,
          kind === 'hold-granted' ? 'granted' : 'confirmed',
          body.slotId,
          body.hospitalId,
          body.fencing,
          kind === 'hold-granted' ? new Date(body.untilMs) : at,
          at,
        ],
      )
      return
    case 'hold-lapsed':
      await lapse(tx, origin, body, at)
      return
    case 'hold-released':
      await tx.sql(
        `update beds.grant set state = 'released', ended_at = $3
          where ask_id = $1 and sido = $2 and state in ('granted', 'confirmed')`,
        [body.askId, origin, at],
      )
      return
    case 'hold-occupied':
      await tx.sql(`update beds.grant set occupied_at = $3 where ask_id = $1 and sido = $2`, [body.askId, origin, at])
  }
}

/** A promise nobody here knows lapses too: its asker has to hear that it is not kept. */
const lapse = async (
  tx: Tx,
  origin: string,
  body: Extract<CrossingOp, { kind: 'hold-lapsed' }>['body'],
  at: Date,
): Promise<void> => {
  await tx.sql(
    `insert into beds.grant as g (ask_id, sido, asker, state, until, lapsed, answered_at, ended_at, why)
     values ($1, $2, $3, 'expired', $4, $5, $4, $4, $6)
         on conflict (ask_id) do update
            set lapsed = greatest(g.lapsed, excluded.lapsed),
                state = case
                          when g.state = 'granted' then 'expired'
                          when g.state = 'confirmed' and $6 = 'taken-back' then 'released'
                          else g.state
                        end,
                ended_at = case when g.state in ('granted', 'confirmed') then excluded.ended_at else g.ended_at end,
                why = excluded.why
          where g.sido = excluded.sido`,
    [body.askId, origin, body.asker, at, body.fencing, body.why],
  )
}

// ---------------------------------------------------------------- a grant's hold

export interface GrantHold {
  readonly id: string
  readonly ask_id: string
  readonly slot_id: string
  readonly hospital_id: string
  readonly state: 'granted' | 'confirmed' | 'occupied'
}

const LIVE = `h.state in ('granted', 'confirmed', 'occupied')`
const HELD = `select h.id, h.ask_id, h.slot_id, h.hospital_id, h.state from beds.hold h`

export const liveHoldOfAsk = async (db: Queries, askId: string): Promise<GrantHold | null> =>
  (await db.sql<GrantHold>(`${HELD} where h.ask_id = $1 and ${LIVE}`, [askId]))[0] ?? null

export const liveGrantOfSlot = async (db: Queries, slotId: string): Promise<GrantHold | null> =>
  (await db.sql<GrantHold>(`${HELD} where h.slot_id = $1 and h.ask_id is not null and ${LIVE}`, [slotId]))[0] ?? null

/**
 * The promise of a slot to another region's patient. The ask has one hold for ever: taken up again, it is the same row.
 * @throws a unique violation of `hold_one_live_per_slot`: the last line of defence
 */
export const putGrantHold = async (
  tx: Tx,
  hold: {
    readonly id: string
    readonly askId: string
    readonly slotId: string
    readonly hospitalId: string
    readonly state: 'granted' | 'confirmed'
    readonly fencing: number
    readonly until: Date | null
  },
  now: Date,
): Promise<void> => {
  await tx.sql(
    `insert into beds.hold as h (id, ask_id, slot_id, hospital_id, state, granted_at, expires_at, confirmed_at, fencing)
     values ($1, $2, $3, $4, $5, $6, $7, case when $5 = 'confirmed' then $6::timestamptz end, $8)
         on conflict (ask_id) do update
            set slot_id = excluded.slot_id, hospital_id = excluded.hospital_id, state = excluded.state,
                expires_at = excluded.expires_at, confirmed_at = excluded.confirmed_at, fencing = excluded.fencing,
                ended_at = null, end_reason = null`,
    [hold.id, hold.askId, hold.slotId, hold.hospitalId, hold.state, now, hold.until, hold.fencing],
  )
}

/** Number below which no promise of this region may be given: its epoch, when it is not the founding one. */
export const fencingFloor = async (db: Queries, sido: string): Promise<number> =>
  Number(
    (await db.sql<{ epoch: string }>(`select w.epoch from platform.writing w where w.origin = $1`, [sido]))[0]?.epoch ??
      0,
  )

export interface GrantedView extends GrantRow {
  readonly need: AskNeed | null
  readonly hold_state: string | null
  readonly label: string | null
}

/** Beds given to other regions' patients, live ones and those of the last day; `hospitalId` null = the whole region. */
export const grantsShown = (
  db: Queries,
  sidos: readonly string[],
  hospitalId: string | null,
  since: Date,
): Promise<GrantedView[]> =>
  db.sql<GrantedView>(
    `select ${GRANT}, a.need, h.state as hold_state, s.label
       from beds.grant g
       left join beds.ask a on a.id = g.ask_id
       left join beds.hold h on h.ask_id = g.ask_id
       left join beds.slot s on s.id = g.slot_id
      where g.sido = any($1)
        and g.slot_id is not null
        and ($2::text is null or g.hospital_id = $2)
        and (g.state in ('granted', 'confirmed') or g.ended_at >= $3)
      order by g.answered_at desc, g.ask_id
      limit 200`,
    [sidos, hospitalId, since],
  )

import type { RequestState } from '@dure/contract'
import { nextFencing } from '../exchange/index.ts'
import { schedule } from '../platform/timers.ts'
import type { Beds, Work } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import { endHoldRow } from './holds.sql.ts'
import { isTerminal } from './placement.ts'
import { HOLDING_STATES } from './placement-effects.ts'
import { advance, lockPlacement, planSearch, TIMER_KINDS } from './placing.service.ts'
import { noteReconciled } from './reconciliation.sql.ts'
import {
  adoptHolds,
  adoptRequests,
  adoptSlots,
  doubtFree,
  forgetTold,
  newestReason,
  restate,
  type TouchedHold,
  telling,
  touchedHolds,
  unansweredRequests,
} from './standing-in.sql.ts'

/**
 * What an opened epoch means for beds. A neighbour that begins to stand in makes the region's rows from its log; a cell that comes back
 * takes over what the neighbour did and decides anew what only it had decided; a restored one trusts no free bed until its hospital
 * has spoken. Nothing is placed on a bed whose hospital has not said "still true" in the new epoch.
 */
export const registerStandingIn = (beds: Beds): void => {
  beds.exchange.onOpened(async (tx, origin, epoch, now) => {
    const work: Work = { beds, tx, now, by: SYSTEM }
    const reason = await newestReason(tx, origin)
    if (origin !== beds.region) await takeOver(work, origin)
    else if (reason === 'returned') await comeBack(work, origin, epoch)
    else if (reason === 'restored') await doubtFree(tx, null, now)
    if (origin === beds.region) await restate(tx)
    tx.afterCommit(() => beds.finder.touchAll())
  })
}

// ---------------------------------------------------------------- the neighbour

/** From the log alone. Who the patients are did not travel; offers that were open are asked anew. */
const takeOver = async (work: Work, sido: string): Promise<void> => {
  const { tx, now } = work
  await telling(tx, 'taken-over')
  await adoptSlots(tx, sido, { onlyTouched: false, ownCode: sido })
  await doubtFree(tx, sido, now)
  await telling(tx, 'silent')
  await adoptRequests(tx, sido, { onlyTouched: false })
  await adoptHolds(tx, sido)
  await telling(tx, 'on')
  await planExpiries(work, sido)
  await searchAgain(work, sido)
}

const planExpiries = async (work: Work, sido: string): Promise<void> => {
  const rows = await work.tx.sql<{ id: string; expires_at: Date }>(
    `select h.id, h.expires_at
       from beds.hold h
       join beds.slot s on s.id = h.slot_id
      where s.sido = $1 and h.state = 'granted' and h.request_id is not null
      order by h.id`,
    [sido],
  )
  for (const { id, expires_at: dueAt } of rows) {
    const timer = { id: work.beds.ids.next(), kind: TIMER_KINDS.hold, subject: id, dueAt, payload: {} }
    await schedule(work.tx, timer, work.now)
  }
}

/** Offers did not travel: whoever was waiting for a hospital's answer is matched again. */
const searchAgain = async (work: Work, sido: string): Promise<void> => {
  for (const id of await unansweredRequests(work.tx, sido)) {
    await work.tx.sql(
      `update beds.request set state = 'matching', state_since = $2, version = version + 1 where id = $1`,
      [id, work.now],
    )
    await planSearch(work, id, work.now)
  }
}

// ---------------------------------------------------------------- coming back

/**
 * The neighbour's decisions stand: it wrote the log. What this cell had decided meanwhile, or had not been able to tell, is decided
 * anew: a bed the neighbour did not promise stays the patient's, under a new number; one it did promise is the other's.
 */
const comeBack = async (work: Work, sido: string, epoch: number): Promise<void> => {
  const { tx, now } = work
  for (const hold of await touchedHolds(tx, sido)) await settle(work, sido, epoch, hold)
  await telling(tx, 'silent')
  const moved = await adoptRequests(tx, sido, { onlyTouched: true })
  await adoptSlots(tx, sido, { onlyTouched: true, ownCode: null })
  await adoptHolds(tx, sido)
  await telling(tx, 'on')
  for (const { id, before, after } of moved)
    if (before !== null && before !== after)
      await noteReconciled(
        tx,
        { sido, epoch, kind: 'request-moved-twice', subject: id, data: { givenUp: before, standing: after } },
        now,
      )
  await renumber(work, sido, epoch)
  await endLostGrants(work, sido, epoch)
  await doubtFree(tx, null, now)
  await mendRequests(work, sido)
  await planExpiries(work, sido)
  await forgetTold(tx, sido)
}

/** A live hold of ours on a slot that the neighbour touched. */
const settle = async (work: Work, sido: string, epoch: number, hold: TouchedHold): Promise<void> => {
  if (hold.same) return
  const twice = hold.standing_fencing !== null
  await endHoldRow(work.tx, hold.id, 'released', 'another promise stands', work.now)
  await noteReconciled(
    work.tx,
    {
      sido,
      epoch,
      kind: twice ? 'slot-promised-twice' : 'hold-not-kept',
      subject: hold.slot_id,
      givenUp: Number(hold.fencing),
      standing: twice ? Number(hold.standing_fencing) : null,
      data: { requestId: hold.request_id, askId: hold.ask_id, standingFor: hold.standing_for, state: hold.state },
    },
    work.now,
  )
}

/** Promises only this cell knew of are taken up again under a number above everything given before. */
const renumber = async (work: Work, sido: string, epoch: number): Promise<void> => {
  const rows = await work.tx.sql<{
    id: string
    slot_id: string
    fencing: string
    slot_fencing: string
    request_id: string
  }>(
    `select h.id, h.slot_id, h.fencing, s.fencing as slot_fencing, h.request_id
       from beds.hold h
       join beds.slot s on s.id = h.slot_id
      where s.sido is null
        and h.request_id is not null
        and h.state in ('granted', 'confirmed')
        and (exists (select from exchange.orphan o
                      where o.origin = $1 and o.kind = 'hold-stated' and o.body ->> 'id' = h.id)
             or exists (select from exchange.set_aside a
                         where a.origin = $1 and a.kind = 'hold-stated' and a.body ->> 'id' = h.id))
      order by h.id`,
    [sido],
  )
  for (const row of rows) {
    const fencing = nextFencing(epoch, Math.max(Number(row.fencing), Number(row.slot_fencing)))
    await work.tx.sql(`update beds.hold set fencing = $2 where id = $1`, [row.id, fencing])
    await work.tx.sql(
      `update beds.slot set fencing = $2, state = 'held', blocked_reason = null, opens_in_hours = null,
              version = version + 1, changed_at = $3 where id = $1`,
      [row.slot_id, fencing, work.now],
    )
    await noteReconciled(
      work.tx,
      {
        sido,
        epoch,
        kind: 'hold-taken-up',
        subject: row.slot_id,
        givenUp: Number(row.fencing),
        standing: fencing,
        data: { requestId: row.request_id },
      },
      work.now,
    )
  }
}

/** A bed kept for another region's ask that the log no longer has: free, unless the ask is accepted anew. */
const endLostGrants = async (work: Work, sido: string, epoch: number): Promise<void> => {
  const rows = await work.tx.sql<{ id: string; ask_id: string; slot_id: string; fencing: string }>(
    `select h.id, h.ask_id, h.slot_id, h.fencing
       from beds.hold h
       join beds.slot s on s.id = h.slot_id
      where s.sido is null
        and h.ask_id is not null
        and h.state in ('granted', 'confirmed')
        and not exists (select from beds.grant g where g.ask_id = h.ask_id and g.state in ('granted', 'confirmed'))
      order by h.id`,
  )
  for (const row of rows) {
    await endHoldRow(work.tx, row.id, 'released', 'not in the log that stands', work.now)
    await work.tx.sql(
      `update beds.slot set state = 'available', version = version + 1, changed_at = $2 where id = $1 and state = 'held'`,
      [row.slot_id, work.now],
    )
    const entry = { sido, epoch, kind: 'hold-not-kept', subject: row.slot_id, data: { askId: row.ask_id } } as const
    await noteReconciled(work.tx, { ...entry, givenUp: Number(row.fencing) }, work.now)
  }
}

/** Requests whose bed is gone go back to the search with their place in the queue. */
const mendRequests = async (work: Work, sido: string): Promise<void> => {
  const rows = await work.tx.sql<{ id: string; state: RequestState }>(
    `select r.id, r.state
       from beds.request r
      where r.sido = $1
        and r.closed_at is null
        and r.outside_name is null
        and (r.state = any($2) or r.state = 'offered')
      order by r.id`,
    [sido, HOLDING_STATES],
  )
  for (const { id, state } of rows) {
    const placement = await lockPlacement(work, id)
    if (placement === null || placement.hold !== null || isTerminal(placement.row.state)) continue
    if (state === 'offered') {
      await planSearch(work, id, work.now)
      continue
    }
    const details = { why: 'the bed was promised to another patient while a neighbour stood in' }
    const lost = await advance(work, placement, { event: 'hold_lost', actor: 'system', details })
    if (!lost.ok) work.beds.log.error({ request: id, state }, 'request-without-its-bed')
  }
}

import { nextFencing, type OpenedHere } from '../exchange/index.ts'
import { adoptHospitals } from '../facilities/index.ts'
import type { Work } from './beds.service.ts'
import { saySetAside } from './crossing.again.ts'
import { endHoldRow } from './holds.sql.ts'
import { isTerminal } from './placement.ts'
import { HOLDING_STATES } from './placement-effects.ts'
import { advance, lockPlacement, planSearch } from './placing.service.ts'
import { planExpiries, recallRequests, searchAgain } from './recalling.service.ts'
import { noteReconciled, type Reconciled } from './reconciliation.sql.ts'
import {
  adoptHolds,
  adoptRequests,
  adoptSlots,
  doubtFree,
  endedGrantHolds,
  forgetTold,
  holdingRequests,
  type MovedRequest,
  telling,
} from './standing-in.sql.ts'
import {
  type DisputedHold,
  disputedHolds,
  endedUnheard,
  forgetSaid,
  freeUnheld,
  type Lost,
  makeRoom,
  renumberHold,
  restateEnded,
  unheardHolds,
  unheardRequests,
} from './taking-up.sql.ts'
import { toldHospitals } from './told.sql.ts'

type Here = Lost & Pick<OpenedHere, 'epoch' | 'reason'>

/**
 * The own log goes on here, and says what these tables do not know: what they forgot with a restore, or what a neighbour decided. What
 * the log says stands, as everybody else has read it. What only this cell knew, and could not tell, is decided anew: a bed nobody
 * else was promised stays the patient's under a new number; one that was is the other's, and people read both in the list.
 */
export const takeUp = async (work: Work, opened: OpenedHere): Promise<void> => {
  const { tx, now, beds } = work
  const { origin: sido, livedTo: behind, lostAt, epoch, reason } = opened
  const here: Here = { sido, behind, lostAt: lostAt ?? now, epoch, reason }
  const mine = await unheardRequests(tx, here)
  const moved = opened.isRegained ? await adopt(work, here) : []
  await noteRequests(work, here, moved, mine)
  await endLostGrants(work, here)
  await renumber(work, here)
  await saySetAside(work, here)
  if (opened.isRegained) await recallRequests(work, opened, moved)
  await searchAgain(work, sido)
  await doubtFree(tx, null, now)
  await adoptHospitals(tx, sido, await toldHospitals(tx, sido), 'regained', now)
  await planExpiries(work, null)
  const ended = await endedUnheard(tx, here)
  await forgetTold(tx, sido)
  await forgetSaid(tx, sido)
  // These are events like any other: whoever follows requests has its own rows by then.
  opened.afterwards(() => mendRequests(work, sido))
  opened.afterwards(() => restateEnded(tx, ended))
  if (moved.length > 0) beds.log.warn({ requests: moved.length, epoch, reason }, 'taken-up-from-the-own-log')
}

/** The log's rows into the tables. Promises that it contradicts are ended first: the indexes allow one for each bed and patient. */
const adopt = async (work: Work, here: Here): Promise<readonly MovedRequest[]> => {
  const { tx, now } = work
  const { sido, behind } = here
  for (const hold of await disputedHolds(tx, here)) await giveUp(work, here, hold)
  await telling(tx, 'silent')
  await makeRoom(tx, here)
  const moved = await adoptRequests(tx, sido, { behind, closedToo: true })
  await adoptSlots(tx, sido, { behind, ownCode: null })
  await adoptHolds(tx, sido, { behind, endedToo: true })
  await freeUnheld(tx, now)
  await telling(tx, 'on')
  return moved
}

const giveUp = async (work: Work, here: Here, hold: DisputedHold): Promise<void> => {
  const twice = hold.standing_slot === hold.slot_id
  await endHoldRow(work.tx, hold.id, 'released', 'another promise stands', work.now)
  const { request_id: requestId, ask_id: askId, standing_for: standingFor, state } = hold
  await note(work, here, {
    kind: twice ? 'slot-promised-twice' : 'hold-not-kept',
    subject: hold.slot_id,
    givenUp: Number(hold.fencing),
    standing: twice ? Number(hold.standing_fencing) : null,
    data: { requestId, askId, standingFor, state },
  })
}

const note = (work: Work, { sido, epoch }: Here, entry: Omit<Reconciled, 'sido' | 'epoch'>): Promise<void> =>
  noteReconciled(work.tx, { sido, epoch, ...entry }, work.now)

/** Changed here unheard, and in the log as well: the log's state stands. Changed here only: it is kept, and said now. */
const noteRequests = async (
  work: Work,
  here: Here,
  moved: readonly MovedRequest[],
  mine: Awaited<ReturnType<typeof unheardRequests>>,
): Promise<void> => {
  const known = new Map(moved.map((one) => [one.id, one]))
  for (const [id, state] of mine) {
    const other = known.get(id)
    if (other === undefined) await note(work, here, { kind: 'request-kept', subject: id, data: { state } })
    else if (other.after !== state)
      await note(work, here, {
        kind: 'request-moved-twice',
        subject: id,
        data: { givenUp: state, standing: other.after },
      })
  }
}

/** Promises only this cell knew of are taken up again under a number above everything given before. */
const renumber = async (work: Work, here: Here): Promise<void> => {
  for (const hold of await unheardHolds(work.tx, here)) {
    const fencing = nextFencing(here.epoch, Math.max(Number(hold.fencing), Number(hold.slot_fencing)))
    await renumberHold(work.tx, hold, fencing, work.now)
    await note(work, here, {
      kind: 'hold-taken-up',
      subject: hold.slot_id,
      givenUp: Number(hold.fencing),
      standing: fencing,
      data: { requestId: hold.request_id, askId: hold.ask_id },
    })
  }
}

/** A bed kept for another region's ask that the log no longer has: free, unless the ask is accepted anew. */
const endLostGrants = async (work: Work, here: Here): Promise<void> => {
  for (const row of await endedGrantHolds(work.tx)) {
    await endHoldRow(work.tx, row.id, 'released', 'not in the log that stands', work.now)
    const data = { askId: row.ask_id }
    await note(work, here, { kind: 'hold-not-kept', subject: row.slot_id, givenUp: Number(row.fencing), data })
  }
  await freeUnheld(work.tx, work.now)
}

/** Requests whose bed is gone go back to the search with their place in the queue. */
const mendRequests = async (work: Work, sido: string): Promise<void> => {
  for (const { id, state } of await holdingRequests(work.tx, sido, [...HOLDING_STATES, 'offered'])) {
    const placement = await lockPlacement(work, id)
    if (placement === null || placement.hold !== null || isTerminal(placement.row.state)) continue
    if (state === 'offered') {
      await planSearch(work, id, work.now)
      continue
    }
    const details = { why: 'the bed is not this patient’s in the log that stands' }
    const lost = await advance(work, placement, { event: 'hold_lost', actor: 'system', details })
    if (!lost.ok) work.beds.log.error({ request: id, state }, 'request-without-its-bed')
  }
}

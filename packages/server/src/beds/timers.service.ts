import type { Deps } from '../platform/deps.ts'
import type { Timer } from '../platform/timers.ts'
import { answerOffer, lockOffer } from './answering.service.ts'
import type { Beds, Work } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import { expireHold } from './holds.service.ts'
import { searchOn } from './offering.service.ts'
import { isOpenOffer } from './offers.ts'
import { ON_TIMER, REQUEST_TIMERS, type RequestTimer } from './placement-effects.ts'
import { noBedStep } from './placement-escalation.ts'
import { advance, lockPlacement, TIMER_KINDS, tellRequest } from './placing.service.ts'
import type { Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'

type Handler = (work: Work, timer: Timer) => Promise<void>

/** Every timer of the slice. A timer looks at the state first: its occasion may be gone, and after a restart it may be late. */
export const registerBedTimers = (deps: Pick<Deps, 'onTimer'>, beds: Beds): void => {
  const on = (kind: string, handler: Handler) =>
    deps.onTimer(kind, async (tx, timer, now) => {
      // Before anything is changed: the copy for ranking must hold committed rows only.
      await beds.finder.refresh()
      await handler({ beds, tx, now, by: SYSTEM }, timer)
    })
  on(TIMER_KINDS.offer, (work, timer) => expireOffer(work, timer.subject))
  on(TIMER_KINDS.hold, (work, timer) => expireHold(work, timer.subject))
  on(TIMER_KINDS.search, async (work, timer) => {
    const placement = await lockPlacement(work, timer.subject)
    if (placement !== null) await searchOn(work, placement)
  })
  for (const timer of REQUEST_TIMERS)
    on(TIMER_KINDS.request(timer), (work, { subject }) => requestTimer(work, subject, timer))
}

/** Silence is an answer too: the next hospital is asked. A designation stands instead, if there is still a bed for it. */
const expireOffer = async (work: Work, offerId: string): Promise<void> => {
  const found = await lockOffer(work, offerId)
  if (found === null || !isOpenOffer(found.offer.state) || found.offer.expires_at > work.now) return
  if (!found.offer.designated) {
    const expired = await answerOffer(work, found, 'system', { event: 'expire' })
    if (!expired.ok) throw new Error(`Offer ${offerId} could not expire: ${expired.error.detail}`)
    return
  }
  const stood = await work.beds.db
    .tx(async () => {
      const accepted = await answerOffer(work, found, 'system', { event: 'deem_accepted' })
      if (!accepted.ok) throw new NothingToStandOn()
    })
    .then(() => true, rethrowUnless(NothingToStandOn))
  if (stood) return
  const withdrawn = await answerOffer(work, found, 'system', { event: 'withdraw' })
  if (withdrawn.ok) await searchOn(work, withdrawn.value.placement)
}

/** Rolls back to before the designation was taken as accepted. */
class NothingToStandOn extends Error {}
const rethrowUnless =
  (expected: new () => Error) =>
  (error: unknown): false => {
    if (error instanceof expected) return false
    throw error
  }

/** Marks that are met already: a timer that was running while its mark was being met finds it so. */
const MET: Record<RequestTimer, (placement: Placement) => boolean> = {
  first_ack: ({ row }) => row.state !== 'submitted',
  first_offer: ({ row }) => row.first_offer_at !== null,
  hold: ({ row, hold }) => hold !== null || row.confirmed_at !== null,
  confirm: ({ row }) => row.confirmed_at !== null,
  no_bed_step: ({ row }) => row.state !== 'no_bed',
}

const requestTimer = async (work: Work, requestId: string, timer: RequestTimer): Promise<void> => {
  const placement = await lockPlacement(work, requestId)
  if (placement === null || placement.row.closed_at !== null || MET[timer](placement)) return
  switch (ON_TIMER[timer]) {
    case 'tell':
      return overdue(work, placement, timer)
    case 'escalate': {
      const escalated = await advance(work, placement, { event: 'escalate', actor: 'system' })
      return escalated.ok ? undefined : overdue(work, placement, timer)
    }
    case 'no_bed_step':
      return noBedAgain(work, placement)
  }
}

const overdue = async (work: Work, { row }: Placement, timer: RequestTimer): Promise<void> => {
  addEvent(work.tx, { requestId: row.id, kind: 'overdue', by: work.by, data: { timer } }, work.now)
  tellRequest(work, row, 'request-overdue', { roles: ['placement_desk'], people: [row.created_by] })
}

/** After `no_bed` the search is repeated, and after some repetitions the next level is asked. */
const noBedAgain = async (work: Work, placement: Placement): Promise<void> => {
  const { row } = placement
  const step = noBedStep(row.level, row.retries_at_level, row.urgency)
  const event = step.kind === 'retry' ? 'retry' : 'escalate'
  const done = await advance(work, placement, { event, actor: 'system' })
  if (!done.ok) throw new Error(`The timed try of request ${row.id} failed: ${done.error.reason}`)
}

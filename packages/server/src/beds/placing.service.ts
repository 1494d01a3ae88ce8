import type { Role } from '@dure/contract'
import { type Audience, tellOp } from '../platform/oplog.ts'
import { ok, type Result } from '../platform/result.ts'
import { cancel, schedule, scheduleAll } from '../platform/timers.ts'
import type { Work } from './beds.service.ts'
import { giveUpAsk, giveUpUnanswered } from './crossing.saying.ts'
import type { GiveUpReason } from './crossing.ts'
import { tellFollowers } from './following.service.ts'
import { confirmHoldRow, endHoldRow, occupyHoldRow, promiseOf } from './holds.sql.ts'
import { lockOffersOf, withdrawOffers } from './offers.sql.ts'
import { isOpenOffer } from './offers.ts'
import { type Decision, decideRequest, isTerminal, type RequestFacts } from './placement.ts'
import type { NotifyTarget, RequestEffect, RequestTimer } from './placement-effects.ts'

import type { RequestEvent } from './placement-table.ts'
import { type Doing, patchOf } from './placing-patch.ts'
import type { BedRefusal } from './refusals.ts'
import type { Placement } from './relations.ts'
import { addEvent, lockRequestOfOffer, lockRequestRow, saveRequest } from './requests.sql.ts'
import type { HoldRow, RequestRow } from './rows.ts'
import { addSlotEvent, lockSlot, saveSlot } from './slots.sql.ts'
import { decideSlot } from './slots.ts'

export const TIMER_KINDS = {
  request: (timer: RequestTimer) => `bed-request-${timer.replaceAll('_', '-')}`,
  offer: 'bed-offer-expiry',
  hold: 'bed-hold-expiry',
  search: 'bed-search',
} as const

/** Locks a request, then its offers in id order. Its hold is changed only under this lock; a slot is locked after it. */
export const lockPlacement = async (work: Work, requestId: string): Promise<Placement | null> =>
  lockRest(work, await lockRequestRow(work.tx, requestId))

/** The same, of the request an offer belongs to. */
export const lockPlacementOfOffer = async (work: Work, offerId: string): Promise<Placement | null> =>
  lockRest(work, await lockRequestOfOffer(work.tx, offerId))

const lockRest = async ({ tx }: Work, row: RequestRow | null): Promise<Placement | null> => {
  if (row === null) return null
  const offers = await lockOffersOf(tx, row.id)
  return { row, offers, ...(await promiseOf(tx, row.id)) }
}

/**
 * One event of a locked request: decides it, does everything the decision names, saves, and tells.
 * A refusal has changed nothing.
 */
export const advance = async (
  work: Work,
  placement: Placement,
  doing: Doing,
): Promise<Result<Placement, BedRefusal>> => {
  const decided = decideRequest(placement.row.state, doing.event, doing.actor, factsOf(work, placement, doing))
  if (!decided.ok) return decided
  const decision = decided.value
  const asked = openHospitals(placement)
  const holder = placement.hold?.hospital_id ?? null
  let after: Placement = placement
  await planRequestTimers(work, placement.row, decision.effects)
  for (const effect of decision.effects) after = await carryOut(work, after, effect, doing)
  if (isTerminal(decision.to)) await cancel(work.tx, placement.row.id)
  const row = await saveRequest(work.tx, placement.row.id, patchOf(work, after, decision, doing))
  const data = { ...doing.details, ...doing.data }
  const { event, from, to } = decision
  addEvent(work.tx, { requestId: row.id, kind: event, from, to, by: work.by, data }, work.now)
  tell(work, row, decision, { asked, holder: after.hold?.hospital_id ?? holder })
  await tellFollowers(work, { ...after, row })
  return ok({ ...after, row })
}

const openHospitals = ({ offers }: Placement): readonly string[] =>
  offers.filter((offer) => isOpenOffer(offer.state)).map((offer) => offer.hospital_id)

const factsOf = (work: Work, { row, offers, hold, openAsks = 0 }: Placement, { details }: Doing): RequestFacts => ({
  nowMs: work.now.getTime(),
  urgency: details?.urgency ?? row.urgency,
  level: row.level,
  retriesAtLevel: row.retries_at_level,
  openOffers: offers.filter((offer) => isOpenOffer(offer.state)).length + openAsks,
  hold:
    hold === null
      ? null
      : {
          expiresAtMs: hold.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
          confirmed: hold.state !== 'granted',
          awaitsOwner: hold.ask_id !== null && hold.state === 'granted',
        },
  conditionsOpen: row.conditions_open && details?.agreeToConditions !== true,
  statusSinceMs: row.state_since.getTime(),
  queueSinceMs: row.submitted_at === null ? null : row.waiting_since.getTime(),
  resumeState: row.resume_state,
  details: details ?? {},
})

const carryOut = async (work: Work, placement: Placement, effect: RequestEffect, doing: Doing): Promise<Placement> => {
  const { tx, now } = work
  const { row, hold } = placement
  switch (effect.kind) {
    case 'release_hold':
      return releaseHold(work, placement, effect.because, doing.holdEndsAs ?? 'released')
    case 'confirm_hold':
      return { ...placement, hold: await confirmHold(work, hold) }
    case 'occupy_hold':
      return occupyHold(work, placement)
    case 'withdraw_open_offers':
      return withdrawOpenOffers(work, placement, effect.because)
    case 'cancel_timers':
      await cancel(tx, row.id, effect.timers.map(TIMER_KINDS.request))
      return placement
    case 'search_again':
      await planSearch(work, row.id, now)
      return placement
    // Planned together before the rest. Who may see whom follows from the live hold, and telling comes after saving, with the new version.
    case 'schedule_timer':
    case 'reveal_identity_to_holder':
    case 'hide_identity_from_holder':
    case 'notify':
    case 'append_op':
      return placement
  }
}

const planRequestTimers = async (
  work: Work,
  { id: requestId, state }: RequestRow,
  effects: readonly RequestEffect[],
): Promise<void> => {
  const timers = effects.flatMap((effect) => (effect.kind === 'schedule_timer' ? [effect] : []))
  if (timers.length === 0) return
  const planned = timers.map(({ timer, dueAtMs }) => ({
    id: work.beds.ids.next(),
    kind: TIMER_KINDS.request(timer),
    subject: requestId,
    dueAt: new Date(dueAtMs),
    payload: {},
  }))
  const kinds = planned.map(({ kind }) => kind)
  // A draft has none yet.
  if (state !== 'draft') await cancel(work.tx, requestId, kinds)
  await scheduleAll(work.tx, planned, work.now)
}

/** The ranking is run in a transaction of its own, right after this one, also when the server restarts in between. */
export const planSearch = async (work: Work, requestId: string, dueAt: Date): Promise<void> => {
  await cancel(work.tx, requestId, TIMER_KINDS.search)
  const id = work.beds.ids.next()
  await schedule(work.tx, { id, kind: TIMER_KINDS.search, subject: requestId, dueAt, payload: {} }, work.now)
}

/** A bed of another region is confirmed by its owner's word only. */
const confirmHold = async (work: Work, hold: HoldRow | null): Promise<HoldRow | null> => {
  if (hold === null || hold.ask_id !== null) return hold
  await cancel(work.tx, hold.id, TIMER_KINDS.hold)
  return confirmHoldRow(work.tx, hold.id, work.now)
}

/** The slot goes back to others; after an admission somebody has to clean it first. */
const releaseHold = async (
  work: Work,
  placement: Placement,
  because: RequestEvent,
  endsAs: 'released' | 'expired',
): Promise<Placement> => {
  const { tx, now, by } = work
  const { hold } = placement
  if (hold === null) return placement
  if (hold.ask_id !== null) {
    await giveUpAsk(work, hold.ask_id, whyGivenUp(because))
    return { ...placement, hold: null }
  }
  const slot = await lockSlot(tx, hold.slot_id)
  if (slot === null) throw new Error(`Hold ${hold.id} is on a slot that does not exist`)
  await endHoldRow(tx, hold.id, endsAs, because, now)
  await cancel(tx, hold.id, TIMER_KINDS.hold)
  // A slot that was just blocked under its hold stays blocked.
  if (slot.state === 'held' || slot.state === 'occupied') {
    const event = slot.state === 'held' ? 'release' : 'discharge'
    const decision = decideSlot(slot.state, event, 'system')
    if (!decision.ok) throw new Error(`Slot ${slot.id} cannot be given back: ${decision.error.reason}`)
    const to = decision.value.status.state
    await saveSlot(tx, slot, { state: to }, now)
    addSlotEvent(tx, { slotId: slot.id, kind: event, from: slot.state, to, by, data: { because } }, now)
    tellSlot(work, slot.id, slot.hospital_id, event)
  }
  return { ...placement, hold: null }
}

const occupyHold = async (work: Work, placement: Placement): Promise<Placement> => {
  const { tx, now, by } = work
  const { hold } = placement
  // A bed of another region: its own hospital says there that the patient lies in it.
  if (hold === null || hold.ask_id !== null) return placement
  const slot = await lockSlot(tx, hold.slot_id)
  const decision = slot === null ? null : decideSlot(slot.state, 'occupy', 'system')
  if (slot === null || decision === null || !decision.ok) throw new Error(`Slot of hold ${hold.id} cannot be occupied`)
  const occupied = await occupyHoldRow(tx, hold.id, now)
  await cancel(tx, hold.id, TIMER_KINDS.hold)
  await saveSlot(tx, slot, { state: decision.value.status.state, said: { at: now, channel: by.channel } }, now)
  addSlotEvent(tx, { slotId: slot.id, kind: 'occupy', from: slot.state, to: 'occupied', by, data: {} }, now)
  tellSlot(work, slot.id, slot.hospital_id, 'occupy')
  return { ...placement, hold: occupied }
}

const CLOSING: readonly RequestEvent[] = ['cancel', 'step_down', 'record_death', 'merge', 'enter_in_error']
const whyGivenUp = (because: RequestEvent): GiveUpReason =>
  CLOSING.includes(because) ? 'request-closed' : 'placed-elsewhere'

const withdrawOpenOffers = async (work: Work, placement: Placement, because: RequestEvent): Promise<Placement> => {
  const { row, offers, openAsks } = placement
  if (openAsks !== 0) await giveUpUnanswered(work, row.id, whyGivenUp(because))
  const open = offers.filter((offer) => isOpenOffer(offer.state)).map(({ id }) => id)
  if (open.length === 0) return { ...placement, openAsks: 0 }
  const withdrawn = new Map((await withdrawOffers(work.tx, open)).map((offer) => [offer.id, offer]))
  await cancel(work.tx, open, TIMER_KINDS.offer)
  for (const offer of withdrawn.values()) tellOffer(work, row, offer.id, offer.hospital_id, 'withdrawn', because)
  return { ...placement, offers: offers.map((offer) => withdrawn.get(offer.id) ?? offer), openAsks: 0 }
}

// ---------------------------------------------------------------- telling

const ROLE_OF: Partial<Record<NotifyTarget, Role>> = {
  placement_desk: 'placement_desk',
  neighbour_desk: 'placement_desk',
  national_desk: 'national_desk',
  transport: 'transport',
}

interface Involved {
  readonly asked: readonly string[]
  readonly holder: string | null
}

/** Every change reaches the requester and the region's desk, whose queues show it; others as the decision names them. */
const tell = (work: Work, row: RequestRow, decision: Decision, { asked, holder }: Involved): void => {
  const who = decision.effects.flatMap((effect) => (effect.kind === 'notify' ? effect.who : []))
  const roles = who.flatMap((target) => ROLE_OF[target] ?? [])
  const facilities = [
    ...(row.owner_hospital_id === null ? [] : [row.owner_hospital_id]),
    ...(who.includes('asked_hospitals') ? asked : []),
    ...(holder === null ? [] : [holder]),
  ]
  tellRequest(work, row, `request-${decision.event.replaceAll('_', '-')}`, {
    roles: [...new Set<Role>(['placement_desk', ...roles])],
    facilities: [...new Set(facilities)],
    people: [row.created_by],
  })
}

/** What travels about a request: which, and where it stands. Screens fetch the rest as far as they may see it. */
export const tellRequest = (work: Work, row: RequestRow, kind: string, audience: Audience): void => {
  const body = { requestId: row.id, code: row.code, state: row.state, version: row.version }
  tellOp(work.tx, { kind, subject: row.id, body, audience, at: work.now })
}

export const tellOffer = (
  work: Work,
  row: RequestRow,
  offerId: string,
  hospitalId: string,
  what: string,
  because?: string,
): void => {
  tellOp(work.tx, {
    kind: `offer-${what.replaceAll('_', '-')}`,
    subject: row.id,
    body: { requestId: row.id, code: row.code, offerId, hospitalId, ...(because === undefined ? {} : { because }) },
    audience: { roles: ['placement_desk'], facilities: [hospitalId], people: [row.created_by] },
    at: work.now,
  })
}

export const tellSlot = (work: Work, slotId: string, hospitalId: string, what: string): void => {
  work.tx.afterCommit(() => work.beds.finder.touch([slotId]))
  tellOp(work.tx, {
    kind: `slot-${what.replaceAll('_', '-')}`,
    subject: slotId,
    body: { slotId, hospitalId },
    audience: { roles: ['placement_desk'], facilities: [hospitalId] },
    at: work.now,
  })
}

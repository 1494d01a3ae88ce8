import type { OfferAct } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { cancel, schedule } from '../platform/timers.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse, toRefusal, type Work } from './beds.service.ts'
import type { By } from './by.ts'
import { fencingFloor } from './crossing.sql.ts'
import { tellFollowers } from './following.service.ts'
import { insertHold } from './holds.sql.ts'
import { grantHold } from './holds.ts'
import { searchOn } from './offering.service.ts'
import { saveOffer } from './offers.sql.ts'
import { decideOffer, type OfferActor, type OfferEffect, type OfferEvent } from './offers.ts'
import type { Actor } from './placement-actors.ts'
import { HOLDING_STATES } from './placement-effects.ts'
import { advance, lockPlacementOfOffer, TIMER_KINDS, tellOffer, tellSlot } from './placing.service.ts'
import { offerActorOf, type Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'
import type { OfferRow, SlotRow } from './rows.ts'
import { fitFaults, fittingOrder } from './slot-fit.ts'
import { addSlotEvent, doubtSlots, freeSlotsOfHospital, lockFreeSlot, lockSlot, saveSlot } from './slots.sql.ts'
import { decideSlot } from './slots.ts'

export interface OfferAnswer {
  readonly act: OfferAct
  readonly channel: By['channel']
  readonly heardFrom?: string | undefined
}

export interface Answered {
  readonly placement: Placement
  readonly offer: OfferRow
}

/** A person sees, answers or withdraws an offer. An answer a desk was told by phone says by whom. */
export const actOnOffer = (
  beds: Beds,
  person: Person,
  offerId: string,
  answer: OfferAnswer,
): Promise<BedResult<Answered>> =>
  inWork(beds, byPerson(person, answer), async (work) => {
    const found = await lockOffer(work, offerId)
    if (found === null) return notFound('offer')
    const actor = offerActorOf(person, found.placement, found.offer)
    if (!actor.ok) return { ok: false, error: toRefusal(actor.error) }
    const toldBy = actor.value === 'asking_desk' || answer.channel === 'phone'
    if (toldBy && SPOKEN.includes(answer.act.event) && !wasHeard(answer))
      return refuse('invalid-input', 'say who of the hospital said so, and by phone or SMS', '/body/heardFrom')
    return answerOffer(work, found, actor.value, answer.act)
  })

/** Answers that are the hospital's own: a desk only writes down what it heard. */
const SPOKEN: readonly OfferAct['event'][] = ['acknowledge', 'accept', 'accept_with_conditions', 'decline']
const wasHeard = ({ channel, heardFrom }: OfferAnswer): boolean =>
  (channel === 'phone' || channel === 'sms') && (heardFrom ?? '') !== ''

export const lockOffer = async (work: Work, offerId: string): Promise<Answered | null> => {
  const placement = await lockPlacementOfOffer(work, offerId)
  const offer = placement?.offers.find((one) => one.id === offerId)
  return placement === null || offer === undefined ? null : { placement, offer }
}

type Act = OfferAct | { readonly event: 'deem_accepted' | 'expire' | 'deliver' }

/** Decides, saves and does what follows. The request and its offers are locked. */
export const answerOffer = async (
  work: Work,
  { placement, offer }: Answered,
  actor: OfferActor,
  act: Act,
): Promise<BedResult<Answered>> => {
  if (isYes(act.event) && placedElsewhere(placement, offer))
    return refuse('already-placed', 'this patient has a bed already; the offer is over')
  const decided = decideOffer(offer.state, act.event as OfferEvent, actor, {
    nowMs: work.now.getTime(),
    expiresAtMs: offer.expires_at.getTime(),
    designation: offer.designated,
    ...('conditions' in act ? { conditions: act.conditions } : {}),
    ...('reason' in act ? { declineReason: act.reason } : {}),
    ...('note' in act && act.note !== undefined ? { declineNote: act.note } : {}),
  })
  if (!decided.ok) return { ok: false, error: toRefusal(decided.error, '/body/act') }
  const saved = decided.value.to === offer.state ? offer : await record(work, offer, decided.value.to, act)
  let after: Answered = { placement: replace(placement, saved), offer: saved }
  for (const effect of decided.value.effects) {
    const done = await follow(work, after, actor, act, effect)
    if (!done.ok) return done
    after = done.value
  }
  // Where the request itself moved on, they were told with that.
  if (saved !== offer && after.placement.row === placement.row) await tellFollowers(work, after.placement)
  return ok(after)
}

const isYes = (event: Act['event']): boolean => event === 'accept' || event === 'accept_with_conditions'

const placedElsewhere = ({ row, hold }: Placement, offer: OfferRow): boolean =>
  (hold !== null && hold.offer_id !== offer.id) || (hold === null && HOLDING_STATES.includes(row.state))

const replace = (placement: Placement, offer: OfferRow): Placement => ({
  ...placement,
  offers: placement.offers.map((one) => (one.id === offer.id ? offer : one)),
})

const ANSWERS: readonly Act['event'][] = ['accept', 'accept_with_conditions', 'decline', 'deem_accepted']

const record = async (work: Work, offer: OfferRow, state: OfferRow['state'], act: Act): Promise<OfferRow> => {
  const { by, now, tx } = work
  const answer = { at: now, by: by.personId, byName: by.name, channel: by.channel, heardFrom: by.heardFrom }
  const saved = await saveOffer(tx, offer.id, {
    state,
    ...(ANSWERS.includes(act.event) ? { answer } : {}),
    ...('reason' in act ? { declineReason: act.reason } : {}),
    ...('note' in act && act.note !== undefined ? { declineNote: act.note } : {}),
    ...('conditions' in act ? { conditions: act.conditions } : {}),
  })
  const data = { offerId: offer.id, hospitalId: offer.hospital_id, ...act }
  addEvent(tx, { requestId: offer.request_id, kind: `offer_${act.event}`, by, data }, now)
  return saved
}

const follow = async (
  work: Work,
  answered: Answered,
  actor: OfferActor,
  act: Act,
  effect: OfferEffect,
): Promise<BedResult<Answered>> => {
  const { placement, offer } = answered
  switch (effect.kind) {
    case 'cancel_expiry':
      await cancel(work.tx, offer.id, TIMER_KINDS.offer)
      tellOffer(work, placement.row, offer.id, offer.hospital_id, offer.state)
      return ok(answered)
    case 'distrust_report': {
      const ids = await doubtSlots(work.tx, offer.hospital_id, offer.bed_class, work.now)
      work.tx.afterCommit(() => work.beds.finder.touch(ids))
      return ok(answered)
    }
    case 'offer_next':
      if (offer.state === 'expired') tellOffer(work, placement.row, offer.id, offer.hospital_id, 'expired')
      return ok({ offer, placement: await searchOn(work, placement) })
    case 'grant_hold':
      return grant(work, answered, actor, act, effect.conditionsOpen)
  }
}

// ---------------------------------------------------------------- the promise

const EVENT_ACTOR: Record<OfferActor, Actor> = {
  asked_hospital: 'asked_hospital',
  asking_desk: 'placement_desk',
  system: 'system',
}

/** Takes a free slot and promises it, or refuses: an acceptance that gets no slot promises nothing. */
const grant = async (
  work: Work,
  { placement, offer }: Answered,
  actor: OfferActor,
  act: Act,
  conditionsOpen: boolean,
): Promise<BedResult<Answered>> => {
  const { tx, now, by, beds } = work
  const slot = await takeSlot(work, placement, offer, 'slotId' in act ? act.slotId : undefined)
  if (!slot.ok) return slot
  const taken = slot.value
  const decision = decideSlot(taken.state, 'hold', 'system')
  if (!decision.ok) return { ok: false, error: toRefusal(decision.error) }
  // Above whatever was given before this epoch of the region's log: nextFencing.
  const floor = await fencingFloor(tx, placement.row.sido)
  const hold = grantHold(taken.id, placement.row.id, Math.max(floor, Number(taken.fencing)), now.getTime())
  // Who accepts says with it that the place is there.
  const said = { at: now, channel: by.channel }
  await saveSlot(tx, taken, { state: decision.value.status.state, fencing: hold.fencing, said }, now)
  addSlotEvent(tx, { slotId: taken.id, kind: 'hold', from: taken.state, to: 'held', by, data: {} }, now)
  const row = await insertHold(tx, {
    id: beds.ids.next(),
    request_id: placement.row.id,
    slot_id: taken.id,
    hospital_id: taken.hospital_id,
    offer_id: offer.id,
    granted_at: now,
    expires_at: new Date(hold.expiresAtMs),
    fencing: hold.fencing,
    conditions: offer.conditions,
  })
  await planHoldExpiry(work, row.id, new Date(hold.expiresAtMs))
  tellSlot(work, taken.id, taken.hospital_id, 'hold')
  const held = { ...placement, hold: row, slot: taken }
  const data = { hospitalId: taken.hospital_id, slotLabel: taken.label, fencing: row.fencing, channel: by.channel }
  const patch = { conditions_open: conditionsOpen }
  const advanced = await advance(work, held, { event: 'hold_granted', actor: EVENT_ACTOR[actor], data, patch })
  if (!advanced.ok) return { ok: false, error: toRefusal(advanced.error) }
  return ok({ placement: advanced.value, offer })
}

/** The caller has cancelled an earlier one. */
export const planHoldExpiry = async (work: Work, holdId: string, dueAt: Date): Promise<void> => {
  const timer = { id: work.beds.ids.next(), kind: TIMER_KINDS.hold, subject: holdId, dueAt, payload: {} }
  await schedule(work.tx, timer, work.now)
}

const TAKEN = 'no free bed of this hospital fits this patient any more'

const takeSlot = (
  work: Work,
  placement: Placement,
  offer: OfferRow,
  slotId: string | undefined,
): Promise<BedResult<SlotRow>> =>
  slotId === undefined ? takeBest(work, placement, offer) : takeNamed(work, placement, offer, slotId)

/** Waits for whoever else wants this very place: of many at once exactly one gets it, also when the first one gives up. */
const takeNamed = async (
  work: Work,
  placement: Placement,
  offer: OfferRow,
  slotId: string,
): Promise<BedResult<SlotRow>> => {
  const slot = await lockSlot(work.tx, slotId)
  if (slot === null || slot.hospital_id !== offer.hospital_id)
    return refuse('invalid-input', 'not a bed of the asked hospital', '/body/act/slotId')
  if (slot.state !== 'available') return refuse('slot-taken', `the bed is ${slot.state}`, '/body/act/slotId')
  const faults = fitFaults(placement.row, slot)
  return faults.length === 0 ? ok(slot) : refuse('invalid-input', faults.join(', '), '/body/act/slotId')
}

/**
 * The best fitting place that nobody is taking this moment. If all of them are being taken, it waits for them one by one:
 * somebody may give up, and a refusal has to be true.
 */
const takeBest = async (work: Work, placement: Placement, offer: OfferRow): Promise<BedResult<SlotRow>> => {
  const free = await freeSlotsOfHospital(work.tx, offer.hospital_id)
  const fitting = fittingOrder(placement.row, free)
  for (const { id } of fitting) {
    const slot = await lockFreeSlot(work.tx, id)
    if (slot !== null) return ok(slot)
  }
  for (const { id } of fitting) {
    const slot = await lockSlot(work.tx, id)
    if (slot?.state === 'available') return ok(slot)
  }
  return refuse('slot-taken', TAKEN)
}

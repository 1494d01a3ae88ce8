import type { Beds, Work } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import { DESK, say, sayGivingUp } from './crossing.saying.ts'
import { type AskRow, askById, type GrantRow, grantById, lockAsk, toAsk, toGrant } from './crossing.sql.ts'
import {
  type Ask,
  expireAsk,
  type Grant,
  OPEN_ASK_STATES,
  takeConfirmation,
  takeGrant,
  takeLapse,
  takeRefusal,
} from './crossing.ts'
import { sealedIdentity } from './identity.sql.ts'
import { searchOn } from './offering.service.ts'
import { advance, lockPlacement, tellRequest } from './placing.service.ts'
import type { Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'

/**
 * What the asker's cell does about one of its asks, from the two logs alone: having missed a message, being restored or standing in
 * makes no difference. In one transaction; the request is locked, then the ask.
 */
export const followAsk = async (beds: Beds, askId: string): Promise<void> => {
  const before = await askById(beds.db, askId)
  if (before === null || !OPEN_ASK_STATES.includes(before.state)) return
  await beds.finder.refresh()
  await beds.db.tx(async (tx) => {
    const work: Work = { beds, tx, now: beds.clock.now(), by: SYSTEM }
    const placement = await lockPlacement(work, before.request_id)
    const ask = await lockAsk(tx, askId)
    if (ask === null || !OPEN_ASK_STATES.includes(ask.state)) return
    await follow(work, placement, ask, await grantById(tx, askId))
  })
}

const follow = async (work: Work, placement: Placement | null, ask: AskRow, grant: GrantRow | null): Promise<void> => {
  if (placement === null) return
  const from = toAsk(ask)
  if (from.state === 'asked') return followAsked(work, placement, ask, grant)
  const lapsed = grant?.lapsed ?? null
  if (lapsed !== null && Number(lapsed) >= (from.fencing ?? 0)) return lapse(work, placement, ask, from)
  if (grant?.state === 'confirmed') await confirm(work, placement, ask, from, toGrant(grant), grant.hospital_id)
  if (grant?.occupied_at != null) await admit(work, ask)
}

// ---------------------------------------------------------------- not answered yet

const WANTING: readonly string[] = ['offered', 'escalated']

const followAsked = async (work: Work, placement: Placement, ask: AskRow, grant: GrantRow | null): Promise<void> => {
  const from = toAsk(ask)
  if (grant === null) {
    if (await sayGivingUp(work, ask, expireAsk(from, work.now.getTime()).op)) await goOn(work, ask.request_id)
    return
  }
  if (grant.state === 'granted') return accept(work, placement, ask, grant)
  if (takeRefusal(from).state === 'asked') return
  const refused = grant.state === 'refused'
  await say(work, ask.sido, { kind: refused ? 'ask-refused' : 'ask-lapsed', body: { askId: ask.id } }, DESK)
  note(work, ask, refused ? 'ask_refused' : 'ask_lapsed', { why: grant.why })
  await goOn(work, ask.request_id)
}

const accept = async (work: Work, placement: Placement, ask: AskRow, grant: GrantRow): Promise<void> => {
  const { slotId, fencing } = toGrant(grant)
  if (slotId === null || fencing === null || grant.hospital_id === null) return
  const wanted = placement.hold === null && WANTING.includes(placement.row.state)
  const { op } = takeGrant(toAsk(ask), { slotId, fencing }, wanted)
  if (op?.kind !== 'hold-accepted') {
    await sayGivingUp(work, ask, op)
    return
  }
  const body = { askId: ask.id, slotId, fencing, hospitalId: grant.hospital_id, sealed: await sealFor(work, ask) }
  await say(work, ask.sido, { kind: 'hold-accepted', body }, DESK)
  note(work, ask, 'ask_granted', { hospitalId: grant.hospital_id, fencing: String(fencing) })
  const held = await lockPlacement(work, ask.request_id)
  if (held === null) return
  const data = { askId: ask.id, sido: ask.owner, hospitalId: grant.hospital_id, fencing: String(fencing) }
  const done = await advance(work, held, { event: 'hold_granted', actor: 'system', data })
  if (!done.ok)
    throw new Error(`Request ${ask.request_id} could not take its bed of ${ask.owner}: ${done.error.reason}`)
}

/**
 * Who the patient is, for the eyes of the owner’s cell and of this one, which reads it in its own log after a restore. Not recorded
 * yet: it may be told by telephone, as ever.
 */
const sealFor = async (work: Work, ask: AskRow): Promise<string | null> => {
  const identity = await sealedIdentity(work.tx, ask.request_id)
  if (identity === null) return null
  const key = await work.beds.identityKey()
  return work.beds.exchange.seal([ask.owner, work.beds.region], key.open(ask.request_id, identity.sealed))
}

// ---------------------------------------------------------------- accepted

const confirm = async (
  work: Work,
  placement: Placement,
  ask: AskRow,
  from: Ask,
  grant: Grant,
  hospitalId: string | null,
): Promise<void> => {
  if (grant.slotId === null || grant.fencing === null || hospitalId === null) return
  const after = takeConfirmation(from, { slotId: grant.slotId, fencing: grant.fencing })
  if (after.state === from.state && after.fencing === from.fencing) return
  const body = { askId: ask.id, slotId: grant.slotId, fencing: grant.fencing, hospitalId }
  await say(work, ask.sido, { kind: 'ask-confirmed', body }, DESK)
  note(work, ask, 'ask_confirmed', { hospitalId, fencing: String(grant.fencing) })
  if (placement.row.state !== 'held') return
  const held = await lockPlacement(work, ask.request_id)
  if (held === null) return
  // The desk decided when it asked; what was missing was the owner's word.
  const done = await advance(work, held, { event: 'confirm', actor: 'placement_desk', data: { askId: ask.id } })
  if (!done.ok) throw new Error(`Request ${ask.request_id} could not be confirmed: ${done.error.reason}`)
}

const ON_THE_WAY: readonly string[] = ['confirmed', 'transport_arranged']

/** The hospital has the patient: what was not typed here on the way is caught up with. */
const admit = async (work: Work, ask: AskRow): Promise<void> => {
  const before = await lockPlacement(work, ask.request_id)
  if (before?.hold?.ask_id !== ask.id) return
  const data = { askId: ask.id, sido: ask.owner, hospitalId: ask.slot_hospital_id }
  const left = ON_THE_WAY.includes(before.row.state)
    ? await advance(work, before, { event: 'depart', actor: 'placement_desk', data })
    : { ok: true as const, value: before }
  if (left.ok) await advance(work, left.value, { event: 'admit', actor: 'holding_hospital', data })
}

const lapse = async (work: Work, placement: Placement, ask: AskRow, from: Ask): Promise<void> => {
  if (takeLapse(from, from.fencing ?? 0).state !== 'lapsed') return
  await say(work, ask.sido, { kind: 'ask-lapsed', body: { askId: ask.id } }, DESK)
  note(work, ask, 'ask_lapsed', { hospitalId: ask.slot_hospital_id })
  if (placement.hold?.ask_id !== ask.id) return
  const lost = await advance(work, placement, {
    event: 'hold_lost',
    actor: 'system',
    details: { why: 'the other region no longer keeps the bed' },
    data: { askId: ask.id, sido: ask.owner },
  })
  if (lost.ok) return
  // In a state that keeps its bed to the end (arrived, closed): people have to know.
  tellRequest(work, placement.row, 'request-bed-lost-elsewhere', {
    roles: ['placement_desk'],
    people: [placement.row.created_by],
  })
}

// ---------------------------------------------------------------- both

const note = (work: Work, ask: AskRow, kind: string, data: Readonly<Record<string, unknown>>): void =>
  addEvent(
    work.tx,
    { requestId: ask.request_id, kind, by: work.by, data: { askId: ask.id, sido: ask.owner, ...data } },
    work.now,
  )

/** After a no or a silence: the next is asked, and when there is none the desk is told. */
const goOn = async (work: Work, requestId: string): Promise<void> => {
  const placement = await lockPlacement(work, requestId)
  if (placement !== null && WANTING.includes(placement.row.state)) await searchOn(work, placement)
}

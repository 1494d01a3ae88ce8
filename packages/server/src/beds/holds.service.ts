import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { cancel } from '../platform/timers.ts'
import { planHoldExpiry } from './answering.service.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse, toRefusal, type Work } from './beds.service.ts'
import { extendHoldRow, holdById } from './holds.sql.ts'
import { decideHold, type HoldActor } from './holds.ts'
import { advance, lockPlacement, TIMER_KINDS, tellRequest } from './placing.service.ts'
import { actorsIn, type Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'
import type { HoldRow } from './rows.ts'

/** Keeps the bed longer. Counted from the old end, so that an early extension loses nothing. */
export const extendHold = (beds: Beds, person: Person, holdId: string): Promise<BedResult<HoldRow>> =>
  inWork(beds, byPerson(person), async (work) => {
    const found = await lockHold(work, holdId)
    if (found === null) return notFound('hold')
    const { placement, hold } = found
    const actor = extenderOf(person, placement)
    if (actor === null) return refuse('not-allowed', 'you have no part in this promise')
    const decided = decideHold(toHold(hold), 'extend', actor, Number(hold.fencing), work.now.getTime())
    if (!decided.ok) return { ok: false, error: toRefusal(decided.error) }
    const expiresAt = new Date(decided.value.expiresAtMs)
    const saved = await extendHoldRow(work.tx, hold.id, expiresAt, decided.value.extensions)
    await cancel(work.tx, hold.id, TIMER_KINDS.hold)
    await planHoldExpiry(work, hold.id, expiresAt)
    const data = { expiresAt: expiresAt.toISOString(), extensions: saved.extensions }
    addEvent(work.tx, { requestId: hold.request_id, kind: 'hold_extended', by: work.by, data }, work.now)
    const { row } = placement
    tellRequest(work, row, 'hold-extended', {
      roles: ['placement_desk'],
      people: [row.created_by],
      facilities: [row.owner_hospital_id, hold.hospital_id].filter((id) => id !== null),
    })
    return ok(saved)
  })

const lockHold = async (work: Work, holdId: string): Promise<{ placement: Placement; hold: HoldRow } | null> => {
  const before = await holdById(work.tx, holdId)
  const placement = before === null ? null : await lockPlacement(work, before.request_id)
  // Read again under the lock of its request.
  const hold = placement === null ? null : await holdById(work.tx, holdId)
  return placement === null || hold === null ? null : { placement, hold }
}

const extenderOf = (person: Person, placement: Placement): HoldActor | null => {
  const actors = actorsIn(person, placement)
  if (actors.includes('requester')) return 'requester'
  if (actors.includes('holding_hospital')) return 'holding_hospital'
  return actors.some((actor) => ['placement_desk', 'neighbour_desk', 'national_desk'].includes(actor))
    ? 'asking_desk'
    : null
}

const toHold = (hold: HoldRow) => ({
  state: hold.state,
  slotId: hold.slot_id,
  requestId: hold.request_id,
  fencing: Number(hold.fencing),
  expiresAtMs: hold.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
  extensions: hold.extensions,
})

/** The timer of a hold: the bed goes back, and the patient to the search with the place in the queue kept. */
export const expireHold = async (work: Work, holdId: string): Promise<void> => {
  const found = await lockHold(work, holdId)
  if (found === null || found.placement.hold?.id !== holdId) return
  const { placement, hold } = found
  const decided = decideHold(toHold(hold), 'expire', 'system', Number(hold.fencing), work.now.getTime())
  // Confirmed or extended meanwhile: its occasion is gone.
  if (!decided.ok) return
  const lost = await advance(work, placement, {
    event: 'hold_lost',
    actor: 'system',
    details: { why: 'nobody confirmed the bed in time' },
    data: { holdId, hospitalId: hold.hospital_id },
    holdEndsAs: 'expired',
  })
  if (!lost.ok) throw new Error(`Hold ${holdId} could not expire: ${lost.error.reason}`)
}

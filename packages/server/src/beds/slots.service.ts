import type { capacityReport, SlotChange, slotInput } from '@dure/contract'
import type { z } from 'zod'
import { constraintOf } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse, toRefusal, type Work } from './beds.service.ts'
import type { By } from './by.ts'
import { type CapacityRow, insertCapacity } from './capacity.sql.ts'
import { endOccupied, lockGrantOfSlot, takeBack } from './crossing.owner.service.ts'
import type { GrantRow } from './crossing.sql.ts'
import { endHoldRow, liveHoldOfSlot } from './holds.sql.ts'
import { addPhoneCheck } from './phone-checks.sql.ts'
import { advance, lockPlacement, tellSlot } from './placing.service.ts'
import type { Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'
import type { SlotRow } from './rows.ts'
import { addSlotEvent, insertSlots, lockSlot, refreshSlots, saveSlot, slotById } from './slots.sql.ts'
import { decideShareChange, decideSlot, type SlotActor, type SlotDecision, type SlotEvent } from './slots.ts'

/** Two clocks may differ by this much before a report counts as being from the future. */
const CLOCK_SKEW_MS = 5 * 60_000
/** Nobody reports what was true a week ago; older is a slip of the keyboard. */
const OLDEST_REPORT_MS = 7 * 24 * 3_600_000

/** What the person is to the beds of a hospital; null = nothing. */
const slotActorOf = (person: Person, hospitalId: string, sido: string | undefined): SlotActor | null => {
  if (person.roles.includes('hospital_desk') && person.facilityId === hospitalId) return 'own_hospital'
  const region = person.roles.includes('placement_desk') || person.roles.includes('admin')
  return region && (sido === undefined || sido === person.region) ? 'region_desk' : null
}

const sidoOf = async (beds: Beds, hospitalId: string): Promise<string | undefined> =>
  (await beds.finder.directory()).byId.get(hospitalId)?.sidoCode

/** The person's part in a hospital's beds, or why not. */
const allowedAt = async (beds: Beds, person: Person, hospitalId: string): Promise<BedResult<SlotActor>> => {
  const { byId } = await beds.finder.directory()
  if (!byId.has(hospitalId)) return notFound('hospital')
  const actor = slotActorOf(person, hospitalId, await sidoOf(beds, hospitalId))
  return actor === null ? refuse('not-allowed', 'these are the beds of another hospital') : ok(actor)
}

const toldByWhom = (actor: SlotActor, channel: By['channel'], heardFrom: string | null | undefined) =>
  actor === 'region_desk' && (channel !== 'phone' && channel !== 'sms' ? true : (heardFrom ?? '') === '')
    ? refuse('invalid-input', 'the desk says who of the hospital said so, by phone or SMS', '/body/heardFrom')
    : null

// ---------------------------------------------------------------- adding

export const addSlot = async (
  beds: Beds,
  person: Person,
  hospitalId: string,
  input: z.output<typeof slotInput>,
): Promise<BedResult<SlotRow>> => {
  const wrong = implausible(input)
  if (wrong !== null) return wrong
  const added = await inWork(beds, byPerson(person), async (work) => {
    const allowed = await allowedAt(beds, person, hospitalId)
    if (!allowed.ok) return allowed
    const id = beds.ids.next()
    // A savepoint: a label that is there already must not end the outer transaction.
    const refused = await insertOne(work, { ...input, id, hospitalId })
    if (refused !== null) return refused
    const data = { label: input.label, bedClass: input.bedClass, share: input.share }
    addSlotEvent(
      work.tx,
      { slotId: id, kind: 'added', from: 'available', to: 'available', by: work.by, data },
      work.now,
    )
    tellSlot(work, id, hospitalId, 'added')
    work.tx.afterCommit(() => beds.finder.touchAll())
    const slot = await slotById(work.tx, id)
    if (slot === null) throw new Error('the added slot is gone')
    return ok(slot)
  })
  return added
}

const implausible = (input: z.output<typeof slotInput>) => {
  if (input.minAgeYears !== null && input.maxAgeYears !== null && input.minAgeYears > input.maxAgeYears)
    return refuse('invalid-input', 'the least age is above the greatest', '/body/minAgeYears')
  return input.cohortPathogen !== null && input.isolation !== 'cohort'
    ? refuse('invalid-input', 'only a cohort room is of one pathogen', '/body/cohortPathogen')
    : null
}

const insertOne = async (
  { beds, now, by }: Work,
  slot: z.output<typeof slotInput> & { readonly id: string; readonly hospitalId: string },
) => {
  try {
    await beds.db.tx((tx) => insertSlots(tx, [{ ...slot, state: 'available', asOf: now, source: by.channel }], now))
    return null
  } catch (error) {
    if (constraintOf(error) !== 'slot_label_once_per_hospital') throw error
    return refuse('conflict', 'the hospital has a bed of this label', '/body/label')
  }
}

// ---------------------------------------------------------------- changing

/**
 * A change by hand. Who changes a slot that is promised locks the request first, like everybody else: request, then slot.
 * A held bed that breaks loses its hold, and the patient goes back to the search at once.
 */
export const changeSlot = (
  beds: Beds,
  person: Person,
  slotId: string,
  change: SlotChange,
): Promise<BedResult<SlotRow>> =>
  inWork(beds, byPerson(person), async (work) => {
    const before = await slotById(work.tx, slotId)
    if (before === null) return notFound('bed')
    const actor = slotActorOf(person, before.hospital_id, await sidoOf(beds, before.hospital_id))
    if (actor === null) return refuse('not-allowed', 'this is a bed of another hospital')
    const hold = await liveHoldOfSlot(work.tx, slotId)
    const placement = hold === null ? null : await lockPlacement(work, hold.request_id)
    const grant = await lockGrantOfSlot(work, slotId)
    const slot = await lockSlot(work.tx, slotId)
    if (slot === null) return notFound('bed')
    if (slot.version !== change.version || placement?.hold?.id !== hold?.id)
      return refuse('conflict', `changed meanwhile; it is at version ${slot.version}`, '/body/version')
    if (change.change === 'set_share') return setShare(work, slot, actor, change)
    const decided = decideSlot(slot.state, change.change, actor, detailsOf(change))
    if (!decided.ok) return { ok: false, error: toRefusal(decided.error) }
    const changed = await applyChange(work, slot, placement, change, decided.value)
    if (changed.ok && grant !== null) await changeUnderGrant(work, grant, slot.state)
    return changed
  })

/** Promised to another region's patient: a bed that breaks is taken back, one whose patient has left is over. */
const changeUnderGrant = (work: Work, grant: GrantRow, before: SlotRow['state']): Promise<void> =>
  before === 'occupied' ? endOccupied(work, grant) : takeBack(work, grant)

const detailsOf = (change: SlotChange) => ({
  ...(change.change === 'block' ? { blockedReason: change.reason } : {}),
  ...(change.change === 'plan_surge' ? { opensInHours: change.opensInHours } : {}),
})

const applyChange = async (
  work: Work,
  slot: SlotRow,
  placement: Placement | null,
  change: SlotChange,
  { status, event, effects }: SlotDecision,
): Promise<BedResult<SlotRow>> => {
  const { tx, now, by } = work
  const saved = await saveSlot(
    tx,
    slot,
    {
      state: status.state,
      blockedReason: status.state === 'blocked' ? status.reason : null,
      opensInHours: status.state === 'surge' ? status.opensInHours : null,
      said: { at: now, channel: by.channel },
    },
    now,
  )
  const { change: kind, version: _, ...data } = change
  addSlotEvent(tx, { slotId: slot.id, kind, from: slot.state, to: saved.state, by, data }, now)
  tellSlot(work, slot.id, slot.hospital_id, event satisfies SlotEvent)
  if (placement === null) return ok(saved)
  if (effects.some((effect) => effect.kind === 'lose_hold')) return loseHold(work, placement, saved)
  if (slot.state === 'occupied' && saved.state !== 'occupied') await dischargePatient(work, placement)
  return ok(saved)
}

const loseHold = async (work: Work, placement: Placement, slot: SlotRow): Promise<BedResult<SlotRow>> => {
  const lost = await advance(work, placement, {
    event: 'hold_lost',
    actor: 'holding_hospital',
    details: { why: `the bed was blocked: ${slot.blocked_reason ?? ''}` },
    data: { slotId: slot.id, hospitalId: slot.hospital_id },
  })
  return lost.ok ? ok(slot) : { ok: false, error: toRefusal(lost.error) }
}

/** The patient has left: the promise is kept and over. The request stays what it became. */
const dischargePatient = async (work: Work, { row, hold }: Placement): Promise<void> => {
  if (hold === null) return
  await endHoldRow(work.tx, hold.id, 'released', 'discharge', work.now)
  addEvent(work.tx, { requestId: row.id, kind: 'discharged', by: work.by }, work.now)
}

const setShare = async (
  work: Work,
  slot: SlotRow,
  actor: SlotActor,
  change: Extract<SlotChange, { change: 'set_share' }>,
): Promise<BedResult<SlotRow>> => {
  const other = (change.agreedWith ?? '') !== ''
  const agreed = { hospital: actor === 'own_hospital' || other, region: actor === 'region_desk' || other }
  const decided = decideShareChange(slot.state, slot.share, change.share, agreed)
  if (!decided.ok) return { ok: false, error: toRefusal(decided.error, '/body') }
  const { tx, now, by } = work
  const kept = { state: slot.state, blockedReason: slot.blocked_reason, opensInHours: slot.opens_in_hours }
  const saved = await saveSlot(tx, slot, { ...kept, share: decided.value }, now)
  const data = { from: slot.share, to: decided.value, agreedWith: change.agreedWith ?? null }
  addSlotEvent(tx, { slotId: slot.id, kind: 'set_share', from: slot.state, to: slot.state, by, data }, now)
  tellSlot(work, slot.id, slot.hospital_id, 'set_share')
  return ok(saved)
}

// ---------------------------------------------------------------- saying what is true

export interface StillTrue {
  readonly bedClass?: SlotRow['bed_class'] | undefined
  readonly channel: By['channel']
  readonly heardFrom?: string | undefined
}

/** One tap of the hospital, or a call by the desk that names who said so. */
export const stillTrue = (
  beds: Beds,
  person: Person,
  hospitalId: string,
  said: StillTrue,
): Promise<BedResult<{ confirmed: number; asOf: string }>> =>
  inWork(beds, byPerson(person, said), async (work) => {
    const allowed = await allowedAt(beds, person, hospitalId)
    if (!allowed.ok) return allowed
    const unsaid = toldByWhom(allowed.value, said.channel, said.heardFrom)
    if (unsaid !== null) return unsaid
    const ids = await refreshSlots(work.tx, hospitalId, said.bedClass ?? null, said.channel, work.now)
    if (ids.length > 0) tellSlot(work, hospitalId, hospitalId, 'still_true')
    await noteCall(work, hospitalId, said)
    work.tx.afterCommit(() => beds.finder.touch(ids))
    return ok({ confirmed: ids.length, asOf: work.now.toISOString() })
  })

/** A call about the figures is shown to whoever relies on them: who said so, and to whom. */
const noteCall = async ({ tx, by, now }: Work, hospitalId: string, said: StillTrue): Promise<void> => {
  const { channel, heardFrom } = by
  if ((channel !== 'phone' && channel !== 'sms') || heardFrom === null || heardFrom === '') return
  const check = { requestId: null, hospitalId, bedClass: said.bedClass ?? null, bed: true, channel, heardFrom }
  await addPhoneCheck(tx, { ...check, byPerson: by.personId ?? '', byName: by.name }, now)
}

export const reportCapacity = (
  beds: Beds,
  person: Person,
  hospitalId: string,
  report: z.output<typeof capacityReport>,
): Promise<BedResult<CapacityRow>> =>
  inWork(beds, byPerson(person, report), async (work) => {
    const allowed = await allowedAt(beds, person, hospitalId)
    if (!allowed.ok) return allowed
    const unsaid = toldByWhom(allowed.value, report.channel, report.heardFrom)
    if (unsaid !== null) return unsaid
    const asOf = new Date(report.asOf)
    const aheadMs = asOf.getTime() - work.now.getTime()
    if (!(aheadMs <= CLOCK_SKEW_MS)) return refuse('invalid-input', 'the time lies in the future', '/body/asOf')
    if (aheadMs < -OLDEST_REPORT_MS) return refuse('invalid-input', 'older than a week', '/body/asOf')
    const saved = await insertCapacity(work.tx, {
      hospital_id: hospitalId,
      bed_class: report.bedClass,
      staffed_total: report.staffedTotal,
      available: report.available,
      surge: report.surge,
      expected_discharges_24h: report.expectedDischarges24h,
      as_of: asOf,
      received_at: work.now,
      channel: report.channel,
      heard_from: report.heardFrom,
      reporter_id: person.id,
      reporter: person.name,
    })
    tellSlot(work, hospitalId, hospitalId, 'capacity_reported')
    return ok(saved)
  })

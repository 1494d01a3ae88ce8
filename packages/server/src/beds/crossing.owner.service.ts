import { nextFencing } from '../exchange/index.ts'
import { cancel, schedule } from '../platform/timers.ts'
import type { Beds, Work } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import { say } from './crossing.saying.ts'
import {
  type AskRow,
  fencingFloor,
  type GrantRow,
  grantById,
  liveGrantOfSlot,
  liveHoldOfAsk,
  lockAsk,
  putGrantHold,
  toGrant,
} from './crossing.sql.ts'
import {
  answerAcceptance,
  answerAsk,
  answerGivingUp,
  expireGrant,
  type LapseReason,
  LIVE_GRANT_STATES,
  OPEN_ASK_STATES,
  type OwnerOp,
} from './crossing.ts'
import type { CrossingOp } from './crossing-ops.ts'
import { keepPatient } from './crossing-patient.service.ts'
import { endHoldRow, occupyHoldRow } from './holds.sql.ts'
import { HOLD_TTL_MS } from './placement-times.ts'
import { tellSlot } from './placing.service.ts'
import type { Placement } from './relations.ts'
import type { RequestRow, SlotRow } from './rows.ts'
import { fittingOrder } from './slot-fit.ts'
import { addSlotEvent, freeSlotsOfHospital, lockFreeSlot, lockSlot, saveSlot } from './slots.sql.ts'
import { decideSlot } from './slots.ts'

export const GRANT_TIMER = 'bed-grant-expiry'

/** What the owner's cell owes one ask of another region, from the two logs alone. The ask is locked, then a slot. */
export const answerFor = async (beds: Beds, askId: string): Promise<void> => {
  await beds.finder.refresh()
  await inAsk(beds, askId, async (work, ask) => {
    const grant = await grantById(work.tx, askId)
    if (ask.state === 'asked') return answer(work, ask, grant)
    if (OPEN_ASK_STATES.includes(ask.state)) return acceptance(work, ask, grant)
    if (grant !== null && answerGivingUp(toGrant(grant)).state !== grant.state) await release(work, grant, 'given up')
  })
}

/** The owner's own clock ends a grant; so does an asker's log that no longer has the ask. */
export const endGrant = (beds: Beds, askId: string): Promise<void> =>
  beds.db.tx(async (tx) => {
    const work: Work = { beds, tx, now: beds.clock.now(), by: SYSTEM }
    const ask = await lockAsk(tx, askId)
    const grant = await grantById(tx, askId)
    if (grant === null) return
    const { op } = expireGrant(toGrant(grant), work.now.getTime())
    if (op?.kind === 'hold-lapsed') await lapse(work, grant, op.why)
    else if (grant.state === 'confirmed' && ask === null) await release(work, grant, 'the ask is not known any more')
  })

/** A grant and its ask, to be changed by a person. */
export const lockGrant = async (work: Work, askId: string): Promise<GrantRow | null> => {
  await lockAsk(work.tx, askId)
  return grantById(work.tx, askId)
}

/** The hospital or the region's desk cannot keep the bed. The lock of the ask is taken before the slot's. */
export const takeBack = async (work: Work, grant: GrantRow): Promise<void> => {
  if (LIVE_GRANT_STATES.includes(grant.state)) await lapse(work, grant, 'taken-back')
}

/** The patient of another region lies in the bed: its hospital says so. */
export const occupyGrant = async (work: Work, grant: GrantRow): Promise<boolean> => {
  const { tx, now, by } = work
  const hold = await liveHoldOfAsk(tx, grant.ask_id)
  if (grant.state !== 'confirmed' || hold?.state !== 'confirmed') return false
  const slot = await lockSlot(tx, hold.slot_id)
  const decision = slot === null ? null : decideSlot(slot.state, 'occupy', 'system')
  if (slot === null || decision === null || !decision.ok) return false
  await occupyHoldRow(tx, hold.id, now)
  await saveSlot(tx, slot, { state: decision.value.status.state, said: { at: now, channel: by.channel } }, now)
  const data = { askId: grant.ask_id, sido: grant.asker }
  addSlotEvent(tx, { slotId: slot.id, kind: 'occupy', from: slot.state, to: 'occupied', by, data }, now)
  await sayOwner(work, grant.sido, { kind: 'hold-occupied', body: { askId: grant.ask_id } }, grant.hospital_id)
  tellSlot(work, slot.id, slot.hospital_id, 'occupy')
  return true
}

/** The patient has left: the promise is kept and over. The slot is the hospital's to change. */
export const endOccupied = async (work: Work, grant: GrantRow): Promise<void> => {
  const hold = await liveHoldOfAsk(work.tx, grant.ask_id)
  if (hold !== null) await endHoldRow(work.tx, hold.id, 'released', 'discharge', work.now)
  await sayOwner(work, grant.sido, { kind: 'hold-released', body: { askId: grant.ask_id } }, grant.hospital_id)
}

/** Locks whoever was promised a slot across regions; to be called before the slot is locked. */
export const lockGrantOfSlot = async (work: Work, slotId: string): Promise<GrantRow | null> => {
  const hold = await liveGrantOfSlot(work.tx, slotId)
  if (hold === null) return null
  await lockAsk(work.tx, hold.ask_id)
  return grantById(work.tx, hold.ask_id)
}

const inAsk = (beds: Beds, askId: string, decide: (work: Work, ask: AskRow) => Promise<void>): Promise<void> =>
  beds.db.tx(async (tx) => {
    const work: Work = { beds, tx, now: beds.clock.now(), by: SYSTEM }
    const ask = await lockAsk(tx, askId)
    if (ask !== null) await decide(work, ask)
  })

// ---------------------------------------------------------------- the answer

const answer = async (work: Work, ask: AskRow, known: GrantRow | null): Promise<void> => {
  if (known !== null) return
  const slot = await takeSlot(work, ask)
  const floor = await fencingFloor(work.tx, ask.owner)
  const free = slot === null ? null : { slotId: slot.id, fencing: nextFencing(floor, Number(slot.fencing)) }
  const asked = { askId: ask.id, asker: ask.sido, expiresAtMs: ask.expires_at.getTime() }
  const { op } = answerAsk(asked, undefined, free, work.now.getTime(), HOLD_TTL_MS)
  if (op?.kind === 'hold-refused') {
    return sayOwner(work, ask.owner, { kind: op.kind, body: { askId: ask.id, asker: ask.sido, why: op.why } }, null)
  }
  if (op?.kind !== 'hold-granted' || slot === null) return
  const until = new Date(op.untilMs)
  await holdSlot(work, ask, slot, { state: 'granted', fencing: op.fencing, until })
  const body = { askId: ask.id, asker: ask.sido, slotId: slot.id, hospitalId: slot.hospital_id, fencing: op.fencing }
  await sayOwner(work, ask.owner, { kind: op.kind, body: { ...body, untilMs: op.untilMs } }, slot.hospital_id)
  const timer = { id: work.beds.ids.next(), kind: GRANT_TIMER, subject: ask.id, dueAt: until, payload: {} }
  await schedule(work.tx, timer, work.now)
}

/** The best hospital's best place that nobody is taking this moment; ranked like for a patient of our own. */
const takeSlot = async (work: Work, ask: AskRow): Promise<SlotRow | null> => {
  const asRequest = requestOf(ask)
  const ranking = await work.beds.finder.rank({ row: asRequest, offers: [], hold: null } as Placement, work.now)
  const { byId } = await work.beds.finder.directory()
  const hospitals = ranking.candidates
    .map(({ hospitalId }) => hospitalId)
    .filter((id) => byId.get(id)?.sidoCode === ask.owner && (ask.hospital_id ?? id) === id)
  const waited: string[] = []
  for (const hospitalId of hospitals) {
    const free = (await freeSlotsOfHospital(work.tx, hospitalId)).filter(({ doubted_at: doubted }) => doubted === null)
    for (const { id } of fittingOrder(asRequest, free)) {
      const slot = await lockFreeSlot(work.tx, id)
      if (slot !== null) return slot
      waited.push(id)
    }
  }
  // All are being taken: a refusal has to be true, so each is waited for.
  for (const id of waited) {
    const slot = await lockSlot(work.tx, id)
    if (slot?.state === 'available' && slot.doubted_at === null) return slot
  }
  return null
}

/** The ask in the shape in which requests are ranked. The asking region has consent; which regions to ask was its to decide. */
const requestOf = ({ id, sido, need }: AskRow): RequestRow =>
  ({
    id,
    sido,
    origin_hospital_id: need.originHospitalId,
    origin_lat: need.originLat,
    origin_lon: need.originLon,
    requested_class: need.requestedClass,
    isolation_need: need.isolationNeed,
    pathogen: need.pathogen,
    needs: need.needs,
    oxygen: need.oxygen,
    age_years: need.ageYears,
    sex: need.sex,
    urgency: need.urgency,
    stability: need.stability,
    out_of_region_consent: true,
    level: 'national',
  }) as unknown as RequestRow

const holdSlot = async (
  work: Work,
  ask: AskRow,
  slot: SlotRow,
  hold: { readonly state: 'granted' | 'confirmed'; readonly fencing: number; readonly until: Date | null },
): Promise<void> => {
  const { tx, now, by, beds } = work
  const decision = decideSlot(slot.state, 'hold', 'system')
  if (!decision.ok) throw new Error(`Slot ${slot.id} was free and cannot be held: ${decision.error.reason}`)
  await saveSlot(tx, slot, { state: 'held', fencing: hold.fencing }, now)
  const data = { askId: ask.id, sido: ask.sido }
  addSlotEvent(tx, { slotId: slot.id, kind: 'hold', from: slot.state, to: 'held', by, data }, now)
  const row = { id: beds.ids.next(), askId: ask.id, slotId: slot.id, hospitalId: slot.hospital_id, ...hold }
  await putGrantHold(tx, row, now)
  tellSlot(work, slot.id, slot.hospital_id, 'hold')
}

// ---------------------------------------------------------------- the acceptance

const acceptance = async (work: Work, ask: AskRow, grant: GrantRow | null): Promise<void> => {
  const { slot_id: slotId } = ask
  const fencing = Number(ask.fencing)
  if (slotId === null || grant?.state === 'confirmed') return
  if (grant?.lapsed !== null && grant?.lapsed !== undefined && Number(grant.lapsed) >= fencing) return
  const slot = grant === null ? await restorableSlot(work, slotId) : null
  const floor = await fencingFloor(work.tx, ask.owner)
  const restored = slot === null ? null : nextFencing(floor, Math.max(Number(slot.fencing), fencing))
  const accepted = { askId: ask.id, asker: ask.sido, slotId, fencing }
  const known = grant === null ? undefined : toGrant(grant)
  const { op } = answerAcceptance(accepted, known, restored, work.now.getTime())
  if (op?.kind === 'hold-lapsed') return sayLapse(work, ask.owner, ask.sido, { ...op, grant })
  if (op?.kind !== 'hold-confirmed') return
  if (slot !== null) await holdSlot(work, ask, slot, { state: 'confirmed', fencing: op.fencing, until: null })
  else await confirmHold(work, ask.id)
  const hospitalId = slot?.hospital_id ?? grant?.hospital_id ?? ''
  const body = { askId: ask.id, asker: ask.sido, slotId, hospitalId, fencing: op.fencing }
  await sayOwner(work, ask.owner, { kind: op.kind, body }, hospitalId)
  await cancel(work.tx, ask.id, GRANT_TIMER)
  if (ask.sealed !== null) await keepPatient(work, ask.id, ask.sealed)
}

/** The slot a forgotten promise names, if it is free on its hospital's word. */
const restorableSlot = async (work: Work, slotId: string): Promise<SlotRow | null> => {
  const slot = await lockSlot(work.tx, slotId)
  return slot?.state === 'available' && slot.doubted_at === null ? slot : null
}

const confirmHold = async (work: Work, askId: string): Promise<void> => {
  await work.tx.sql(
    `update beds.hold set state = 'confirmed', confirmed_at = $2, expires_at = null where ask_id = $1 and state = 'granted'`,
    [askId, work.now],
  )
}

// ---------------------------------------------------------------- the end

const release = async (work: Work, grant: GrantRow, why: string): Promise<void> => {
  await freeSlot(work, grant.ask_id, 'released', why)
  await sayOwner(work, grant.sido, { kind: 'hold-released', body: { askId: grant.ask_id } }, grant.hospital_id)
}

const lapse = async (work: Work, grant: GrantRow, why: LapseReason): Promise<void> => {
  await freeSlot(work, grant.ask_id, why === 'taken-back' ? 'released' : 'expired', why)
  const op = { kind: 'hold-lapsed', askId: grant.ask_id, fencing: Number(grant.fencing), why } as const
  await sayLapse(work, grant.sido, grant.asker, { ...op, grant })
}

const sayLapse = async (
  work: Work,
  owner: string,
  asker: string,
  { askId, fencing, why, grant }: Extract<OwnerOp, { kind: 'hold-lapsed' }> & { readonly grant: GrantRow | null },
): Promise<void> => {
  // Found out when the acceptance came: the timer had not run yet.
  if (grant?.state === 'granted') await freeSlot(work, askId, 'expired', why)
  await sayOwner(work, owner, { kind: 'hold-lapsed', body: { askId, asker, fencing, why } }, grant?.hospital_id ?? null)
}

/** A patient who lies in the bed stays there: their hospital says when they leave. */
const freeSlot = async (work: Work, askId: string, endsAs: 'released' | 'expired', why: string): Promise<void> => {
  const { tx, now, by } = work
  const hold = await liveHoldOfAsk(tx, askId)
  if (hold === null || hold.state === 'occupied') return
  const slot = await lockSlot(tx, hold.slot_id)
  await endHoldRow(tx, hold.id, endsAs, why, now)
  await cancel(tx, askId, GRANT_TIMER)
  if (slot?.state !== 'held') return
  await saveSlot(tx, slot, { state: 'available' }, now)
  addSlotEvent(tx, { slotId: slot.id, kind: 'release', from: 'held', to: 'available', by, data: { askId, why } }, now)
  tellSlot(work, slot.id, slot.hospital_id, 'release')
}

const sayOwner = (work: Work, owner: string, op: CrossingOp, hospitalId: string | null): Promise<void> =>
  say(work, owner, op, { roles: ['placement_desk'], facilities: hospitalId === null ? [] : [hospitalId] })

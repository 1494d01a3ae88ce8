import { createHash, randomInt, timingSafeEqual } from 'node:crypto'
import type { NumberKind, NumberView, Refusal } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { hasRole, type Person } from '../platform/person.ts'
import { err, ok, type Result } from '../platform/result.ts'
import { CONFIRM_ATTEMPTS, CONFIRM_CODE_MS, CONFIRM_CODES_PER_HOUR, NUMBERS_PER_HOUR } from './channel-times.ts'
import type { Channels, HospitalLine } from './channels.service.ts'
import {
  countAttempt,
  countCodesSent,
  countRegistered,
  insertNumber,
  listNumbers,
  lockNumber,
  type NumberRow,
  numberById,
  personById,
  saveCode,
  saveConfirmed,
  saveRemoved,
} from './numbers.sql.ts'
import { queueText } from './outbox.service.ts'
import { isTextable, parsePhoneNumber } from './phone-number.ts'
import { confirmText } from './texts.ts'

type Problem = 'invalid-input' | 'not-found' | 'not-allowed' | 'conflict' | 'too-many-requests' | 'wrong-state'
type Answer<T> = Result<T, Refusal<Problem>>
const refuse = (code: Problem, detail: string, pointer?: string) =>
  err({ code, detail, ...(pointer === undefined ? {} : { pointer }) })

const HOUR_MS = 3_600_000

/** Whose number may this person look after: their own; their hospital's desk and people; the region's. */
export const mayManage = (person: Person, owner: NumberOwner): boolean => {
  if (hasRole(person, 'admin')) return true
  if (owner.kind === 'person' && owner.personId === person.id) return true
  if (owner.facilityId === null) return owner.kind === 'desk' && hasRole(person, 'placement_desk', 'desk_lead')
  if (owner.facilityId !== person.facilityId) return false
  return owner.kind === 'desk' ? hasRole(person, 'hospital_desk', 'sponsor') : hasRole(person, 'sponsor')
}

export interface NumberOwner {
  readonly kind: NumberKind
  readonly personId: string | null
  /** Of the desk, or where the person works. */
  readonly facilityId: string | null
}

const ownerOf = (row: NumberRow): NumberOwner => ({
  kind: row.kind,
  personId: row.person_id,
  facilityId: row.kind === 'desk' ? row.facility_id : row.person_facility_id,
})

export const numbersFor = async (channels: Channels, person: Person): Promise<NumberView[]> => {
  const rows = await listNumbers(channels.db, {
    all: hasRole(person, 'admin'),
    personId: person.id,
    facilityId: hasRole(person, 'hospital_desk', 'sponsor') ? person.facilityId : null,
    placementDesk: hasRole(person, 'placement_desk', 'desk_lead'),
  })
  const hospitals = await channels.hospitals()
  return rows.filter((row) => mayManage(person, ownerOf(row))).map((row) => toNumberView(row, hospitals))
}

export interface NumberAsk {
  readonly phone: string
  readonly kind: NumberKind
  readonly label: string
  readonly personId?: string | undefined
  readonly facilityId?: string | null | undefined
}

/** Writes a number down and sends a code to it. It counts for nothing until somebody who has it types the code. */
export const registerNumber = async (
  channels: Channels,
  person: Person,
  ask: NumberAsk,
): Promise<Answer<NumberView>> => {
  const phone = parsePhoneNumber(ask.phone)
  if (phone === undefined || !isTextable(phone))
    return refuse('invalid-input', 'not a number that can be texted', '/body/phone')
  const owner = await ownerAsked(channels, person, ask)
  if (!owner.ok) return owner
  if (!mayManage(person, owner.value)) return refuse('not-allowed', 'numbers of others are for their desk')
  return channels.db.tx(async (tx) => {
    const now = channels.clock.now()
    const hourAgo = new Date(now.getTime() - HOUR_MS)
    if ((await countRegistered(tx, person.id, hourAgo)) >= NUMBERS_PER_HOUR)
      return refuse('too-many-requests', 'too many numbers within an hour')
    if ((await countCodesSent(tx, phone, hourAgo)) >= CONFIRM_CODES_PER_HOUR)
      return refuse('too-many-requests', 'too many codes were sent to this number')
    const id = channels.ids.next()
    const { kind, personId } = owner.value
    const facilityId = kind === 'desk' ? owner.value.facilityId : null
    await insertNumber(tx, { id, phone, kind, personId, facilityId, label: ask.label, registeredBy: person.id }, now)
    await sendCode(channels, tx, id, phone, now)
    return ok(await view(channels, tx, id))
  })
}

const ownerAsked = async (channels: Channels, person: Person, ask: NumberAsk): Promise<Answer<NumberOwner>> => {
  if (ask.kind === 'desk') {
    const facilityId = ask.facilityId === undefined ? person.facilityId : ask.facilityId
    if (facilityId !== null && !(await channels.hospitals()).has(facilityId))
      return refuse('not-found', 'no such hospital', '/body/facilityId')
    return ok({ kind: 'desk', personId: null, facilityId })
  }
  const owner = ask.personId === undefined ? person : await personById(channels.db, ask.personId)
  if (owner === null) return refuse('not-found', 'no such person', '/body/personId')
  return ok({ kind: 'person', personId: owner.id, facilityId: owner.facilityId })
}

const hashOf = (id: string, code: string): Buffer => createHash('sha256').update(`${id}:${code}`).digest()

const sendCode = async (channels: Channels, tx: Tx, id: string, phone: string, now: Date): Promise<void> => {
  const code = String(randomInt(0, 1_000_000)).padStart(6, '0')
  const expiresAt = new Date(now.getTime() + CONFIRM_CODE_MS)
  await saveCode(tx, id, hashOf(id, code), expiresAt)
  const reason = `confirm:${id}:${channels.ids.next()}`
  const text = confirmText(code)
  await queueText(channels, tx, { reason, purpose: 'confirm_number', phone, numberId: id, text, expiresAt }, now)
}

const withNumber = (
  channels: Channels,
  person: Person,
  id: string,
  work: (tx: Tx, row: NumberRow, now: Date) => Promise<Answer<NumberView>>,
): Promise<Answer<NumberView>> =>
  channels.db.tx(async (tx) => {
    const row = await lockNumber(tx, id)
    if (row === null || !mayManage(person, ownerOf(row))) return refuse('not-found', 'no such number', '/params/id')
    return work(tx, row, channels.clock.now())
  })

export const confirmNumber = (
  channels: Channels,
  person: Person,
  id: string,
  code: string,
): Promise<Answer<NumberView>> =>
  withNumber(channels, person, id, async (tx, row, now) => {
    if (row.state === 'confirmed') return ok(toNumberView(row, await channels.hospitals()))
    const over = row.code_hash === null || row.code_expires_at === null || row.code_expires_at <= now
    if (over || row.code_attempts >= CONFIRM_ATTEMPTS)
      return refuse('wrong-state', 'this code counts no more; ask for a new one')
    if (row.code_hash === null || !timingSafeEqual(row.code_hash, hashOf(id, code))) {
      await countAttempt(tx, id)
      return refuse('conflict', 'not the code that was sent', '/body/code')
    }
    await saveConfirmed(tx, id, row.phone, now)
    return ok(await view(channels, tx, id))
  })

export const resendCode = (channels: Channels, person: Person, id: string): Promise<Answer<NumberView>> =>
  withNumber(channels, person, id, async (tx, row, now) => {
    if (row.state === 'confirmed') return refuse('wrong-state', 'the number is confirmed')
    const hourAgo = new Date(now.getTime() - HOUR_MS)
    if ((await countCodesSent(tx, row.phone, hourAgo)) >= CONFIRM_CODES_PER_HOUR)
      return refuse('too-many-requests', 'too many codes were sent to this number')
    await sendCode(channels, tx, id, row.phone, now)
    return ok(toNumberView(row, await channels.hospitals()))
  })

export const removeNumber = async (channels: Channels, person: Person, id: string): Promise<Answer<undefined>> => {
  const removed = await withNumber(channels, person, id, async (tx, row, now) => {
    await saveRemoved(tx, id, now)
    return ok(toNumberView(row, await channels.hospitals()))
  })
  return removed.ok ? ok(undefined) : removed
}

const view = async (channels: Channels, tx: Tx, id: string): Promise<NumberView> => {
  const row = await numberById(tx, id)
  if (row === null) throw new Error('a number was written and is not there')
  return toNumberView(row, await channels.hospitals())
}

const toNumberView = (row: NumberRow, hospitals: ReadonlyMap<string, HospitalLine>): NumberView => {
  const { facilityId } = ownerOf(row)
  return {
    id: row.id,
    phone: row.phone,
    kind: row.kind,
    label: row.label,
    state: row.state,
    personId: row.person_id,
    personName: row.person_name,
    facilityId,
    facilityName: facilityId === null ? null : (hospitals.get(facilityId)?.name ?? null),
    confirmedAt: row.confirmed_at?.toISOString() ?? null,
    registeredAt: row.registered_at.toISOString(),
  }
}

import type { Application, ApplicationInput, OwnApplication, Role } from '@dure/contract'
import type { z } from 'zod'
import { hashOf, INVITATION_HOURS, insertPerson, invite, newToken } from '../platform/auth.sql.ts'
import type { Tx } from '../platform/db.ts'
import type { Audience } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { schedule } from '../platform/timers.ts'
import {
  type ApplicationRow,
  accountsWithLicence,
  addApplicationEvent,
  applicationById,
  applicationByTicket,
  applicationsOf,
  eventsOfApplication,
  insertApplication,
  insertProfile,
  lockApplication,
  profileOf,
  saveDecision,
} from './applications.sql.ts'
import {
  APPLICATION_HOURS,
  APPLICATION_TABLE,
  type ApplicationEvent,
  answersFor,
  grantable,
  mayApprove,
  stateAt,
} from './applications.ts'
import { parseLicence } from './licences.ts'
import {
  doer,
  iso,
  isoOrNull,
  minutesAfter,
  noteAccount,
  type People,
  publicAddress,
  refuse,
  SYSTEM,
  tell,
} from './people.service.ts'

export const EXPIRY_TIMER = 'application-expires'

/** Those who may decide on an application hear of it. */
const deciders = ({ facilityId }: Pick<ApplicationRow, 'facilityId'>): Audience => ({
  roles: ['desk_lead', 'admin'],
  facilities: facilityId === null ? [] : [facilityId],
})

/** Takes an application. The answer is the same whoever is known here already. */
export const apply = async (people: People, input: ApplicationInput, now: Date) => {
  const licence = parseLicence(input.licenceKind, input.licenceNumber)
  if (licence === undefined) return refuse('invalid-input', 'is not a number of this kind', '/body/licenceNumber')
  if (input.facilityId !== null && !(await people.isPlace(input.facilityId)))
    return refuse('invalid-input', 'is not a hospital of this region', '/body/facilityId')
  const place = { region: people.config.region, facilityId: input.facilityId }
  const hospital: readonly Role[] = ['hospital_desk']
  const region: readonly Role[] = ['placement_desk']
  const wrong = input.roles.find((role) => (place.facilityId === null ? hospital : region).includes(role))
  if (wrong !== undefined) return refuse('invalid-input', `${wrong} is not a role of this place`, '/body/roles')
  const { licenceHash } = await people.secrets()
  const ticket = newToken()
  const id = people.ids.next()
  const expiresAt = minutesAfter(now, APPLICATION_HOURS * 60)
  await people.db.tx(async (tx) => {
    const row = {
      ...{
        id,
        name: input.name,
        licenceKind: licence.kind,
        licenceHash: licenceHash(licence),
        licenceTail: licence.tail,
      },
      ...{ ...place, roles: input.roles, phone: input.phone, askedAt: now, expiresAt },
    }
    await insertApplication(tx, row, hashOf(ticket))
    await addApplicationEvent(tx, id, 'asked', { id: null, name: input.name }, now, input.roles.join(', '))
    const timer = { id: people.ids.next(), kind: EXPIRY_TIMER, subject: id, dueAt: expiresAt, payload: {} }
    await schedule(tx, timer, now)
    await tell(tx, 'application-asked', id, deciders(place), now)
  })
  return ok({ ticket, expiresAt: iso(expiresAt) })
}

const placeName = async (people: People, facilityId: string | null): Promise<string | null> =>
  facilityId === null ? null : ((await people.names([facilityId])).get(facilityId) ?? facilityId)

const ownView = async (people: People, row: ApplicationRow, now: Date): Promise<z.input<typeof OwnApplication>> => ({
  state: stateAt(row, now),
  name: row.name,
  place: (await placeName(people, row.facilityId)) ?? '',
  roles: [...row.roles],
  askedAt: iso(row.askedAt),
  expiresAt: iso(row.expiresAt),
  decidedAt: isoOrNull(row.decidedAt),
  decidedBy: row.decidedByName,
  why: row.why,
})

export const ownApplication = async (people: People, ticket: string, now: Date) => {
  const row = await applicationByTicket(people.db, hashOf(ticket))
  return row === undefined
    ? refuse('not-found', 'no such application', '/body/ticket')
    : ok(await ownView(people, row, now))
}

const NEXT = (row: ApplicationRow, event: ApplicationEvent, now: Date) => APPLICATION_TABLE[stateAt(row, now)][event]

export const withdraw = async (people: People, ticket: string, now: Date) =>
  people.db.tx(async (tx) => {
    const found = await applicationByTicket(tx, hashOf(ticket))
    const row = found === undefined ? undefined : await lockApplication(tx, found.id)
    if (row === undefined) return refuse('not-found', 'no such application', '/body/ticket')
    if (NEXT(row, 'withdraw', now) === null) return refuse('wrong-state', `the application is ${stateAt(row, now)}`)
    await saveDecision(tx, row.id, { state: 'withdrawn', by: null, why: null, personId: null }, now)
    await addApplicationEvent(tx, row.id, 'withdrawn', { id: null, name: row.name }, now)
    await tell(tx, 'application-decided', row.id, deciders(row), now)
    const after = await applicationByTicket(tx, hashOf(ticket))
    return ok(await ownView(people, after ?? row, now))
  })

// ---------------------------------------------------------------- those who decide

export const viewsFor = async (
  people: People,
  reader: Person,
  rows: readonly ApplicationRow[],
  now: Date,
): Promise<z.input<typeof Application>[]> => {
  const names = await people.names([...new Set(rows.flatMap(({ facilityId }) => facilityId ?? []))])
  const same = await accountsWithLicence(
    people.db,
    rows.map(({ licenceHash }) => licenceHash),
  )
  return rows.map((row) => ({
    id: row.id,
    state: stateAt(row, now),
    name: row.name,
    licenceKind: row.licenceKind,
    licenceTail: row.licenceTail,
    sameLicence: same.get(row.licenceHash.toString('hex')) ?? 0,
    facilityId: row.facilityId,
    facilityName: row.facilityId === null ? null : (names.get(row.facilityId) ?? row.facilityId),
    roles: [...row.roles],
    grantable: [...grantable(reader, row)],
    phone: row.phone,
    askedAt: iso(row.askedAt),
    expiresAt: iso(row.expiresAt),
    decidedAt: isoOrNull(row.decidedAt),
    decidedBy: row.decidedByName,
    why: row.why,
  }))
}

/** The facility a reader is confined to; null: the whole region. */
export const confinedTo = (reader: Person): string | null =>
  reader.roles.some((role) => role === 'desk_lead' || role === 'admin') ? null : (reader.facilityId ?? '')

export const listApplications = async (people: People, reader: Person, scope: 'pending' | 'decided', now: Date) => {
  const rows = await applicationsOf(people.db, reader.region, confinedTo(reader), scope, now)
  return viewsFor(people, reader, rows, now)
}

export const applicationHistory = async (people: People, reader: Person, id: string) => {
  const row = await applicationById(people.db, id)
  if (row === undefined) return refuse('not-found', 'no such application', '/params/id')
  if (!answersFor(reader, row))
    return refuse('not-allowed', 'other-facility: you do not answer for people of this place')
  const events = await eventsOfApplication(people.db, id)
  return ok({ events: events.map((event) => ({ ...event, at: iso(event.at) })) })
}

export type Verdict =
  | { readonly decision: 'approve'; readonly roles: readonly Role[] }
  | { readonly decision: 'decline'; readonly why: string }

export const decide = async (people: People, approver: Person, id: string, verdict: Verdict, now: Date) =>
  people.db.tx(async (tx) => {
    const row = await lockApplication(tx, id)
    if (row === undefined) return refuse('not-found', 'no such application', '/params/id')
    if (!answersFor(approver, row))
      return refuse('not-allowed', 'other-facility: you do not answer for people of this place')
    const next = NEXT(row, verdict.decision, now)
    if (next === null) return refuse('wrong-state', `the application is ${stateAt(row, now)}`)
    if (verdict.decision === 'decline') {
      const decision = { state: 'declined' as const, by: doer(approver), why: verdict.why, personId: null }
      await saveDecision(tx, id, decision, now)
      await addApplicationEvent(tx, id, 'declined', doer(approver), now, verdict.why)
      await tell(tx, 'application-decided', id, deciders(row), now)
      return ok({ application: await viewOf(people, tx, approver, id, now), link: null })
    }
    const refused = mayApprove(approver, row, verdict.roles, await isSame(tx, approver, row))
    if (refused !== undefined) return refuse('not-allowed', refused, '/body/roles')
    const link = await admitPerson(people, tx, approver, row, verdict.roles, now)
    return ok({ application: await viewOf(people, tx, approver, id, now), link })
  })

const viewOf = async (people: People, tx: Tx, reader: Person, id: string, now: Date) => {
  const row = await applicationById(tx, id)
  const [view] = row === undefined ? [] : await viewsFor(people, reader, [row], now)
  if (view === undefined) throw new Error(`Application ${id} was just decided and is gone`)
  return view
}

/** Nobody approves themselves: neither under their own licence nor from their own phone. */
const isSame = async (tx: Tx, approver: Person, row: ApplicationRow): Promise<boolean> => {
  const own = await profileOf(tx, approver.id)
  return own !== undefined && (own.licenceHash.equals(row.licenceHash) || digits(own.phone) === digits(row.phone))
}

const digits = (phone: string): string => phone.replace(/\D/g, '')

const admitPerson = async (
  people: People,
  tx: Tx,
  approver: Person,
  row: ApplicationRow,
  roles: readonly Role[],
  now: Date,
) => {
  const { region, facilityId } = row
  const person: Person = { id: people.ids.next(), name: row.name, roles: workFirst(roles), region, facilityId }
  await insertPerson(tx, person, now)
  await insertProfile(tx, { ...row, personId: person.id }, approver.id, now)
  await saveDecision(tx, row.id, { state: 'approved', by: doer(approver), why: null, personId: person.id }, now)
  await addApplicationEvent(tx, row.id, 'approved', doer(approver), now, roles.join(', '))
  await noteAccount(tx, person.id, 'approved', doer(approver), now, roles.join(', '))
  await tell(tx, 'application-decided', row.id, deciders(row), now)
  return oneTimeLink(people, person.id, now)
}

/** The first role is the one a person acts in; answering for others comes behind. */
export const workFirst = (roles: readonly Role[]): readonly Role[] => {
  const behind: readonly Role[] = ['sponsor', 'desk_lead']
  return [...roles.filter((role) => !behind.includes(role)), ...roles.filter((role) => behind.includes(role))]
}

/** The token stands after the hash, in no server's log; it is kept as its hash only. */
export const oneTimeLink = async (people: People, personId: string, now: Date) => ({
  link: `${publicAddress(people.config)}/sign-in#${await invite(people.db, personId, now)}`,
  expiresAt: iso(minutesAfter(now, INVITATION_HOURS * 60)),
  personId,
})

/** The timer of one application; it looks at the state and may find it decided. */
export const expire = async (tx: Tx, id: string, now: Date): Promise<void> => {
  const row = await lockApplication(tx, id)
  if (row === undefined || row.state !== 'pending' || row.expiresAt > now) return
  await saveDecision(tx, id, { state: 'expired', by: null, why: null, personId: null }, now)
  await addApplicationEvent(tx, id, 'expired', SYSTEM, now)
  await tell(tx, 'application-decided', id, deciders(row), now)
}

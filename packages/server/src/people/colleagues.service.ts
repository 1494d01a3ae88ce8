import type { AccountEventKind, Colleague, Role } from '@dure/contract'
import type { z } from 'zod'
import { disablePerson, insertPerson } from '../platform/auth.sql.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { confinedTo, oneTimeLink, workFirst } from './applications.service.ts'
import { mayApprove, mayManage } from './applications.ts'
import { accountEventsOf, colleaguesOf, endSessionsOf } from './colleagues.sql.ts'
import { revokeCredentialsOf } from './credentials.service.ts'
import { removePasskeysOf } from './passkeys.sql.ts'
import { doer, iso, noteAccount, type People, personById, refuse, tell } from './people.service.ts'

export const listColleagues = async (people: People, reader: Person, now: Date) => {
  const rows = await colleaguesOf(people.db, reader.region, confinedTo(reader), now)
  const names = await people.names([...new Set(rows.flatMap(({ facilityId }) => facilityId ?? []))])
  const views = rows.map(
    (row): z.input<typeof Colleague> => ({
      id: row.id,
      name: row.name,
      roles: [...row.roles],
      facilityId: row.facilityId,
      facilityName: row.facilityId === null ? null : (names.get(row.facilityId) ?? row.facilityId),
      licenceKind: row.licenceKind,
      licenceTail: row.licenceTail,
      passkeys: row.passkeys,
      sessions: row.sessions,
      disabled: row.disabled,
      mayManage: !row.disabled && row.homeRegion === null && mayManage(reader, row),
    }),
  )
  return ok({ people: views })
}

export interface Invitation {
  readonly name: string
  readonly facilityId: string | null
  readonly roles: readonly Role[]
}

/** The first sponsor of a hospital, or somebody of the regional desk: made by those who answer for the region. */
export const invitePerson = async (people: People, by: Person, invitation: Invitation, now: Date) => {
  const { facilityId, name } = invitation
  const place = { region: people.config.region, facilityId }
  if (facilityId !== null && !(await people.isPlace(facilityId)))
    return refuse('invalid-input', 'is not a hospital of this region', '/body/facilityId')
  const refused = mayApprove(by, place, invitation.roles, false)
  if (refused !== undefined) return refuse('not-allowed', refused, '/body/roles')
  return people.db.tx(async (tx) => {
    const roles = workFirst(invitation.roles)
    const id = people.ids.next()
    await insertPerson(tx, { id, name, roles, ...place }, now)
    await noteAccount(tx, id, 'invited', doer(by), now, roles.join(', '))
    await tell(tx, 'person-invited', id, { roles: ['desk_lead', 'admin'] }, now)
    return ok(await oneTimeLink(people, id, now))
  })
}

/** The colleague, if `by` may manage them. Somebody who may not learns no more than that. */
const managed = async (people: People, by: Person, id: string) => {
  const colleague = await personById(people.db, id)
  if (colleague === undefined || colleague.homeRegion !== null)
    return refuse('not-found', 'no such person', '/params/id')
  if (!mayManage(by, colleague)) return refuse('not-allowed', 'you do not answer for this person')
  return ok(colleague)
}

const told = async (people: People, by: Person, id: string, kind: AccountEventKind, why: string, now: Date) =>
  people.db.tx(async (tx) => {
    await noteAccount(tx, id, kind, doer(by), now, why)
    await tell(tx, `account-${kind}`, id, { people: [id, by.id], roles: ['desk_lead', 'admin'] }, now)
  })

/** A colleague lost their passkey: a new link, and with it the end of the old passkeys and sessions when so decided. */
export const recover = async (
  people: People,
  by: Person,
  id: string,
  { revokePasskeys, why }: { readonly revokePasskeys: boolean; readonly why: string },
  now: Date,
) => {
  const found = await managed(people, by, id)
  if (!found.ok) return found
  if (found.value.disabled) return refuse('wrong-state', 'this person’s access was ended')
  return people.db.tx(async (tx) => {
    if (revokePasskeys) {
      const removed = await removePasskeysOf(tx, id)
      await revokeCredentialsOf(people, tx, id, 'recovered', now)
      await endSessionsOf(tx, id)
      await told(people, by, id, 'passkeys-revoked', `${removed}`, now)
    }
    await told(people, by, id, 'recovered', why, now)
    return ok(await oneTimeLink(people, id, now))
  })
}

export const signOutEverywhere = async (people: People, by: Person, id: string, why: string, now: Date) => {
  const found = await managed(people, by, id)
  if (!found.ok) return found
  return people.db.tx(async (tx) => {
    const ended = await endSessionsOf(tx, id)
    await told(people, by, id, 'sessions-ended', why, now)
    return ok({ ended })
  })
}

export const disable = async (people: People, by: Person, id: string, why: string, now: Date) => {
  const found = await managed(people, by, id)
  if (!found.ok) return found
  return people.db.tx(async (tx) => {
    await disablePerson(people.db, id, now)
    await removePasskeysOf(tx, id)
    await revokeCredentialsOf(people, tx, id, 'disabled', now)
    await told(people, by, id, 'disabled', why, now)
    return ok({ disabled: true as const })
  })
}

export const ownEvents = async (people: People, person: Person) => {
  const events = await accountEventsOf(people.db, person.id)
  return ok({
    events: events.map(({ at, kind, ...event }) => ({ ...event, at: iso(at), kind: kind as AccountEventKind })),
  })
}

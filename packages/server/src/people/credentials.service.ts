import { ok } from '@dure/contract'
import { sessionOf } from '../platform/auth.sql.ts'
import type { Tx } from '../platform/db.ts'
import type { Arrival } from '../platform/entry.ts'
import type { Person } from '../platform/person.ts'
import { facilitySigner, LINK_DAYS, LIST_FRESH_H, publishRevocations, seconds, trustOf } from './authority.service.ts'
import { CREDENTIAL_ROLES, isDeviceKey, provesPossession, signLink, type Verified, verifyCredential } from './chain.ts'
import { newChallenge, spendChallenge } from './challenges.sql.ts'
import { endSessionsBegunWith } from './colleagues.sql.ts'
import {
  type CredentialRow,
  credentialById,
  credentialsOf,
  insertCredential,
  revokeCredentials,
} from './credentials.sql.ts'
import { doer, iso, isoOrNull, noteAccount, type People, personById, refuse, SYSTEM } from './people.service.ts'

/** Minutes of a session whose credential nobody could have revoked in our hearing. */
export const UNHEARD_SESSION_MIN = 60

const view = (row: CredentialRow) => ({
  id: row.id,
  label: row.label,
  issuedAt: iso(row.issuedAt),
  validUntil: iso(row.validUntil),
  revokedAt: isoOrNull(row.revokedAt),
})

export const ownCredentials = async (people: People, person: Person, now: Date) =>
  (await credentialsOf(people.db, person.id, now)).map(view)

interface Enrolment {
  readonly deviceKey: { readonly x: string; readonly y: string }
  readonly label: string
}

/** Signs a credential for a device's key: what the person was approved for, and nothing that is answered for at home. */
export const enrol = async (
  people: People,
  person: Person,
  sessionToken: string | undefined,
  { deviceKey, label }: Enrolment,
  now: Date,
) => {
  const session = sessionToken === undefined ? undefined : await sessionOf(people.db, sessionToken)
  if (session === undefined) return refuse('sign-in-needed')
  if (session.kind === 'credential') return refuse('not-allowed', 'guest: your own region gives out your credentials')
  if (!isDeviceKey(deviceKey)) return refuse('invalid-input', 'is not a point of P-256', '/body/deviceKey')
  const allowed: readonly string[] = CREDENTIAL_ROLES
  const roles = person.roles.filter((role) => allowed.includes(role))
  if (roles.length === 0) return refuse('not-allowed', 'none of your roles counts at another region')
  return people.db.tx(async (tx) => {
    const signer = await facilitySigner(people, tx, person.facilityId, now)
    if (signer === undefined)
      return refuse('wrong-state', 'no-region-key: the nation has not signed this region’s key yet')
    const id = people.ids.next()
    const from = seconds(now)
    const until = Math.min(from + LINK_DAYS.staff * 86_400, seconds(signer.row.validUntil))
    const link = {
      v: 1 as const,
      kind: 'staff' as const,
      id,
      region: people.config.region,
      facility: person.facilityId,
    }
    const staff = signLink(
      { ...link, person: person.id, name: person.name, roles, device: deviceKey, from, until },
      signer.key,
    )
    const validUntil = new Date(until * 1000)
    const first = !(await credentialsOf(tx, person.id, now)).some(
      (one) => one.label === label && one.revokedAt === null,
    )
    const row = { id, personId: person.id, label, issuedAt: now, validUntil, authorityKeyId: signer.row.id, deviceKey }
    await insertCredential(tx, row)
    if (first) await noteAccount(tx, person.id, 'device-enrolled', doer(person), now, label)
    return ok({ id, credential: `${signer.chain}~${staff}`, validUntil: iso(validUntil) })
  })
}

/** Everything a person's devices hold is void. */
export const revokeCredentialsOf = async (
  people: People,
  tx: Tx,
  personId: string,
  why: string,
  now: Date,
  sameDeviceAs?: string,
): Promise<number> => {
  const ids = await revokeCredentials(tx, personId, why, now, sameDeviceAs)
  for (const id of ids) await endSessionsBegunWith(tx, personId, id)
  if (ids.length > 0) await publishRevocations(people, tx, now)
  return ids.length
}

export const revokeOwn = async (people: People, person: Person, id: string, now: Date) =>
  people.db.tx(async (tx) => {
    const row = await credentialById(tx, id)
    if (row === undefined || row.personId !== person.id) return refuse('not-found', 'no such credential', '/params/id')
    await revokeCredentialsOf(people, tx, person.id, 'by its owner', now, id)
    await noteAccount(tx, person.id, 'device-revoked', doer(person), now, row.label)
    return ok({ credentials: (await credentialsOf(tx, person.id, now)).map(view) })
  })

// ---------------------------------------------------------------- signing in with one

export const startSignIn = async (people: People, now: Date) =>
  ok({ challenge: await newChallenge(people.db, 'credential-sign-in', now), cell: people.config.region })

interface Presented {
  readonly credential: string
  readonly challenge: string
  readonly signature: string
}

/** Signs in by what this cell has in its hands: the national key and the lists it heard. Nobody is asked. */
export const signIn = async (people: People, arrival: Arrival, presented: Presented) => {
  const { now } = arrival
  if ((await spendChallenge(people.db, presented.challenge, 'credential-sign-in', now)) === undefined)
    return refuse('sign-in-refused', 'challenge-spent', '/body/challenge')
  const verified = verifyCredential(presented.credential, await trustOf(people.db), seconds(now))
  if (!verified.ok) return refuse('sign-in-refused', verified.error, '/body/credential')
  const { staff } = verified.value
  if (!provesPossession(staff.device, people.config.region, presented.challenge, presented.signature))
    return refuse('sign-in-refused', 'no-possession', '/body/signature')
  return people.db.tx(async (tx) => {
    const person = await (staff.region === people.config.region
      ? own(tx, verified.value)
      : guest(tx, verified.value, now))
    if (person === undefined) return refuse('sign-in-refused', 'revoked', '/body/credential')
    const { revocationsAt } = verified.value
    const heard = revocationsAt !== null && seconds(now) - revocationsAt <= LIST_FRESH_H * 3_600
    const age =
      revocationsAt === null ? 'revocations never heard' : `revocations as of ${iso(new Date(revocationsAt * 1000))}`
    await noteAccount(tx, person.id, 'credential-used', SYSTEM, now, `${staff.region} ${age}`)
    const start = {
      kind: 'credential' as const,
      beganWith: staff.id,
      ...(heard ? {} : { absoluteMin: UNHEARD_SESSION_MIN }),
    }
    return ok(await people.entry.enter(tx, arrival, person, start))
  })
}

/** At home the own tables know more than the credential. */
const own = async (tx: Tx, { staff }: Verified): Promise<Person | undefined> => {
  const row = await credentialById(tx, staff.id)
  const person = await personById(tx, staff.person)
  return row?.revokedAt === null && row.personId === staff.person && person?.disabled === false ? person : undefined
}

/** Elsewhere the credential is all there is: a guest with its roles, its facility, and its home region. */
const guest = async (tx: Tx, { staff }: Verified, now: Date): Promise<Person | undefined> => {
  const id = `guest-${staff.region}-${staff.person}`.slice(0, 64)
  await tx.sql(
    `insert into platform.person as p (id, name, roles, region, facility_id, home_region, created_at)
     values ($1, $2, $3, $4, $5, $4, $6)
         on conflict (id) do update
            set name = excluded.name, roles = excluded.roles, facility_id = excluded.facility_id
          where p.home_region = excluded.home_region`,
    [id, staff.name, staff.roles, staff.region, staff.facility, now],
  )
  const person = await personById(tx, id)
  return person?.disabled === false && person.homeRegion === staff.region ? person : undefined
}

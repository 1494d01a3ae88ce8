import { demoSignIn, err, getMe, listDemoPeople, type Me, ok, signIn, signOut } from '@dure/contract'
import { endSession, listPeople, spendInvitation, startSession } from './auth.sql.ts'
import { type Http, serve } from './http.ts'
import type { Person } from './person.ts'
import { makeRateLimit } from './rate-limit.ts'

/** Names of facilities by id: the slice that has them answers, as the platform knows none. */
export type FacilityNames = (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** One-time tokens have 256 bits: nobody guesses one. The limit only spares the database. */
const SIGN_INS_PER_MINUTE = 30

export const registerAuth = (http: Http, facilityNames: FacilityNames): void => {
  const { db, config, clock } = http.deps
  const route = serve(http)
  const limit = makeRateLimit(SIGN_INS_PER_MINUTE, 60_000)

  const me = async (person: Person): Promise<Me> => {
    const names = await facilityNames(person.facilityId === null ? [] : [person.facilityId])
    return {
      ...person,
      roles: [...person.roles],
      facilityName: person.facilityId === null ? null : (names.get(person.facilityId) ?? null),
      cell: { region: config.region, demo: config.demo, now: clock.now().toISOString() },
    }
  }

  route(getMe, async ({ person }) => ok(await me(person)))

  route(signOut, async ({ sessionToken, setSession }) => {
    if (sessionToken !== undefined) await endSession(db, sessionToken)
    setSession(undefined)
    return ok(undefined)
  })

  route(signIn, async ({ body, now, address, setSession }) => {
    if (!limit.take(address, now)) return err({ code: 'too-many-requests' as const })
    return db.tx(async (tx) => {
      const person = await spendInvitation(tx, body.token, now)
      if (person === undefined) return err({ code: 'link-spent' as const, pointer: '/body/token' })
      setSession(await startSession(tx, person.id, now))
      return ok(await me(person))
    })
  })

  if (config.demo) registerDemo(http, facilityNames, me)
}

/** In a demo cell anyone may be any of the invented people; in any other these routes do not exist. */
const registerDemo = (http: Http, facilityNames: FacilityNames, me: (person: Person) => Promise<Me>): void => {
  const { db } = http.deps
  const route = serve(http)

  route(listDemoPeople, async () => {
    const people = await listPeople(db, { demo: true })
    const names = await facilityNames([...new Set(people.flatMap(({ facilityId }) => facilityId ?? []))])
    const named = ({ id, name, roles, facilityId }: Person) => ({
      id,
      name,
      roles: [...roles],
      facilityId,
      facilityName: facilityId === null ? null : (names.get(facilityId) ?? null),
    })
    return ok({ people: people.map(named) })
  })

  route(demoSignIn, async ({ body, now, setSession }) => {
    const people = await listPeople(db, { demo: true })
    const person = people.find(({ id }) => id === body.personId)
    if (person === undefined) return err({ code: 'not-found' as const, pointer: '/body/personId' })
    setSession(await startSession(db, person.id, now))
    return ok(await me(person))
  })
}

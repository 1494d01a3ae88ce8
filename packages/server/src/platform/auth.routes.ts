import { demoSignIn, err, getMe, listDemoPeople, ok, signIn, signOut } from '@dure/contract'
import { endSession, listPeople, spendInvitation } from './auth.sql.ts'
import type { Entry, FacilityNames } from './entry.ts'
import { type Http, serve } from './http.ts'
import type { Person } from './person.ts'
import { makeRateLimit } from './rate-limit.ts'

export type { FacilityNames } from './entry.ts'

/** One-time tokens have 256 bits: nobody guesses one. The limit only spares the database. */
const SIGN_INS_PER_MINUTE = 30

export const registerAuth = (http: Http, entry: Entry, facilityNames: FacilityNames): void => {
  const { db, config } = http.deps
  const route = serve(http)
  const limit = makeRateLimit(SIGN_INS_PER_MINUTE, 60_000)

  route(getMe, async ({ person, sessionToken }) => ok(await entry.me(person, sessionToken)))

  route(signOut, async ({ sessionToken, setSession }) => {
    if (sessionToken !== undefined) await endSession(db, sessionToken)
    setSession(undefined)
    return ok(undefined)
  })

  route(
    signIn,
    async (context) => {
      if (!limit.take(context.address, context.now)) return err({ code: 'too-many-requests' as const })
      return db.tx(async (tx) => {
        const person = await spendInvitation(tx, context.body.token, context.now)
        if (person === undefined) return err({ code: 'link-spent' as const, pointer: '/body/token' })
        return ok(await entry.enter(tx, context, person, { kind: 'link' }))
      })
    },
    { once: false },
  )

  if (config.demo) registerDemo(http, entry, facilityNames)
}

/** In a demo cell anyone may be any of the invented people; in any other these routes do not exist. */
const registerDemo = (http: Http, entry: Entry, facilityNames: FacilityNames): void => {
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

  route(
    demoSignIn,
    async (context) => {
      const people = await listPeople(db, { demo: true })
      const person = people.find(({ id }) => id === context.body.personId)
      if (person === undefined) return err({ code: 'not-found' as const, pointer: '/body/personId' })
      return ok(await entry.enter(db, context, person, { kind: 'demo' }))
    },
    { once: false },
  )
}

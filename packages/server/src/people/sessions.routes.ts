import { signUpEndpoints as e, ok, type SessionView } from '@dure/contract'
import type { z } from 'zod'
import { sessionOf } from '../platform/auth.sql.ts'
import { type Http, serve } from '../platform/http.ts'
import type { Person } from '../platform/person.ts'
import { disable, invitePerson, listColleagues, ownEvents, recover, signOutEverywhere } from './colleagues.service.ts'
import { endSessionsOf } from './colleagues.sql.ts'
import { doer, iso, minutesAfter, noteAccount, type People, refuse } from './people.service.ts'
import { endSessionById, sessionsOf } from './sessions.sql.ts'

/** Sessions of one's own, and of those one answers for. */
export const registerSessions = (http: Http, people: People): void => {
  const route = serve(http)
  const { db } = people

  const own = async (person: Person, token: string | undefined, now: Date): Promise<z.input<typeof SessionView>[]> => {
    const current = token === undefined ? undefined : await sessionOf(db, token)
    const rows = await sessionsOf(db, person.id, now)
    return rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      device: row.device,
      address: row.address,
      startedAt: iso(row.createdAt),
      lastSeenAt: iso(row.lastSeenAt),
      endsAt: iso(row.expiresAt),
      idleEndsAt: iso(new Date(Math.min(minutesAfter(row.lastSeenAt, row.idleMin).getTime(), row.expiresAt.getTime()))),
      current: row.id === current?.id,
    }))
  }

  route(e.listSessions, async ({ person, sessionToken, now }) => ok({ sessions: await own(person, sessionToken, now) }))
  route(e.endSession, async ({ person, params, sessionToken, now }) => {
    if (!(await endSessionById(db, person.id, params.id))) return refuse('not-found', 'no such session', '/params/id')
    return ok({ sessions: await own(person, sessionToken, now) })
  })
  route(e.endOtherSessions, async ({ person, sessionToken, now }) =>
    db.tx(async (tx) => {
      const current = sessionToken === undefined ? undefined : await sessionOf(tx, sessionToken)
      const ended = await endSessionsOf(tx, person.id, current?.id ?? '')
      await noteAccount(tx, person.id, 'sessions-ended', doer(person), now, `${ended}`)
      return ok({ sessions: await own(person, sessionToken, now) })
    }),
  )
  route(
    e.openDeviceStore,
    async ({ person, sessionToken, body }) => {
      const session = sessionToken === undefined ? undefined : await sessionOf(db, sessionToken)
      if (session === undefined) return refuse('sign-in-needed')
      const secret = (await people.secrets()).deviceSecret(person.id, body.device).toString('base64url')
      return ok({ secret, until: iso(session.expires_at) })
    },
    { once: false },
  )
  route(e.accountEvents, ({ person }) => ownEvents(people, person))

  route(e.listColleagues, ({ person, now }) => listColleagues(people, person, now))
  route(e.invitePerson, ({ person, body, now }) => invitePerson(people, person, body, now), { once: false })
  route(e.recoverPerson, ({ person, params, body, now }) => recover(people, person, params.id, body, now), {
    once: false,
  })
  route(e.endSessionsOf, ({ person, params, body, now }) => signOutEverywhere(people, person, params.id, body.why, now))
  route(e.disableColleague, ({ person, params, body, now }) => disable(people, person, params.id, body.why, now))
}

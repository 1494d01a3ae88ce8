import { signUpEndpoints as e, ok } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { makeRateLimit } from '../platform/rate-limit.ts'
import {
  keysAndLists,
  LIST_TIMER,
  publishRevocations,
  revokeAuthorityKey,
  rotateFacilityKey,
  takeRevocations,
} from './authority.service.ts'
import { revocationLists } from './authority.sql.ts'
import { enrol, ownCredentials, revokeOwn, signIn, startSignIn } from './credentials.service.ts'
import { type People, refuse } from './people.service.ts'

/** @see docs/sources/people.md#limits */
const SIGN_INS_PER_MINUTE = 60
const ENROLMENTS_PER_HOUR = 30

export const registerCredentials = (http: Http, people: People): void => {
  const route = serve(http)
  const perAddress = makeRateLimit(SIGN_INS_PER_MINUTE, 60_000)
  const enrolments = makeRateLimit(ENROLMENTS_PER_HOUR, 3_600_000)
  const tooMany = refuse('too-many-requests')
  const anew = { once: false } as const

  http.deps.onTimer(LIST_TIMER, (tx, _, now) => publishRevocations(people, tx, now))

  route(
    e.startCredentialSignIn,
    async ({ address, now }) => (perAddress.take(address, now) ? startSignIn(people, now) : tooMany),
    anew,
  )
  route(
    e.signInWithCredential,
    async (context) =>
      perAddress.take(context.address, context.now) ? signIn(people, context, context.body) : tooMany,
    anew,
  )
  route(
    e.enrolDevice,
    async ({ person, sessionToken, body, now }) =>
      enrolments.take(person.id, now)
        ? enrol(people, person, sessionToken, body, now)
        : refuse('not-allowed', 'too many devices in an hour'),
    anew,
  )
  route(e.listCredentials, async ({ person, now }) => ok({ credentials: await ownCredentials(people, person, now) }))
  route(e.revokeCredential, ({ person, params, now }) => revokeOwn(people, person, params.id, now))

  route(e.listAuthorityKeys, async ({ now }) => ok(await keysAndLists(people, now)))
  route(e.rotateFacilityKey, ({ body, now }) => rotateFacilityKey(people, body.facilityId, now))
  route(e.revokeAuthorityKey, ({ person, params, body, now }) =>
    revokeAuthorityKey(people, person, params.id, body.why, now),
  )
  route(e.readRevocations, async () => {
    const lists = await revocationLists(people.db)
    const ownFirst = lists.toSorted(
      (a, b) => Number(b.region === people.config.region) - Number(a.region === people.config.region),
    )
    return ok({ lists: ownFirst.map(({ list }) => list) })
  })
  route(e.importRevocations, ({ body, now }) => people.db.tx((tx) => takeRevocations(tx, body.list, now)))
}

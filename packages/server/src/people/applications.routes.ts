import { signUpEndpoints as e, ok } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { makeRateLimit } from '../platform/rate-limit.ts'
import {
  applicationHistory,
  apply,
  decide,
  EXPIRY_TIMER,
  expire,
  listApplications,
  ownApplication,
  withdraw,
} from './applications.service.ts'
import { type People, refuse } from './people.service.ts'

/**
 * A hospital's people share an address, so it may ask often; a phone number or a licence belongs to one person.
 * @see docs/sources/people.md#limits
 */
export const SIGN_UP_LIMITS = { perAddressPerHour: 60, perNumberPerDay: 5, looksPerMinute: 60, placesPerMinute: 120 }

const HOUR = 3_600_000

export const registerApplications = (http: Http, people: People): void => {
  const route = serve(http)
  const perAddress = makeRateLimit(SIGN_UP_LIMITS.perAddressPerHour, HOUR)
  const perPhone = makeRateLimit(SIGN_UP_LIMITS.perNumberPerDay, 24 * HOUR)
  const perLicence = makeRateLimit(SIGN_UP_LIMITS.perNumberPerDay, 24 * HOUR)
  const looks = makeRateLimit(SIGN_UP_LIMITS.looksPerMinute, 60_000)
  const places = makeRateLimit(SIGN_UP_LIMITS.placesPerMinute, 60_000)
  const tooMany = refuse('too-many-requests')

  http.deps.onTimer(EXPIRY_TIMER, (tx, { subject }, now) => expire(tx, subject, now))

  route(e.searchSignUpPlaces, async ({ query, address, now }) => {
    if (!places.take(address, now)) return tooMany
    return ok({ places: [...(await people.findPlaces(query.q))] })
  })
  route(
    e.apply,
    async ({ body, address, now }) => {
      if (!perAddress.take(address, now)) return tooMany
      if (!perPhone.take(body.phone.replace(/\D/g, ''), now)) return tooMany
      if (!perLicence.take(`${body.licenceKind} ${body.licenceNumber.replace(/\D/g, '')}`, now)) return tooMany
      return apply(people, body, now)
    },
    { once: false },
  )
  route(
    e.readOwnApplication,
    async ({ body, address, now }) => (looks.take(address, now) ? ownApplication(people, body.ticket, now) : tooMany),
    { once: false },
  )
  route(
    e.withdrawApplication,
    async ({ body, address, now }) => (looks.take(address, now) ? withdraw(people, body.ticket, now) : tooMany),
    { once: false },
  )

  route(e.listApplications, async ({ person, query, now }) =>
    ok({ applications: await listApplications(people, person, query.scope, now) }),
  )
  route(e.applicationEvents, ({ person, params }) => applicationHistory(people, person, params.id))
  // The answer holds a link, which is kept nowhere: a repetition finds the application decided.
  route(e.decideApplication, ({ person, params, body, now }) => decide(people, person, params.id, body, now), {
    once: false,
  })
}

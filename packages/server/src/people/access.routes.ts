import { signUpEndpoints as e } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { makeRateLimit } from '../platform/rate-limit.ts'
import { listBreakGlass, logUse, openBreakGlass, review, whoSawWhom } from './access.service.ts'
import { type People, refuse } from './people.service.ts'

/** Four digits are soon tried through: a person who treats one patient needs one. @see docs/sources/people.md#limits */
export const BREAK_GLASS_PER_HOUR = 10

export const registerAccess = (http: Http, people: People): void => {
  const route = serve(http)
  const perPerson = makeRateLimit(BREAK_GLASS_PER_HOUR, 3_600_000)
  http.logAccess = (use) => logUse(people, use)

  route(e.openBreakGlass, async ({ person, body, now }) =>
    perPerson.take(person.id, now) ? openBreakGlass(people, person, body, now) : refuse('too-many-requests'),
  )
  route(e.listBreakGlass, ({ person, query }) => listBreakGlass(people, person, query.scope === 'to_review'))
  route(e.reviewBreakGlass, ({ person, params, body, now }) => review(people, person, params.id, body, now))
  route(e.readAccessLog, ({ query }) => whoSawWhom(people, query))
}

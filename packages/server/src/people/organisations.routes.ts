import { signUpEndpoints as e, ok } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { makeRateLimit } from '../platform/rate-limit.ts'
import { link, type Organisations, ownAccounts, providerViews, signIn, start, unlink } from './organisations.service.ts'
import { refuse } from './people.service.ts'

/** @see docs/sources/people.md#limits */
const FLOWS_PER_MINUTE = 60

export const registerOrganisations = (http: Http, organisations: Organisations): void => {
  const route = serve(http)
  const perAddress = makeRateLimit(FLOWS_PER_MINUTE, 60_000)
  const tooMany = refuse('too-many-requests')
  const anew = { once: false } as const

  route(e.listIdentityProviders, async () => ok({ providers: await providerViews(organisations) }))
  route(
    e.startOrganisationSignIn,
    async ({ body, address, now }) =>
      perAddress.take(address, now) ? start(organisations, 'oidc-sign-in', body.provider, null, now) : tooMany,
    anew,
  )
  route(
    e.signInWithOrganisation,
    async (context) =>
      perAddress.take(context.address, context.now) ? signIn(organisations, context, context.body) : tooMany,
    anew,
  )
  route(e.listOrganisationAccounts, async ({ person }) => ok({ accounts: await ownAccounts(organisations, person) }))
  route(
    e.startOrganisationLink,
    async ({ body, person, now }) =>
      perAddress.take(person.id, now) ? start(organisations, 'oidc-link', body.provider, person.id, now) : tooMany,
    anew,
  )
  route(e.linkOrganisation, ({ person, body, now }) => link(organisations, person, body, now), anew)
  route(e.unlinkOrganisation, ({ person, params, now }) => unlink(organisations, person, params.id, now))
}

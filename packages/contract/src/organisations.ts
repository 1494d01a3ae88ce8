import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Me } from './people.ts'
import { byId, id, instant, secret, signingIn } from './people-parts.ts'

/** Signing in by an organisation of one’s own (OpenID Connect). */

const providerId = z.string().regex(/^[a-z0-9-]{1,30}$/)

export const IdentityProvider = z
  .object({ id: z.string(), nameKo: z.string(), nameEn: z.string() })
  .meta({ id: 'IdentityProvider' })

const oidcStart = z.object({ url: z.string(), flow: z.string() })

/** `query`: what stood behind the `?` when the provider sent the browser back. */
const oidcFinish = z.strictObject({ flow: secret, query: z.string().max(4000) })

export const organisationEndpoints = {
  listIdentityProviders: endpoint({
    id: 'listIdentityProviders',
    method: 'GET',
    path: '/api/sign-in/organisations',
    summary: 'Organisations whose own sign-in is accepted here',
    ...signingIn,
    response: { status: 200, schema: z.object({ providers: z.array(IdentityProvider) }) },
    problems: [],
  }),
  startOrganisationSignIn: endpoint({
    id: 'startOrganisationSignIn',
    method: 'POST',
    path: '/api/sign-in/organisations/start',
    summary: 'Where to send the browser for an organisation’s sign-in (authorization code, PKCE, state, nonce)',
    ...signingIn,
    body: z.strictObject({ provider: providerId }),
    response: { status: 200, schema: oidcStart },
    problems: ['too-many-requests', 'overloaded'],
  }),
  signInWithOrganisation: endpoint({
    id: 'signInWithOrganisation',
    method: 'POST',
    path: '/api/sign-in/organisations',
    summary: 'Sign in with what the organisation’s sign-in sent back',
    ...signingIn,
    body: oidcFinish,
    response: { status: 200, schema: Me },
    problems: ['sign-in-refused', 'too-many-requests', 'overloaded'],
  }),
  listOrganisationAccounts: endpoint({
    id: 'listOrganisationAccounts',
    method: 'GET',
    path: '/api/account/organisations',
    summary: 'Organisation accounts that sign in as the reader',
    auth: 'session',
    response: {
      status: 200,
      schema: z.object({
        accounts: z.array(z.object({ id, provider: z.string(), subject: z.string(), linkedAt: instant })),
      }),
    },
    problems: [],
  }),
  startOrganisationLink: endpoint({
    id: 'startOrganisationLink',
    method: 'POST',
    path: '/api/account/organisations/start',
    summary: 'Begin to connect an organisation account',
    auth: 'session',
    body: z.strictObject({ provider: providerId }),
    response: { status: 200, schema: oidcStart },
    problems: ['too-many-requests', 'overloaded'],
  }),
  linkOrganisation: endpoint({
    id: 'linkOrganisation',
    method: 'POST',
    path: '/api/account/organisations',
    summary: 'Connect an organisation account to the own person',
    auth: 'session',
    body: oidcFinish,
    response: { status: 201, schema: z.object({ linked: z.literal(true) }) },
    problems: ['sign-in-refused', 'conflict', 'overloaded'],
  }),
  unlinkOrganisation: endpoint({
    id: 'unlinkOrganisation',
    method: 'DELETE',
    path: '/api/account/organisations/:id',
    summary: 'Disconnect an organisation account',
    auth: 'session',
    params: byId,
    response: { status: 204, schema: z.undefined() },
    problems: [],
  }),
} as const

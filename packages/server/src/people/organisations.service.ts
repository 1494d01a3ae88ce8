import type { Configuration } from 'openid-client'
import { z } from 'zod'
import type { Arrival } from '../platform/entry.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type ChallengePurpose, newChallenge, spendChallenge } from './challenges.sql.ts'
import { endSessionsBegunWith } from './colleagues.sql.ts'
import { accountOf, accountsOf, insertAccount, removeAccount } from './organisations.sql.ts'
import { doer, iso, noteAccount, type People, personById, publicAddress, refuse } from './people.service.ts'
import type { Provider, Providers } from './providers.service.ts'

export interface Organisations {
  readonly people: People
  readonly providers: Providers
}

type Purpose = Extract<ChallengePurpose, 'oidc-sign-in' | 'oidc-link'>

/** What a flow must remember; it stays here, and the browser holds only the key to it. */
const flowData = z.object({ provider: z.string(), state: z.string(), nonce: z.string(), verifier: z.string() })

/** Where organisations send the browser back to: a page of ours, which posts what it was given. */
export const redirectUri = (people: People): string => `${publicAddress(people.config)}/sign-in/organisation`

export const providerViews = async ({ providers }: Organisations) =>
  (await providers.list()).map(({ id, nameKo, nameEn }) => ({ id, nameKo, nameEn }))

/**
 * Begins a flow. The secret `flow` is with this browser's page only: an answer that a stranger caused cannot be finished in
 * another browser, and one browser's answer not in a stranger's.
 */
export const start = async (
  { people, providers }: Organisations,
  purpose: Purpose,
  providerId: string,
  personId: string | null,
  now: Date,
) => {
  const provider = await providers.find(providerId)
  if (provider === undefined) return refuse('not-found', 'no such organisation', '/body/provider')
  const client = await reach(people, providers, provider)
  if (client === undefined) return refuse('overloaded', 'the organisation’s sign-in does not answer')
  const oidc = await import('openid-client')
  const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
  const flow = await newChallenge(people.db, purpose, now, {
    personId,
    data: { provider: provider.id, state, nonce, verifier },
  })
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: redirectUri(people),
    scope: 'openid',
    response_type: 'code',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  return ok({ url: url.href, flow })
}

const reach = async (people: People, providers: Providers, provider: Provider): Promise<Configuration | undefined> => {
  try {
    return await providers.client(provider)
  } catch (error) {
    people.log.warn({ err: error, provider: provider.id }, 'organisation-not-reached')
    return undefined
  }
}

interface Answer {
  readonly flow: string
  readonly query: string
}

interface Subject {
  readonly issuer: string
  readonly subject: string
  readonly provider: string
  readonly personId: string | null
}

const REFUSED = refuse('sign-in-refused')

/** Who the organisation says it was. Only issuer and subject are taken from the token: names, groups and roles in it are ignored. */
const finish = async ({ people, providers }: Organisations, purpose: Purpose, { flow, query }: Answer, now: Date) => {
  const spent = await spendChallenge(people.db, flow, purpose, now)
  const data = flowData.safeParse(spent?.data)
  if (spent === undefined || !data.success) return REFUSED
  const provider = await providers.find(data.data.provider)
  if (provider === undefined) return REFUSED
  const client = await reach(people, providers, provider)
  if (client === undefined) return refuse('overloaded', 'the organisation’s sign-in does not answer')
  const answered = URL.parse(`${redirectUri(people)}?${query.replace(/^\?/, '')}`)
  if (answered === null) return REFUSED
  const { authorizationCodeGrant } = await import('openid-client')
  try {
    const tokens = await authorizationCodeGrant(client, answered, {
      expectedState: data.data.state,
      expectedNonce: data.data.nonce,
      pkceCodeVerifier: data.data.verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (claims === undefined) return REFUSED
    return ok<Subject>({
      ...{ issuer: claims.iss, subject: claims.sub },
      ...{ provider: provider.id, personId: spent.personId },
    })
  } catch (error) {
    people.log.warn({ err: error, provider: provider.id }, 'organisation-sign-in-refused')
    return REFUSED
  }
}

export const signIn = async (organisations: Organisations, arrival: Arrival, answer: Answer) => {
  const { people } = organisations
  const said = await finish(organisations, 'oidc-sign-in', answer, arrival.now)
  if (!said.ok) return said
  const account = await accountOf(people.db, said.value.issuer, said.value.subject)
  const person = account === undefined ? undefined : await personById(people.db, account.personId)
  if (account === undefined || person === undefined || person.disabled) return REFUSED
  return ok(await people.entry.enter(people.db, arrival, person, { kind: 'oidc', beganWith: account.id }))
}

/** Connects a subject to the person who is signed in and who began the flow: not by mail address, not by name. */
export const link = async (organisations: Organisations, person: Person, answer: Answer, now: Date) => {
  const { people } = organisations
  const said = await finish(organisations, 'oidc-link', answer, now)
  if (!said.ok) return said
  if (said.value.personId !== person.id) return REFUSED
  const { issuer, subject, provider } = said.value
  return people.db.tx(async (tx) => {
    const row = { id: people.ids.next(), issuer, subject, provider, personId: person.id, linkedAt: now }
    if (!(await insertAccount(tx, row))) {
      const known = await accountOf(tx, issuer, subject)
      return known?.personId === person.id
        ? ok({ linked: true as const })
        : refuse('conflict', 'this account is connected')
    }
    await noteAccount(tx, person.id, 'oidc-linked', doer(person), now, provider)
    return ok({ linked: true as const })
  })
}

export const ownAccounts = async ({ people }: Organisations, person: Person) => {
  const rows = await accountsOf(people.db, person.id)
  return rows.map(({ id, provider, subject, linkedAt }) => ({ id, provider, subject, linkedAt: iso(linkedAt) }))
}

export const unlink = async ({ people }: Organisations, person: Person, id: string, now: Date) =>
  people.db.tx(async (tx) => {
    const row = await removeAccount(tx, person.id, id)
    if (row === undefined) return refuse('not-found', 'no such account', '/params/id')
    await endSessionsBegunWith(tx, person.id, id)
    await noteAccount(tx, person.id, 'oidc-unlinked', doer(person), now, row.provider)
    return ok(undefined)
  })

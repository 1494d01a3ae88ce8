import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Provider from 'oidc-provider'

/** A hospital's own sign-in, on loopback: signs in whoever is named in `as` without asking. */
export interface Organisation extends AsyncDisposable {
  readonly issuer: string
  /** For DURE_OIDC_FILE. */
  readonly file: string
  /** Who signs in next. */
  as: string
  /** What a browser does: follows every redirect, with cookies, until it is sent back to us. Gives the query it comes back with. */
  visit(url: string): Promise<string>
  /** Claims beside the subject, as an organisation might put them into its tokens. */
  claims: Readonly<Record<string, unknown>>
}

const CLIENT = 'dure'
const SECRET = 'a-secret-of-the-tests-that-is-long-enough'

export const organisation = async (redirectUri: string): Promise<Organisation> => {
  const folder = await mkdtemp(join(tmpdir(), 'dure-oidc-'))
  const answer = { current: (_: IncomingMessage, response: ServerResponse): void => void response.writeHead(503).end() }
  const server = createServer((request, response) => answer.current(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const self: { as: string; claims: Readonly<Record<string, unknown>> } = { as: 'kim-0042', claims: {} }

  const provider = new Provider(issuer, {
    clients: [
      {
        ...{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [redirectUri], response_types: ['code'] },
        ...{ grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_basic' },
      },
    ],
    pkce: { required: () => true },
    cookies: { keys: ['the-tests-own-cookie-key'] },
    conformIdTokenClaims: false,
    claims: { openid: ['sub', 'roles', 'name'] },
    findAccount: async (_: unknown, sub: string) => ({ accountId: sub, claims: async () => ({ sub, ...self.claims }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
  })
  const callback = provider.callback()
  const interact = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { prompt, params } = await provider.interactionDetails(request, response)
    if (prompt.name === 'login') {
      await provider.interactionFinished(request, response, { login: { accountId: self.as } })
      return
    }
    const grant = new provider.Grant({ accountId: self.as, clientId: params.client_id ?? CLIENT })
    grant.addOIDCScope('openid')
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
  }
  answer.current = (request, response) => {
    if (!(request.url ?? '').startsWith('/interaction/')) return callback(request, response)
    interact(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  }

  const file = join(folder, 'organisations.json')
  await writeFile(join(folder, 'secret'), `${SECRET}\n`, { mode: 0o600 })
  const entry = {
    id: 'hospital',
    nameKo: '시험병원',
    nameEn: 'Test Hospital',
    issuer,
    clientId: CLIENT,
    secretFile: 'secret',
  }
  await writeFile(file, JSON.stringify({ providers: [entry] }))

  const visit = async (url: string): Promise<string> => {
    const cookies = new Map<string, string>()
    let next = url
    for (let step = 0; step < 12; step += 1) {
      if (next.startsWith(redirectUri)) return new URL(next).search.slice(1)
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const came = await fetch(next, { redirect: 'manual', headers: { cookie } })
      await came.arrayBuffer()
      for (const set of came.headers.getSetCookie()) {
        const [pair = ''] = set.split(';')
        cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
      }
      const location = came.headers.get('location')
      if (location === null) throw new Error(`${next} answered ${came.status} and sent nowhere`)
      next = new URL(location, next).href
    }
    throw new Error('redirected for ever')
  }

  return Object.assign(self, {
    issuer,
    file,
    visit,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await rm(folder, { recursive: true, force: true })
    },
  })
}

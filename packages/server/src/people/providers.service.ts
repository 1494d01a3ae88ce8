import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Configuration } from 'openid-client'
import { z } from 'zod'

/** An organisation whose own sign-in is accepted, as the operator's file says. */
export interface Provider {
  readonly id: string
  readonly nameKo: string
  readonly nameEn: string
  readonly issuer: URL
  readonly clientId: string
  readonly secretFile: string
}

const providerFile = z.strictObject({
  providers: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9-]{1,30}$/),
        nameKo: z.string().min(1).max(60),
        nameEn: z.string().min(1).max(60),
        issuer: z.url(),
        clientId: z.string().min(1).max(200),
        /** Beside the file itself unless absolute. The secret is in no configuration and no environment. */
        secretFile: z.string().min(1),
      }),
    )
    .max(50),
})

export interface Providers {
  list(): Promise<readonly Provider[]>
  find(id: string): Promise<Provider | undefined>
  /** The provider's endpoints and keys, asked for at the first use and kept. @throws when it does not answer */
  client(provider: Provider): Promise<Configuration>
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
/** A provider that does not answer keeps nobody waiting longer. */
const TIMEOUT_S = 8

/** Read at the first use. @throws when the file is not what it should be: an operator's fault is not a visitor's */
export const readProviders = (file: string | undefined): Providers => {
  let list: Promise<readonly Provider[]> | undefined
  const clients = new Map<string, Promise<Configuration>>()
  const all = (): Promise<readonly Provider[]> => {
    list ??= file === undefined ? Promise.resolve([]) : parse(file)
    return list
  }
  return {
    list: all,
    find: async (id) => (await all()).find((one) => one.id === id),
    client: (provider) => {
      const known = clients.get(provider.id)
      if (known !== undefined) return known
      const made = discover(provider)
      clients.set(provider.id, made)
      // A provider that was down is asked again by the next one who comes.
      made.catch(() => clients.delete(provider.id))
      return made
    },
  }
}

const parse = async (file: string): Promise<readonly Provider[]> => {
  const { providers } = providerFile.parse(JSON.parse(await readFile(file, 'utf8')))
  return providers.map((one) => {
    const issuer = new URL(one.issuer)
    if (issuer.protocol !== 'https:' && !LOOPBACK.has(issuer.hostname))
      throw new Error(`The issuer of ${one.id} is not https`)
    return { ...one, issuer, secretFile: resolve(dirname(file), one.secretFile) }
  })
}

const discover = async ({ issuer, clientId, secretFile }: Provider): Promise<Configuration> => {
  const secret = (await readFile(secretFile, 'utf8')).trim()
  const plain = issuer.protocol === 'http:'
  const { allowInsecureRequests, ClientSecretBasic, clockTolerance, discovery } = await import('openid-client')
  return discovery(issuer, clientId, { [clockTolerance]: 30 }, ClientSecretBasic(secret), {
    timeout: TIMEOUT_S,
    ...(plain ? { execute: [allowInsecureRequests] } : {}),
  })
}

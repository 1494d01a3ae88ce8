import { APP_ROLE } from '../platform/app-role.ts'
import type { CommandIo } from '../platform/command.ts'
import { makeIds } from '../platform/ids.ts'
import { makeLogger } from '../platform/logger.ts'
import { appendOp } from '../platform/oplog.ts'
import { installRegionKey, requestRegionKey, seconds, signRegion, takeRevocations } from './authority.service.ts'
import { nationalKeys, trustNationalKey } from './authority.sql.ts'
import { rawPublicKey, signLink } from './chain.ts'
import { loadNationKey, makeNationKey } from './demo.service.ts'
import type { People } from './people.service.ts'
import { lazyPeopleSecrets } from './secrets.service.ts'

const USAGE = `usage, at the national cell:
  dure staff-keys nation                 make the nation's key for staff credentials, or say its public half
  dure staff-keys sign REQUEST           sign a region's request; prints the certificate
  dure staff-keys revoke NUMBER ID…      sign list NUMBER of revoked region keys; prints it for every cell
at a region's cell:
  dure staff-keys trust KEY              believe this national key (compare it by voice first)
  dure staff-keys request                make a region key; prints the request for the nation
  dure staff-keys install CERTIFICATE    take the nation's signature: credentials are given out from now on
  dure staff-keys take LIST              take over a signed revocation list
The program itself works as the database login ${APP_ROLE}; these commands run as the owner.
exit: 0 done · 1 refused · 2 wrong usage`

type Action = (argv: readonly string[], io: CommandIo) => Promise<number | undefined>

/** @param argv what follows `dure staff-keys` */
export const staffKeysCommand = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  const [action = '', ...rest] = argv
  const status = Object.hasOwn(ACTIONS, action) ? await ACTIONS[action]?.(rest, io) : undefined
  if (status !== undefined) return status
  io.error(USAGE)
  return 2
}

const nation: Action = async (_, io) => {
  const { dataDir } = io.config()
  io.out(rawPublicKey((await loadNationKey(dataDir)) ?? (await makeNationKey(dataDir))))
  return 0
}

const sign: Action = async ([request], io) => {
  const asked = readRequest(request)
  if (asked === undefined) return undefined
  const key = await loadNationKey(io.config().dataDir)
  if (key === undefined) return refused(io, 'This cell does not hold the nation’s key')
  io.out(signRegion(key, asked, io.clock.now()))
  return 0
}

const readRequest = (text: string | undefined): { id: string; region: string; key: string } | undefined => {
  const [region, id, key, more] = (text ?? '').split('.')
  if (more !== undefined || !/^[0-9]{2}$/.test(region ?? '') || !/^[A-Za-z0-9_-]{43}$/.test(key ?? '')) return undefined
  return id === undefined || key === undefined || region === undefined ? undefined : { id, region, key }
}

const revoke: Action = async ([number = '', ...ids], io) => {
  if (!/^[1-9][0-9]{0,8}$/.test(number) || ids.length === 0) return undefined
  const key = await loadNationKey(io.config().dataDir)
  if (key === undefined) return refused(io, 'This cell does not hold the nation’s key')
  const at = seconds(io.clock.now())
  io.out(signLink({ v: 1, kind: 'revocations', region: '00', number: Number(number), at, ids }, key))
  return 0
}

const trust: Action = async ([key = ''], io) => {
  if (!/^[A-Za-z0-9_-]{43}$/.test(key)) return undefined
  await trustNationalKey(await io.openDb(), key, 'operator', io.clock.now())
  io.out(`believed: ${(await nationalKeys(await io.openDb())).join(' ')}`)
  return 0
}

const request: Action = async (_, io) => {
  const made = await requestRegionKey(await handsOf(io), io.clock.now())
  io.out(`${made.region}.${made.id}.${made.key}`)
  return 0
}

const install: Action = async ([certificate = ''], io) => {
  if (certificate === '') return undefined
  const fault = await installRegionKey(await handsOf(io), certificate, io.clock.now())
  return fault === undefined ? 0 : refused(io, fault)
}

const take: Action = async ([list = ''], io) => {
  if (list === '') return undefined
  const taken = await takeRevocations(await io.openDb(), list, io.clock.now())
  if (!taken.ok) return refused(io, taken.error.detail ?? taken.error.code)
  io.out(`region ${taken.value.region}, list ${taken.value.number}: ${taken.value.count} revoked`)
  return 0
}

const ACTIONS: Record<string, Action> = { nation, sign, revoke, trust, request, install, take }

const refused = (io: CommandIo, why: string): number => {
  io.error(why)
  return 1
}

/** The slice without its routes. */
const handsOf = async (io: CommandIo): Promise<People> => {
  const config = io.config()
  const { clock } = io
  const nobody = async () => null
  return {
    ...{ db: await io.openDb(), clock, config, ids: makeIds(() => clock.now()), log: makeLogger('warn', undefined) },
    ...{ names: async () => new Map(), codes: async () => new Map(), findPlaces: async () => [] },
    ...{ isPlace: async () => false, request: nobody, secrets: lazyPeopleSecrets(config.dataDir) },
    entry: { me: unserved, enter: unserved },
    publish: (tx, kind, body, at) => appendOp(tx, { kind, subject: config.region, body, audience: {}, at }),
  }
}

const unserved = async (): Promise<never> => {
  throw new Error('A command signs nobody in')
}

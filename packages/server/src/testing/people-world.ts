import type { Role } from '@dure/contract'
import { CSRF_HEADER, client, signIn } from '@dure/contract'
import { invite } from '../platform/auth.sql.ts'
import { SESSION_COOKIE } from '../platform/http.ts'
import { type World, type WorldOptions, world } from './bed-world.ts'
import { fetchOf, type TestCell, type TestPerson } from './cell.ts'

/** Where the test cell says it is reached. */
export const ORIGIN = 'https://beds.example.kr'
export const RP_ID = 'beds.example.kr'

/** A small province whose cell has a public address, so that passkeys have somebody to be made for. */
export const peopleWorld = (options: WorldOptions = {}): Promise<World> =>
  world({
    hospitals: 2,
    slots: 1,
    ...options,
    cell: { ...options.cell, env: { DURE_PUBLIC_URL: ORIGIN, ...options.cell?.env } },
  })

export interface Browser {
  /** Calls with whatever cookie this browser has. */
  readonly call: ReturnType<typeof client>
  /** The session token it holds. */
  token(): string | undefined
  /** Plants a cookie, as a stranger might. */
  plant(token: string): void
  readonly headers: Record<string, string>
}

/** A browser that keeps the session cookie it is given. */
export const browser = (test: TestCell): Browser => {
  let token: string | undefined
  const inner = fetchOf(test.cell)
  const keeping: typeof fetch = async (url, init) => {
    const cookie = token === undefined ? {} : { cookie: `${SESSION_COOKIE}=${token}` }
    const answer = await inner(url, { ...init, headers: { ...(init?.headers as Record<string, string>), ...cookie } })
    const set = answer.headers.get('set-cookie')
    const given = set === null ? undefined : new RegExp(`${SESSION_COOKIE}=([^;]*)`).exec(set)?.[1]
    if (given !== undefined) token = given === '' ? undefined : given
    return answer
  }
  return {
    call: client('', keeping, { 'user-agent': 'Mozilla/5.0 (Linux; Android 15) Chrome/140.0' }),
    token: () => token,
    plant: (planted) => {
      token = planted
    },
    get headers(): Record<string, string> {
      return { [CSRF_HEADER]: '1', ...(token === undefined ? {} : { cookie: `${SESSION_COOKIE}=${token}` }) }
    },
  }
}

/** A browser in which this person has come in by a one-time link, a moment ago. */
export const enteredByLink = async (test: TestCell, person: Pick<TestPerson, 'id'>): Promise<Browser> => {
  const one = browser(test)
  const token = await invite(test.cell.deps.db, person.id, test.clock.now())
  const me = await one.call(signIn, { body: { token } })
  if (!me.ok) throw new Error(me.error.code)
  return one
}

/** People who answer for others. */
export const lead = (w: World): Promise<TestPerson> => personOf(w, ['placement_desk', 'desk_lead'], null, '총괄 장')
export const sponsorOf = (w: World, facilityId: string): Promise<TestPerson> =>
  personOf(w, ['requester', 'sponsor'], facilityId, '보증 오')

export const personOf = (
  w: World,
  roles: readonly Role[],
  facilityId: string | null,
  name = '김두레',
): Promise<TestPerson> => w.test.person({ roles, facilityId, name })

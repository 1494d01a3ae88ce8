import { getMe, Me, type Role, signOut } from '@dure/contract'
import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, Refused, read } from '../offline/api.ts'
import { openStoreOf } from '../offline/device-session.ts'
import { keep, kept, lockStore } from '../offline/device-store.ts'
import { isAway } from '../offline/server.ts'
import { setServerTime } from '../ui/time.tsx'
import { restoreQueries } from './kept-queries.ts'

/** Says to the next start of the page that somebody is signed in here, and nothing about whom. */
const SIGNED_IN = 'dure.signed-in'
/** Said by earlier versions, with the name. */
const OLD_SIGNED_IN = 'dure.me'
/** Somebody signed out when nobody could be told. */
const SIGN_OUT_DUE = 'dure.sign-out-due'

/** Who was signed in when the server was last reached: the screen opens with it even if the network is gone. */
const remembered = (): Me | undefined => {
  const parsed = Me.safeParse(kept('me', 'me'))
  return parsed.success ? parsed.data : undefined
}

const maySomebodyBe = (): boolean =>
  remembered() !== undefined || localStorage.getItem(SIGNED_IN) !== null || localStorage.getItem(OLD_SIGNED_IN) !== null

/** Opens what they keep on this device first: the screens that come next read it. */
const remember = async (me: Me): Promise<void> => {
  localStorage.setItem(SIGNED_IN, 'yes')
  localStorage.removeItem(OLD_SIGNED_IN)
  localStorage.removeItem(SIGN_OUT_DUE)
  await openStoreOf(me)
  void keep('me', 'me', me)
}

const forget = async (): Promise<void> => {
  localStorage.removeItem(SIGNED_IN)
  localStorage.removeItem(OLD_SIGNED_IN)
  await lockStore()
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    // Whoever signs in on this device leaves a sign here; without it there is nobody to ask about.
    if (!maySomebodyBe()) return null
    try {
      const me = await read(getMe, {}, signal)
      setServerTime(me.cell.now)
      await remember(me)
      return me
    } catch (fault) {
      if (!(fault instanceof Refused) || fault.problem.code !== 'sign-in-needed') throw fault
      // Another server's door is shown; what is on the device stays open for whom the own server let in.
      if (!isAway()) await forget()
      return null
    }
  },
  initialData: () => remembered(),
  initialDataUpdatedAt: 0,
  staleTime: 60_000,
})

/** null = nobody is signed in; undefined = not known yet. */
export const useMe = (): Me | null | undefined => useQuery(meQuery).data

/** For screens behind sign-in, where the shell has already made sure. */
export const useSignedIn = (): Me => {
  const me = useMe()
  if (me === null || me === undefined) throw new Error('a screen behind sign-in was shown to nobody')
  return me
}

export const hasRole = (me: Me, ...roles: readonly Role[]): boolean => roles.some((role) => me.roles.includes(role))

/** Another person on this device: nothing read for the one before stays in memory. */
export const switchPerson = async (queries: QueryClient, me: Me | null): Promise<void> => {
  if (me === null) await forget()
  else await remember(me)
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' })
  if (me !== null) restoreQueries(queries)
  queries.setQueryData(['me'], me)
}

export const useSignOut = () => {
  const queries = useQueryClient()
  return async () => {
    const answer = await call(signOut).catch(() => null)
    // Nobody heard it: the cookie, which no script can remove, would still open the door. Said again as soon as somebody hears.
    if (answer === null) localStorage.setItem(SIGN_OUT_DUE, 'yes')
    await switchPerson(queries, null)
  }
}

/** Before anything else is asked of the server. */
export const signOutIfDue = async (): Promise<void> => {
  if (localStorage.getItem(SIGN_OUT_DUE) === null) return
  if ((await call(signOut).catch(() => null)) !== null) localStorage.removeItem(SIGN_OUT_DUE)
}

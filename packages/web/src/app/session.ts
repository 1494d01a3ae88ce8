import { getMe, Me, type Role, signOut } from '@dure/contract'
import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, Refused, read } from '../offline/api.ts'
import { setServerTime } from '../ui/time.tsx'

const REMEMBERED = 'dure.me'

/** Who was signed in when the server was last reached: the screen opens with it even if the network is gone. */
const remembered = (): Me | undefined => {
  try {
    const parsed = Me.safeParse(JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null'))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

const remember = (me: Me | null): void => {
  if (me === null) localStorage.removeItem(REMEMBERED)
  else localStorage.setItem(REMEMBERED, JSON.stringify(me))
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    // Whoever signs in on this device is remembered here, so without a memory there is nobody to ask about.
    if (remembered() === undefined) return null
    try {
      const me = await read(getMe, {}, signal)
      remember(me)
      setServerTime(me.cell.now)
      return me
    } catch (fault) {
      if (!(fault instanceof Refused) || fault.problem.code !== 'sign-in-needed') throw fault
      remember(null)
      return null
    }
  },
  placeholderData: () => remembered(),
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
export const switchPerson = (queries: QueryClient, me: Me | null): void => {
  remember(me)
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' })
  queries.setQueryData(['me'], me)
}

export const useSignOut = () => {
  const queries = useQueryClient()
  return async () => {
    await call(signOut).catch(() => undefined)
    switchPerson(queries, null)
  }
}

import { QueryClient } from '@tanstack/react-query'
import { Refused } from '../offline/api.ts'
import { backoffMs } from '../offline/backoff.ts'

/** Keys of queries that no event of the cell changes, or only one that names them. */
const NOT_LIVE: readonly unknown[] = ['me', 'demo-people', 'severity', 'identity', 'handovers']
/**
 * Keys of what tells how old something is. Ages grow and limits pass without any event, and a quiet region must not show as fresh
 * what was fresh an hour ago. The shortest limit is a quarter of an hour.
 */
const AGEING: readonly unknown[] = [
  'requests',
  'offers',
  'candidates',
  'assignment',
  'slots',
  'capacity',
  'board',
  'figures',
  'hospital',
  'sources',
  'on-call',
  'roster-warnings',
]
const AGE_LOOK_MS = 60_000
const AT_MOST_EVERY_MS = 400
const KEEP_MS = 14 * 3_600_000

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The browser's idea of being online is not asked: the request itself tells.
      networkMode: 'always',
      staleTime: 15_000,
      refetchInterval: ({ queryKey: [kind] }) => (AGEING.includes(kind) ? AGE_LOOK_MS : false),
      // A screen that was seen today opens without an answer too; memory and device have the same.
      gcTime: KEEP_MS,
      refetchOnReconnect: false,
      retry: (count, fault) => !(fault instanceof Refused) && count < 2,
      retryDelay: (count) => backoffMs(count + 1, Math.random()),
    },
  },
})

let timer: ReturnType<typeof setTimeout> | undefined

/** Every page shows what is handed over to its reader: read again when one is made or taken over, not with every event of the cell. */
export const refreshHandovers = (): void => void queries.invalidateQueries({ queryKey: ['handovers'] })

/** Something changed in the cell: what is on the screen is read again, however many events come in a burst. */
export const refreshLive = (): void => {
  if (timer !== undefined) return
  timer = setTimeout(() => {
    timer = undefined
    void queries.invalidateQueries({ predicate: (query) => !NOT_LIVE.includes(query.queryKey[0]) })
  }, AT_MOST_EVERY_MS)
}

export const refreshAfterAct = (): void => {
  void queries.invalidateQueries({ predicate: (query) => !NOT_LIVE.includes(query.queryKey[0]) })
}

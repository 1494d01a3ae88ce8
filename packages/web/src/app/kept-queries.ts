import type { Query, QueryClient } from '@tanstack/react-query'
import { allKept, drop, keep } from '../offline/device-store.ts'
import { paced } from './paced.ts'

/**
 * What was last read of the cell and is worth having when nobody answers. Not kept: who a patient is (`identity`), who looked, what
 * somebody searched for, suggestions that are worth nothing when they are old, and what concerns sign-in.
 */
const KEPT: ReadonlySet<unknown> = new Set([
  ...[
    'requests',
    'request',
    'timeline',
    'offers',
    'slots',
    'capacity',
    'board',
    'figures',
    'overview',
    'cells',
    'notices',
  ],
  ...['rooms', 'room', 'room-of-request', 'room-timeline', 'room-members', 'acknowledgements'],
  ...['roster', 'on-call', 'swaps', 'handovers', 'roster-warnings', 'numbers'],
  ...['hospitals', 'hospital', 'statements', 'sources'],
])

/** Screens read the same thing again within this time; the disk need not follow every step. */
const WRITE_EVERY_MS = 1_500

interface KeptQuery {
  readonly key: readonly unknown[]
  readonly data: unknown
  /** When the cell answered, on this device's clock. */
  readonly readAt: number
}

/** Puts what this device has into the screens' memory, with its real age and marked as to be read again. */
export const restoreQueries = (queries: QueryClient): void => {
  for (const { value } of allKept<KeptQuery>('query')) {
    const { key, data, readAt } = value
    const before = queries.getQueryState(key)
    if (before !== undefined && before.dataUpdatedAt >= readAt) continue
    queries.setQueryData(key, data, { updatedAt: readAt })
    void queries.invalidateQueries({ queryKey: key, exact: true, refetchType: 'none' })
  }
}

/**
 * From now on what is read is kept: at once, and then at most every so often for each thing. What waits for its turn is kept as soon as
 * the page is hidden: a phone stops the timers of an app that is put away, and may end it.
 */
export const keepQueries = (queries: QueryClient): void => {
  const pace = paced(write, WRITE_EVERY_MS)
  queries.getQueryCache().subscribe(({ type, query, ...event }) => {
    const { action } = event as { action?: { readonly type: string } }
    if (type === 'updated' && action?.type === 'success' && KEPT.has(query.queryKey[0]))
      pace.add(query.queryHash, query)
  })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && pace.flush())
}

const write = ({ queryKey, queryHash, state }: Query): void => {
  if (state.data === undefined) return void drop('query', queryHash)
  const one: KeptQuery = { key: queryKey, data: state.data, readAt: state.dataUpdatedAt }
  void keep('query', queryHash, one)
}

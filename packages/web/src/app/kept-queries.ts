import { hashKey, type Query, type QueryClient } from '@tanstack/react-query'
import { allKept, drop, keep } from '../offline/device-store.ts'

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

/** Screens read the same thing again within this time; the disk has the last of it. */
const WRITE_AFTER_MS = 1_500

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

/** From now on what is read is kept. */
export const keepQueries = (queries: QueryClient): void => {
  const due = new Map<string, Query>()
  const writeAll = () => {
    for (const query of due.values()) write(query)
    due.clear()
  }
  queries.getQueryCache().subscribe(({ type, query, ...event }) => {
    if (type !== 'updated' || !KEPT.has(query.queryKey[0])) return
    const { action } = event as { action?: { type: string; manual?: boolean } }
    if (action?.type !== 'success') return
    if (due.size === 0) setTimeout(writeAll, WRITE_AFTER_MS)
    due.set(query.queryHash, query as Query)
  })
  // A page that is being left writes what it has: there may be no line when it comes back.
  addEventListener('pagehide', writeAll)
}

const write = ({ queryKey, queryHash, state }: Query): void => {
  if (state.data === undefined) void drop('query', queryHash)
  else {
    const one: KeptQuery = { key: queryKey, data: state.data, readAt: state.dataUpdatedAt }
    void keep('query', hashKey(queryKey), one)
  }
}

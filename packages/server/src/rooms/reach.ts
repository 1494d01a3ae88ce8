/** How this cell stands with another, as the exchange says it. */
export interface RoomStanding {
  readonly origin: string
  /** This cell writes that region itself. */
  readonly mayWrite: boolean
  readonly contactAt: Date | null
}

/** A region that was not heard for this long is out of reach. @see docs/sources/rooms.md#reach */
export const SILENT_MS = 30_000

export type ReachChange =
  | { readonly change: 'lost'; readonly region: string; readonly since: Date }
  | { readonly change: 'found'; readonly region: string; readonly at: Date }

/**
 * What changed since the open lines were written: regions that fell silent, since their last word, and regions heard again, or written
 * here by now. A region never heard of is not lost: there is no cell yet.
 * @param watchedSince silence counts from here on: while this cell did not run nobody listened
 */
export const reachChanges = (
  standings: readonly RoomStanding[],
  open: ReadonlySet<string>,
  watchedSince: Date,
  now: Date,
): readonly ReachChange[] =>
  standings.flatMap(({ origin, mayWrite, contactAt }): ReachChange[] => {
    if (mayWrite) return open.has(origin) ? [{ change: 'found', region: origin, at: now }] : []
    if (contactAt === null) return []
    const silentFor = (since: number) => now.getTime() - since > SILENT_MS
    const heard = contactAt.getTime()
    if (silentFor(Math.max(heard, watchedSince.getTime())) && !open.has(origin))
      return [{ change: 'lost', region: origin, since: contactAt }]
    return !silentFor(heard) && open.has(origin) ? [{ change: 'found', region: origin, at: contactAt }] : []
  })

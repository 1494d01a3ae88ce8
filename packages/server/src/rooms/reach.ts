/** How this cell stands with another, as the exchange says it. */
export interface RoomStanding {
  readonly origin: string
  /** This cell writes that region itself. */
  readonly mayWrite: boolean
  readonly contactAt: Date | null
}

/** A region that was not heard for this long is out of reach. @see docs/sources/rooms.md#reach */
export const SILENT_MS = 90_000

export type ReachChange =
  | { readonly change: 'lost'; readonly region: string; readonly since: Date }
  | { readonly change: 'found'; readonly region: string; readonly at: Date }

/**
 * What changed since the open lines were written: regions that fell silent, since their last word, and regions heard again. A region
 * never heard of is not lost: there is no cell yet.
 */
export const reachChanges = (
  standings: readonly RoomStanding[],
  open: ReadonlySet<string>,
  now: Date,
): readonly ReachChange[] =>
  standings.flatMap(({ origin, mayWrite, contactAt }): ReachChange[] => {
    if (mayWrite || contactAt === null) return []
    const silent = now.getTime() - contactAt.getTime() > SILENT_MS
    if (silent && !open.has(origin)) return [{ change: 'lost', region: origin, since: contactAt }]
    return !silent && open.has(origin) ? [{ change: 'found', region: origin, at: contactAt }] : []
  })

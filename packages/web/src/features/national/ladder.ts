import type { CellsView, CellView, RegionOverview } from '@dure/contract'

/** Where this cell stands on the ladder, the gravest first. */
export type Rung =
  | { readonly rung: 'stood-in'; readonly cells: readonly string[]; readonly since: string | null }
  | { readonly rung: 'recovering'; readonly cells: readonly string[]; readonly since: string | null }
  | {
      readonly rung: 'stopped' | 'only' | 'some' | 'relayed' | 'all'
      readonly cells: readonly string[]
      readonly since: string | null
    }

const oldest = (cells: readonly CellView[]): string | null =>
  cells.flatMap(({ cutSince }) => cutSince ?? []).sort()[0] ?? null

/** Undefined: this cell is the only one there is. */
export const rungOf = ({ self, state, stateSince, cells }: CellsView): Rung | undefined => {
  const others = cells.filter(({ cell }) => cell !== self)
  if (others.length === 0) return undefined
  const codes = (some: readonly CellView[]) => some.map(({ cell }) => cell)
  if (state === 'stood-in') {
    const writer = cells.find(({ cell }) => cell === self)?.writer
    return { rung: 'stood-in', cells: writer == null ? [] : [writer], since: stateSince }
  }
  if (state === 'recovering') return { rung: 'recovering', cells: [], since: stateSince }
  const stopped = others.filter(({ link }) => link === 'stopped')
  if (stopped.length > 0) return { rung: 'stopped', cells: codes(stopped), since: oldest(stopped) }
  const away = others.filter(({ link }) => link === 'cut' || link === 'never')
  if (away.length === others.length) return { rung: 'only', cells: codes(away), since: oldest(away) }
  if (away.length > 0) return { rung: 'some', cells: codes(away), since: oldest(away) }
  const relayed = others.filter(({ link }) => link === 'relayed')
  if (relayed.length > 0) return { rung: 'relayed', cells: codes(relayed), since: oldest(relayed) }
  return { rung: 'all', cells: codes(others), since: null }
}

/** Regions this cell writes for beside its own. */
export const stoodInFor = ({ self, writes }: CellsView): readonly string[] => writes.filter((code) => code !== self)

export const isDown = ({ link }: CellView): boolean => link === 'cut' || link === 'stopped'

/** A region's figures are taken as told for longer than its cell's link: one screen is not to call the same region both. */
export const agreeing = (regions: readonly RegionOverview[], cells: readonly CellView[]): RegionOverview[] => {
  const down = new Set(cells.filter(isDown).map(({ cell }) => cell))
  return regions.map((region) =>
    region.link === 'connected' && down.has(region.sido) ? { ...region, link: 'cut' } : region,
  )
}

import type { RegionOverview } from '@dure/contract'
import { type RegionFigures, regionFigures } from '../beds/index.ts'
import type { ExchangePort, Standing } from '../exchange/index.ts'
import { REGIONS, type Region } from '../facilities/index.ts'
import type { Deps } from '../platform/deps.ts'

/** Without a sign of life for this long a region counts as cut. Three times the longest pull. Own choice: docs/sources/beds.md. */
export const CUT_AFTER_MS = 60_000

const tenth = (minutes: number | null): number | null => (minutes === null ? null : Math.round(minutes * 10) / 10)

/** Every region as this cell knows it. Made of what was told and never asked for: it answers as fast when all others are away. */
export const overviewNow = async (
  { db, clock, config }: Pick<Deps, 'db' | 'clock' | 'config'>,
  exchange: ExchangePort,
): Promise<RegionOverview[]> => {
  const now = clock.now()
  const figures = new Map((await regionFigures(db, now)).map((one) => [one.sido, one]))
  const standings = new Map((await exchange.standings()).map((one) => [one.origin, one]))
  return REGIONS.map((region) =>
    toOverview(region, figures.get(region.code), standings.get(region.code), now, config.region),
  )
}

const toOverview = (
  { code, nameKo, nameEn }: Region,
  figures: RegionFigures | undefined,
  standing: Standing | undefined,
  now: Date,
  self: string,
): RegionOverview => ({
  sido: code,
  nameKo,
  nameEn,
  link: linkOf(code, standing, now, self),
  writer: standing?.writer ?? null,
  contactAt: standing?.contactAt?.toISOString() ?? null,
  toldAt: figures?.toldAt?.toISOString() ?? null,
  waiting: figures?.waiting ?? 0,
  oldestWaitingSince: figures?.oldest?.toISOString() ?? null,
  p50Min: tenth(figures?.p50 ?? null),
  p95Min: tenth(figures?.p95 ?? null),
  placed24h: figures?.placed ?? 0,
  byClass: [...(figures?.byClass ?? [])],
})

const linkOf = (code: string, standing: Standing | undefined, now: Date, self: string): RegionOverview['link'] => {
  if (standing === undefined) return 'never'
  if (standing.writer !== '' && standing.writer !== code) return 'stood_in'
  if (code === self) return 'own'
  if (standing.contactAt === null) return 'never'
  return now.getTime() - standing.contactAt.getTime() > CUT_AFTER_MS ? 'cut' : 'connected'
}

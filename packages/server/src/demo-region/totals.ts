import { CAPITAL_REGION, POPULATION, REGIONS, type Region } from '../facilities/index.ts'

/**
 * Published totals of the country, 30 June 2024. The demo shares them out by population, so that its sizes are real while its
 * hospitals are not.
 * @see docs/sources/facilities.md#demo-totals
 */
export const NATIONAL_TOTALS = {
  negativePressureBeds: 1_052,
  negativePressureBedsInCapitalRegion: 457,
  ventilators: 4_156,
  ecmo: 236,
  crrt: 562,
} as const

/** A province's share of the totals. */
export type RegionTotals = {
  readonly negativePressureBeds: number
  readonly ventilators: number
  readonly ecmo: number
  readonly crrt: number
}

export const totalsOf = (region: Region): RegionTotals => {
  const share = region.population / POPULATION
  return {
    negativePressureBeds: Math.round(negativePressureShare(region)),
    ventilators: Math.round(NATIONAL_TOTALS.ventilators * share),
    ecmo: Math.round(NATIONAL_TOTALS.ecmo * share),
    crrt: Math.round(NATIONAL_TOTALS.crrt * share),
  }
}

/** Within the capital region or outside it: the two halves of the country are published apart. */
const negativePressureShare = (region: Region): number => {
  const capital = CAPITAL_REGION.includes(region.code)
  const half = REGIONS.filter(({ code }) => CAPITAL_REGION.includes(code) === capital)
  const population = half.reduce((sum, one) => sum + one.population, 0)
  const { negativePressureBeds, negativePressureBedsInCapitalRegion: inCapital } = NATIONAL_TOTALS
  return ((capital ? inCapital : negativePressureBeds - inCapital) * region.population) / population
}

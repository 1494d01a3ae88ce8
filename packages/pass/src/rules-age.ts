import { DAY_MS } from './calendar.ts'
import type { AgeBand } from './rules-model.ts'
import { seoulDate, seoulDateToInstant } from './seoul-time.ts'

/** A birth date as documents give it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. */
const BORN = /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$/

/** First and last date a birth may have been, as texts that compare like dates. */
export type BirthRange = { readonly first: string; readonly last: string }

const ANY: BirthRange = { first: '0000-01-01', last: '9999-12-31' }

/** Nothing known, or nothing readable: any date. */
export const birthRange = (born: string | undefined): BirthRange => {
  const match = born === undefined ? null : BORN.exec(born)
  if (born === undefined || match === null) return ANY
  if (match[3] !== undefined) return { first: born, last: born }
  return match[2] === undefined
    ? { first: `${born}-01-01`, last: `${born}-12-31` }
    : { first: `${born}-01`, last: `${born}-31` }
}

const yearsBefore = (date: string, years: number): string =>
  `${String(Number(date.slice(0, 4)) - years).padStart(4, '0')}${date.slice(4)}`

const bandOf = (born: string, bands: readonly AgeBand[], today: string): string | undefined => {
  const holds = (band: AgeBand): boolean =>
    (band.bornFrom === undefined || born >= band.bornFrom) &&
    (band.bornUntil === undefined || born <= band.bornUntil) &&
    (band.ageBelow === undefined || born > yearsBefore(today, band.ageBelow))
  return bands.find(holds)?.band
}

/** A text right after every date equal to `date` and before the next one. */
const justAfter = (date: string): string => `${date}~`
const dayBefore = (date: string): string => {
  const at = seoulDateToInstant(date)
  return at === undefined ? date : seoulDate(at - DAY_MS)
}

/** All bands somebody born within `range` may belong to at `at`: one for a full date, more while the age is not known. */
export const possibleBands = (range: BirthRange, bands: readonly AgeBand[], at: number): readonly string[] => {
  const today = seoulDate(at)
  if (range.first === range.last) return [bandOf(range.first, bands, today) ?? '']
  const edges = bands.flatMap((band) => [
    ...(band.bornFrom === undefined ? [] : [dayBefore(band.bornFrom), band.bornFrom]),
    ...(band.bornUntil === undefined ? [] : [band.bornUntil, justAfter(band.bornUntil)]),
    ...(band.ageBelow === undefined
      ? []
      : [yearsBefore(today, band.ageBelow), justAfter(yearsBefore(today, band.ageBelow))]),
  ])
  const born = [range.first, range.last, ...edges.filter((edge) => edge >= range.first && edge <= range.last)]
  return [...new Set(born.map((date) => bandOf(date, bands, today) ?? ''))]
}

const birthday = (born: string, years: number): number | undefined => {
  const date = yearsBefore(born, -years)
  return seoulDateToInstant(date) ?? seoulDateToInstant(`${date.slice(0, 4)}-03-01`)
}

/** Seoul midnights at which somebody born within `range` may change band by growing older. */
export const ageInstants = (range: BirthRange, bands: readonly AgeBand[]): readonly number[] =>
  bands.flatMap((band) => {
    const years = band.ageBelow
    if (years === undefined) return []
    return [range.first, range.last].flatMap((born) => birthday(born, years) ?? [])
  })

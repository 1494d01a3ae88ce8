import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ageBand, type SheetRow, sheetBeds, sheetRows } from '../beds/index.ts'
import { freshnessOf, regionByCode } from '../facilities/index.ts'
import { hasRole, type Person } from '../platform/person.ts'
import { SHEET_EVERY_MS } from './channel-times.ts'
import type { Channels, HospitalLine } from './channels.service.ts'
import { type Sheet, type SheetBeds, type SheetPlace, type SheetRequest, sheetHtml } from './dark-sheet.ts'
import { SHEET_TEXT, type SheetLanguage } from './dark-sheet-words.ts'
import { placementPhone } from './numbers.sql.ts'
import { showPhone } from './phone-number.ts'

/** The region's placement desk, or a hospital by its id. */
type Desk = 'region' | string

const LANGUAGES = ['ko', 'en'] as const

/** Whose sheet this person gets. */
export const deskOfPerson = (person: Person): Desk =>
  hasRole(person, 'placement_desk', 'national_desk', 'desk_lead', 'admin', 'transport') || person.facilityId === null
    ? 'region'
    : person.facilityId

/** The newest sheet of a desk; one that is too old is made anew, and if that cannot be done the old one is better than none. */
export const sheetFor = async (channels: Channels, desk: Desk, language: SheetLanguage): Promise<string> => {
  const now = channels.clock.now()
  const [stored] = await channels.db.sql<{ made_at: Date; html: string }>(
    `select made_at, html from channels.dark_sheet where desk = $1 and language = $2`,
    [desk, language],
  )
  if (stored !== undefined && now.getTime() - stored.made_at.getTime() < SHEET_EVERY_MS) return stored.html
  const made = await gather(channels, now)
  return store(channels, made, desk, language, now)
}

interface Gathered {
  readonly rows: readonly SheetRow[]
  readonly beds: Awaited<ReturnType<typeof sheetBeds>>
  readonly hospitals: ReadonlyMap<string, HospitalLine>
  readonly deskPhone: string | null
}

const gather = async ({ db, region, hospitals }: Channels, _now: Date): Promise<Gathered> => {
  const phone = await placementPhone(db)
  return {
    rows: await sheetRows(db, region),
    beds: await sheetBeds(db),
    hospitals: await hospitals(),
    deskPhone: phone === null ? null : showPhone(phone),
  }
}

const store = async (
  { db, region }: Channels,
  gathered: Gathered,
  desk: Desk,
  language: SheetLanguage,
  now: Date,
): Promise<string> => {
  const html = sheetHtml(compose(gathered, region, desk, language, now), language)
  await db.sql(
    `insert into channels.dark_sheet (desk, language, made_at, html)
     values ($1, $2, $3, $4)
     on conflict (desk, language) do update set made_at = excluded.made_at, html = excluded.html`,
    [desk, language, now, html],
  )
  return html
}

const compose = (gathered: Gathered, region: string, desk: Desk, language: SheetLanguage, now: Date): Sheet => {
  const { rows, beds, hospitals, deskPhone } = gathered
  const t = SHEET_TEXT[language]
  const at = regionByCode(region)
  const regionName = (language === 'ko' ? at?.shortKo : at?.nameEn) ?? region
  const own = desk === 'region'
  const lineOf = (id: string): SheetPlace => ({
    name: hospitals.get(id)?.name ?? id,
    phone: hospitals.get(id)?.phone ?? null,
  })
  const shown = own ? rows : rows.filter((row) => concerns(row, desk))
  const byHospital = Map.groupBy(beds, ({ hospital_id }) => hospital_id)
  const listed = [...byHospital]
    .filter(([id]) => own || id === desk || shown.some((row) => hospitalsOf(row).includes(id)))
    .map(([id, places]) => ({
      ...lineOf(id),
      asOf: new Date(Math.min(...places.map(({ oldest_as_of }) => oldest_as_of.getTime()))),
      beds: places.map(({ bed_class, free, staffed, oldest_as_of }) => ({
        ...{ bedClass: bed_class, free, staffed },
        old: freshnessOf(bed_class, oldest_as_of, now) === 'expired',
      })),
    }))
    .sort((a, b) => freeOf(b) - freeOf(a) || (a.name < b.name ? -1 : 1))
  return {
    desk: own ? `${regionName} ${t.region}` : lineOf(desk).name,
    madeAt: now,
    requests: shown.map((row) => toSheetRequest(row, lineOf)),
    hospitals: listed,
    calls: [{ name: `${regionName} ${t.placement}`, phone: deskPhone }, ...(own ? [] : [lineOf(desk)])],
  }
}

/** What is too old to be believed does not put a hospital at the top. */
const freeOf = ({ beds }: { readonly beds: readonly SheetBeds[] }): number =>
  beds.reduce((sum, { free, old }) => sum + (old ? 0 : free), 0)

const hospitalsOf = (row: SheetRow): readonly string[] =>
  row.holding_hospital_id === null ? row.asked_hospital_ids : [row.holding_hospital_id]

/** A hospital's sheet has what it asked for and what it is asked or awaited for: no other patient, not even as a code. */
const concerns = (row: SheetRow, hospitalId: string): boolean =>
  row.owner_hospital_id === hospitalId || row.origin_hospital_id === hospitalId || hospitalsOf(row).includes(hospitalId)

const toSheetRequest = (row: SheetRow, lineOf: (id: string) => SheetPlace): SheetRequest => ({
  code: row.code,
  ageBand: ageBand(row.age_years),
  severity: row.severity,
  bedClass: row.requested_class,
  isolation: row.isolation_need,
  oxygen: row.oxygen,
  needs: row.needs,
  state: row.state,
  waitingSince: row.waiting_since,
  from:
    row.origin_hospital_id === null && row.owner_hospital_id === null
      ? null
      : lineOf(row.origin_hospital_id ?? row.owner_hospital_id ?? ''),
  hospitals: hospitalsOf(row).map(lineOf),
})

/**
 * Makes every sheet anew: the region's, and those of the hospitals that have asked for theirs before. The region's is also
 * written into the data folder, from which it can be printed when not even the database answers.
 */
export const makeSheets = async (channels: Channels, dataDir: string): Promise<number> => {
  const now = channels.clock.now()
  const known = await channels.db.sql<{ desk: string }>(
    `select distinct desk from channels.dark_sheet where desk <> 'region' order by desk`,
  )
  const gathered = await gather(channels, now)
  let made = 0
  for (const desk of ['region', ...known.map((row) => row.desk)])
    for (const language of LANGUAGES) {
      const html = await store(channels, gathered, desk, language, now)
      if (desk === 'region') await writeSheet(dataDir, language, html)
      made += 1
    }
  return made
}

/** Whole or not at all: a printer may be reading the one before. */
const writeSheet = async (dataDir: string, language: SheetLanguage, html: string): Promise<void> => {
  const folder = join(dataDir, 'dark-sheet')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `region.${language}.html`)
  await writeFile(`${file}.new`, html, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

import {
  type Duty,
  err,
  type OnCallAnswer,
  type OnCallEntry,
  ok,
  type Rank,
  type Refusal,
  type Result,
  type RosterPlace,
  type RosterWarning,
  type ShiftView,
  SIDO_CODES,
} from '@dure/contract'
import { type Directory, regionByCode } from '../facilities/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db, Queries } from '../platform/db.ts'
import type { Ids } from '../platform/ids.ts'
import { hasRole, type Person } from '../platform/person.ts'
import { holidaysBetween } from './holidays.service.ts'
import { findingsOf, nextAfter, onCallAt, type Shift } from './roster.ts'
import { keepsRoster, placesWithRoster, type ShiftRow, shiftsOf } from './rosters.sql.ts'
import { kindOfDay, seoulDay } from './seoul.ts'

/** Something open that whoever goes off duty hands on. */
export interface OpenItem {
  readonly kind: 'request' | 'acknowledgement'
  readonly id: string
  readonly code: string | null
  readonly state: string | null
  readonly since: string | null
  readonly text: string
}

/** Lists what is open at a place for whoever is on call there. Slices that have such things add theirs. */
export type OpenList = (person: Person, place: RosterPlace) => Promise<readonly OpenItem[]>

/** What the slice stands on. */
export interface Rosters {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  /** Region code of this cell. */
  readonly region: string
  readonly directory: Directory
  readonly openLists: OpenList[]
}

export type RosterProblem = 'invalid-input' | 'not-found' | 'not-allowed' | 'conflict' | 'wrong-state'
export type RosterResult<T> = Result<T, Refusal<RosterProblem>>

export const refuse = (code: RosterProblem, detail: string, pointer?: string) =>
  err({ code, detail, ...(pointer === undefined ? {} : { pointer }) })

/** A shift reaches at most this far beyond its beginning: shift_at_most_three_days. */
export const LONGEST_SHIFT_MS = 72 * 3_600_000
/** How far ahead gaps are warned of: docs/sources/rooms.md#roster. */
export const WARNED_HOURS = 72
/** How far ahead the next shift is looked for when nobody is on call. */
const NEXT_WITHIN_MS = 7 * 86_400_000
const NATION = '00'

/** The place's name, if there is such a place. */
export const nameOfPlace = async (rosters: Rosters, { kind, id }: RosterPlace): Promise<string | undefined> => {
  if (kind === 'hospital') return (await rosters.directory.current()).byId.get(id)?.name
  if (id === NATION) return '중앙상황실'
  const known = SIDO_CODES.some((code) => code === id)
  return known ? `${regionByCode(id)?.nameKo ?? id} 병상배정반` : undefined
}

/** Who keeps the roster of a place: its own desk, and for the whole region the people who run the cell. */
export const mayEdit = (person: Person, { kind, id }: RosterPlace, region: string): boolean => {
  if (hasRole(person, 'admin') && (kind === 'hospital' || id === region)) return true
  if (kind === 'hospital') return hasRole(person, 'hospital_desk') && person.facilityId === id
  return id === NATION ? hasRole(person, 'national_desk') : hasRole(person, 'placement_desk') && person.region === id
}

const toShift = (row: ShiftRow): Shift & { readonly row: ShiftRow } => ({
  id: row.id,
  duty: row.duty,
  rank: row.rank,
  who: row.person_id ?? row.name,
  startMs: row.starts_at.getTime(),
  endMs: row.ends_at.getTime(),
  row,
})

export const toEntry = (row: ShiftRow): OnCallEntry => ({
  shiftId: row.id,
  rank: row.rank,
  personId: row.person_id,
  name: row.name,
  phone: row.phone,
  startsAt: row.starts_at.toISOString(),
  endsAt: row.ends_at.toISOString(),
})

export const toShiftView = (row: ShiftRow, person: Person, region: string, now: Date): ShiftView => {
  const own = row.person_id === person.id
  const edits = mayEdit(person, placeOf(row), region)
  const open = row.state === 'planned' && row.ends_at > now
  const allowed = [
    ...(open && edits ? (['cancel'] as const) : []),
    ...(open && row.person_id !== null && (own || edits) ? (['propose_swap'] as const) : []),
    ...(row.state === 'planned' && own && row.starts_at <= now ? (['hand_over'] as const) : []),
  ]
  const { shiftId, ...entry } = toEntry(row)
  const { duty, state, version } = row
  return { id: shiftId, place: placeOf(row), duty, state, version, allowed, ...entry }
}

export const placeOf = (row: Pick<ShiftRow, 'place_kind' | 'place_id'>): RosterPlace => ({
  kind: row.place_kind,
  id: row.place_id,
})

// ---------------------------------------------------------------- who is on call

/** On call for a duty at a time, by rank. Also for other slices: mentions and escalation go by it. */
export const onCallRows = async (
  db: Queries,
  place: RosterPlace,
  duty: Duty,
  at: Date,
  rank?: Rank,
): Promise<ShiftRow[]> => {
  const rows = await shiftsOf(db, place, at, new Date(at.getTime() + 1), duty)
  return onCallAt(rows.map(toShift), at.getTime())
    .map(({ row }) => row)
    .filter((row) => rank === undefined || row.rank === rank)
}

/** The question of 3 a.m., answered; when nobody is on call it says so, and what to do. */
export const whoIsOnCall = async (
  rosters: Rosters,
  place: RosterPlace,
  duty: Duty,
  at: Date,
): Promise<RosterResult<OnCallAnswer>> => {
  const placeName = await nameOfPlace(rosters, place)
  if (placeName === undefined) return refuse('not-found', 'no such hospital or desk', '/query/placeId')
  const rows = await onCallRows(rosters.db, place, duty, at)
  const answer = { place, placeName, duty, at: at.toISOString(), onCall: rows.map(toEntry) }
  if (rows.some(({ rank }) => rank === 'on_call')) return ok({ ...answer, gap: null, advice: [] })
  const kept = rows.length > 0 || (await keepsRoster(rosters.db, place, duty))
  const advice = await adviceFor(rosters, place, duty, at, rows)
  return ok({ ...answer, gap: kept ? 'none' : 'no_roster', advice })
}

type Advice = OnCallAnswer['advice'][number]

/** In the order to be tried: who stands behind, who begins next, the hospital's desk and switchboard, the region's desk. */
const adviceFor = async (
  rosters: Rosters,
  place: RosterPlace,
  duty: Duty,
  at: Date,
  rows: readonly ShiftRow[],
): Promise<Advice[]> => {
  const behind = rows.map(
    ({ rank, name, phone }): Advice => ({ advice: rank === 'lead' ? 'desk_lead' : 'second', name, phone, from: null }),
  )
  const later = await shiftsOf(rosters.db, place, at, new Date(at.getTime() + NEXT_WITHIN_MS), duty)
  const next = nextAfter(later.filter(({ rank }) => rank === 'on_call').map(toShift), at.getTime())?.row
  const beginning: Advice[] =
    next === undefined
      ? []
      : [{ advice: 'next_shift', name: next.name, phone: next.phone, from: next.starts_at.toISOString() }]
  return [
    ...behind,
    ...beginning,
    ...(await hospitalAdvice(rosters, place, duty, at)),
    ...(await deskAdvice(rosters, place, duty, at)),
  ]
}

const hospitalAdvice = async (rosters: Rosters, place: RosterPlace, duty: Duty, at: Date): Promise<Advice[]> => {
  if (place.kind !== 'hospital') return []
  const desk = duty === 'bed_desk' ? [] : await onCallRows(rosters.db, place, 'bed_desk', at)
  const hospital = (await rosters.directory.current()).byId.get(place.id)
  const line = hospital?.erPhone ?? hospital?.phone ?? null
  return [
    ...desk.slice(0, 1).map(({ name, phone }): Advice => ({ advice: 'bed_desk', name, phone, from: null })),
    ...(hospital === undefined
      ? []
      : [{ advice: 'hospital_phone' as const, name: hospital.name, phone: line, from: null }]),
  ]
}

const deskAdvice = async (rosters: Rosters, place: RosterPlace, duty: Duty, at: Date): Promise<Advice[]> => {
  const { region } = rosters
  if (place.kind === 'desk' && place.id === region && duty === 'placement') return []
  const desk = { kind: 'desk' as const, id: region }
  const [first] = await onCallRows(rosters.db, desk, 'placement', at)
  const name = first?.name ?? (await nameOfPlace(rosters, desk)) ?? region
  return [{ advice: 'placement_desk', name, phone: first?.phone ?? null, from: null }]
}

// ---------------------------------------------------------------- warnings

/** What is wrong with a place's roster in a window. A duty is missed once the place has planned it within the week before. */
export const warningsOf = async (
  rosters: Rosters,
  place: RosterPlace,
  from: Date,
  to: Date,
): Promise<RosterWarning[]> => {
  const placeName = (await nameOfPlace(rosters, place)) ?? place.id
  const rows = await shiftsOf(rosters.db, place, new Date(from.getTime() - NEXT_WITHIN_MS), to)
  const window = { startMs: from.getTime(), endMs: to.getTime() }
  const holidays = await holidaysBetween(window.startMs, window.endMs)
  return findingsOf(rows.map(toShift), window).map(({ warning, duty, rank, startMs, endMs }) => {
    const day = seoulDay(startMs)
    return {
      place,
      placeName,
      warning,
      duty: duty as Duty,
      rank,
      from: new Date(startMs).toISOString(),
      to: new Date(endMs).toISOString(),
      day,
      holiday: holidays.get(day)?.join(', ') ?? null,
    }
  })
}

/** Of every place the person looks after: the own hospital, the own desk, and for a placement desk its region's hospitals. */
export const warningsFor = async (rosters: Rosters, person: Person, now: Date): Promise<RosterWarning[]> => {
  const wholeRegion = hasRole(person, 'placement_desk', 'admin')
  const places = await placesWithRoster(rosters.db, person.region, person.facilityId, wholeRegion)
  const to = new Date(now.getTime() + WARNED_HOURS * 3_600_000)
  const all = await Promise.all(places.map((place) => warningsOf(rosters, place, now, to)))
  return all.flat().sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
}

/** Days of a window that are not ordinary working days. */
export const daysOff = async (from: Date, to: Date, days: readonly string[]) => {
  const holidays = await holidaysBetween(from.getTime(), to.getTime())
  return days.flatMap((day) => {
    const kind = kindOfDay(day, holidays)
    return kind === 'working_day' ? [] : [{ day, kind, name: holidays.get(day)?.join(', ') ?? null }]
  })
}

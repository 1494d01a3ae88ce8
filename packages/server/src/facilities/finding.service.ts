import type { HospitalRow, HospitalView, StopView } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import { answerAt } from './answers.ts'
import { writePlace } from './cursor.ts'
import type { Directory } from './directory.service.ts'
import { type HospitalSearch, hospitalDetail, searchHospitals, statedAnswers, statedCounts } from './search.sql.ts'
import { NEMC_ANSWER_USABLE_H } from './staleness.ts'
import { stopsAt } from './statement.sql.ts'
import type { ToldHospital } from './types.ts'
import {
  toAnswerView,
  toCountView,
  toDetailView,
  toldAnswers,
  toldStops,
  toRowView,
  toStopView,
  toToldView,
} from './views.ts'

/** Hospitals as people look for them: those of our own tables, and those of other regions as their logs tell them. */

interface Known {
  readonly db: Queries
  readonly directory: Directory
}

export type Ask = Omit<HospitalSearch, 'answersSince' | 'now' | keyof Elsewhere>

/** What other regions tell, as far as it matters to a search. */
type Elsewhere = Pick<HospitalSearch, 'told' | 'toldYes' | 'toldOtherwise'>

/** A page of at most `limit`, and where the next one begins. */
export const findHospitals = async (
  { db, directory }: Known,
  ask: Ask,
  now: Date,
): Promise<{ readonly hospitals: HospitalRow[]; readonly nextCursor: string | null }> => {
  const elsewhere = await directory.elsewhere()
  const found = await searchHospitals(db, {
    ...ask,
    ...tellingOf(elsewhere, (await directory.current()).byId, ask, now),
    answersSince: new Date(now.getTime() - NEMC_ANSWER_USABLE_H * 3_600_000),
    now,
    limit: ask.limit + 1,
  })
  const page = found.slice(0, ask.limit)
  const last = page.at(-1)
  const stops = await stopsOf(
    db,
    page.map(({ id }) => id),
    elsewhere,
    now,
  )
  return {
    hospitals: page.map((row) => toRowView(row, stops(row.id))),
    nextCursor: found.length > ask.limit && last !== undefined ? writePlace(last) : null,
  }
}

/** Undefined: nobody knows of such a hospital. */
export const describeHospital = async (
  { db, directory }: Known,
  id: string,
  now: Date,
): Promise<HospitalView | undefined> => {
  const [hospital, elsewhere] = [await hospitalDetail(db, id), await directory.elsewhere()]
  const told = elsewhere.find((one) => one.id === id)
  if (hospital === undefined) return told && toToldView(told, now)
  const [answers, counts] = [await statedAnswers(db, id), await statedCounts(db, id)]
  const own = told === undefined ? [] : toldAnswers(told, now).filter(({ source }) => source === 'hospital')
  return {
    ...toDetailView(hospital),
    stops: (await stopsOf(db, [id], elsewhere, now))(id),
    capabilities: [...answers.map((answer) => toAnswerView(answer, now)), ...own],
    bedCounts: counts.map((count) => toCountView(count, now)),
  }
}

/** A hospital's own word is kept where it speaks: in our tables, or in the log of its region. */
const stopsOf = async (db: Queries, ids: readonly string[], elsewhere: readonly ToldHospital[], now: Date) => {
  const ours = Map.groupBy(await stopsAt(db, ids, now), ({ hospitalId }) => hospitalId)
  const theirs = new Map<string, ToldHospital>(elsewhere.map((one) => [one.id, one]))
  return (id: string): StopView[] => {
    const told = theirs.get(id)
    return told === undefined ? (ours.get(id) ?? []).map((stop) => toStopView(stop, now)) : toldStops(told, now)
  }
}

/** Of a hospital that stands in our tables too, what its region tells of it decides; the others are found as they are told. */
const tellingOf = (
  elsewhere: readonly ToldHospital[],
  ours: ReadonlyMap<string, unknown>,
  { sido, capability, bedClass }: Ask,
  now: Date,
): Elsewhere => {
  const isYes = (one: ToldHospital) => capability === undefined || answerAt(one, capability, now) === 'yes'
  const ofRegion = elsewhere.filter(({ sidoCode }) => sido === undefined || sidoCode === sido)
  const shared = capability === undefined ? [] : ofRegion.filter(({ id }) => ours.has(id))
  const idsOf = (all: readonly ToldHospital[]) => all.map(({ id }) => id)
  return {
    // No region tells of reported beds.
    told: bedClass === undefined ? ofRegion.filter((one) => !ours.has(one.id) && isYes(one)) : [],
    toldYes: idsOf(shared.filter(isYes)),
    toldOtherwise: idsOf(shared.filter((one) => !isYes(one))),
  }
}

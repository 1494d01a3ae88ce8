import { type BodyOf, ok, rosterEndpoints } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { type Http, serve } from '../platform/http.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { acknowledgeHandover, handOver, listHandovers } from './handovers.service.ts'
import { holidaysOfYear } from './holidays.service.ts'
import {
  daysOff,
  LONGEST_SHIFT_MS,
  mayEdit,
  nameOfPlace,
  placeOf,
  type RosterResult,
  type Rosters,
  refuse,
  toShiftView,
  WARNED_HOURS,
  warningsFor,
  warningsOf,
  whoIsOnCall,
} from './rosters.service.ts'
import { addShiftEvent, insertShift, lockShifts, type ShiftRow, saveShift, shiftsOf } from './rosters.sql.ts'
import { DAY_MS, daysBetween } from './seoul.ts'
import { answerSwap, listSwaps, proposeSwap } from './swaps.service.ts'

export const registerRosterRoutes = (http: Http, rosters: Rosters): void => {
  const route = serve(http)
  const e = rosterEndpoints
  const { region } = rosters

  route(e.onCall, ({ query, now }) =>
    whoIsOnCall(
      rosters,
      { kind: query.placeKind, id: query.placeId },
      query.duty,
      query.at === undefined ? now : new Date(query.at),
    ),
  )

  route(e.getRoster, async ({ person, query, now }) => {
    const place = { kind: query.placeKind, id: query.placeId }
    const placeName = await nameOfPlace(rosters, place)
    if (placeName === undefined) return refuse('not-found', 'no such hospital or desk', '/query/placeId')
    const from = query.from === undefined ? now : new Date(query.from)
    const to = new Date(from.getTime() + query.days * DAY_MS)
    const rows = await shiftsOf(rosters.db, place, from, to)
    return ok({
      place,
      placeName,
      from: from.toISOString(),
      to: to.toISOString(),
      shifts: rows.map((row) => toShiftView(row, person, region, now)),
      warnings: await warningsOf(rosters, place, from, to),
      days: await daysOff(from, to, daysBetween(from.getTime(), to.getTime())),
      mayEdit: mayEdit(person, place, region),
    })
  })

  route(e.addShift, async ({ person, body, now }) => {
    const added = await addShift(rosters, person, body, now)
    return added.ok ? ok(toShiftView(added.value, person, region, now)) : added
  })

  route(e.cancelShift, async ({ person, params, body, now }) => {
    const cancelled = await cancelShift(rosters, person, params.id, body, now)
    return cancelled.ok ? ok(toShiftView(cancelled.value, person, region, now)) : cancelled
  })

  route(e.rosterWarnings, async ({ person, now }) =>
    ok({ at: now.toISOString(), hours: WARNED_HOURS, warnings: await warningsFor(rosters, person, now) }),
  )

  route(e.proposeSwap, ({ person, body, now }) => proposeSwap(rosters, person, body, now))
  route(e.answerSwap, ({ person, params, body, now }) => answerSwap(rosters, person, params.id, body.answer, now))
  route(e.listSwaps, async ({ person, now }) => ok({ swaps: await listSwaps(rosters, person, now) }))

  route(e.handOver, ({ person, body, now }) => handOver(rosters, person, body, now))
  route(e.listHandovers, async ({ person, now }) => ok({ handovers: await listHandovers(rosters, person, now) }))
  route(e.acknowledgeHandover, ({ person, params, now }) => acknowledgeHandover(rosters, person, params.id, now))

  route(e.holidays, async ({ query: { year } }) => {
    const list = await holidaysOfYear(year)
    const days = [...(list ?? [])].map(([day, names]) => ({ day, names: [...names] }))
    return ok({ year, known: list !== undefined, days: days.sort((a, b) => (a.day < b.day ? -1 : 1)) })
  })
}

const addShift = async (
  rosters: Rosters,
  person: Person,
  body: BodyOf<typeof rosterEndpoints.addShift>,
  now: Date,
): Promise<RosterResult<ShiftRow>> => {
  const { place, duty, rank, personId, name, phone } = body
  if ((await nameOfPlace(rosters, place)) === undefined)
    return refuse('not-found', 'no such hospital or desk', '/body/place/id')
  if (!mayEdit(person, place, rosters.region)) return refuse('not-allowed', 'another place keeps this roster')
  const [startsAt, endsAt] = [new Date(body.startsAt), new Date(body.endsAt)]
  const lengthMs = endsAt.getTime() - startsAt.getTime()
  if (lengthMs <= 0 || lengthMs > LONGEST_SHIFT_MS)
    return refuse('invalid-input', 'a shift ends after it begins, within three days', '/body/endsAt')
  return rosters.db.tx(async (tx) => {
    if (personId !== null) {
      const [found] = await tx.sql<{ facility_id: string | null }>(
        `select facility_id from platform.person where id = $1 and disabled_at is null`,
        [personId],
      )
      if (found === undefined) return refuse('not-found', 'no such person', '/body/personId')
      if (place.kind === 'hospital' && found.facility_id !== place.id)
        return refuse('invalid-input', 'somebody of another hospital', '/body/personId')
    }
    const shift = {
      id: rosters.ids.next(),
      place_kind: place.kind,
      place_id: place.id,
      duty,
      rank,
      person_id: personId,
      name,
      phone,
      starts_at: startsAt,
      ends_at: endsAt,
    }
    const row = await insertShift(tx, shift, person, now)
    await tellRoster(tx, row, now)
    return ok(row)
  })
}

const cancelShift = (
  rosters: Rosters,
  person: Person,
  id: string,
  { version, why }: BodyOf<typeof rosterEndpoints.cancelShift>,
  now: Date,
): Promise<RosterResult<ShiftRow>> =>
  rosters.db.tx(async (tx) => {
    const [row] = await lockShifts(tx, [id])
    if (row === undefined) return refuse('not-found', 'no such shift', '/params/id')
    if (!mayEdit(person, placeOf(row), rosters.region)) return refuse('not-allowed', 'another place keeps this roster')
    if (row.state !== 'planned') return refuse('wrong-state', 'the shift is off the roster already')
    if (row.version !== version)
      return refuse('conflict', `changed meanwhile; it is at version ${row.version}`, '/body/version')
    const saved = await saveShift(tx, row, { state: 'cancelled' }, person, now)
    await addShiftEvent(tx, id, 'cancelled', person, { why }, now)
    await tellRoster(tx, row, now)
    return ok(saved)
  })

const tellRoster = (tx: Tx, row: ShiftRow, now: Date): Promise<void> =>
  appendOp(tx, {
    kind: 'roster-changed',
    subject: row.place_id,
    body: { placeKind: row.place_kind, placeId: row.place_id, duty: row.duty },
    audience: {
      roles: ['placement_desk'],
      ...(row.place_kind === 'hospital' ? { facilities: [row.place_id] } : {}),
      ...(row.person_id === null ? {} : { people: [row.person_id] }),
    },
    at: now,
  })

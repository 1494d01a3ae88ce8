import { type BodyOf, type HandoverView, ok, type rosterEndpoints } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { nextAfter } from './roster.ts'
import { type OpenItem, placeOf, type RosterResult, type Rosters, refuse } from './rosters.service.ts'
import { addShiftEvent, type ShiftRow, shiftById, shiftsOf } from './rosters.sql.ts'

interface HandoverRow {
  readonly id: string
  readonly place_kind: HandoverView['place']['kind']
  readonly place_id: string
  readonly duty: HandoverView['duty']
  readonly from_person: string
  readonly from_name: string
  readonly to_person: string | null
  readonly to_name: string | null
  readonly at: Date
  readonly items: HandoverView['items']
  readonly note: string | null
  readonly acknowledged_at: Date | null
  readonly acknowledged_by: string | null
  readonly acknowledged_by_name: string | null
  readonly may_take: boolean
}

/** Whom it was handed to takes it over ($1, now is $2); without one, anybody who is on call for the duty at the place. */
const MAY_TAKE = `(h.from_person <> $1
        and (h.to_person = $1
             or (h.to_person is null
                 and exists (select from rosters.shift s
                              where s.place_kind = h.place_kind
                                and s.place_id = h.place_id
                                and s.duty = h.duty
                                and s.person_id = $1
                                and s.state = 'planned'
                                and s.starts_at <= $2
                                and s.ends_at > $2))))`

const SELECT = `select h.id, h.place_kind, h.place_id, h.duty, h.from_person, h.from_name, h.to_person, h.to_name, h.at, h.items,
       h.note, h.acknowledged_at, h.acknowledged_by, h.acknowledged_by_name, ${MAY_TAKE} as may_take
  from rosters.handover h`

/** Who goes off duty hands over what is open: the list is made here, not remembered by anybody. */
export const handOver = async (
  rosters: Rosters,
  person: Person,
  ask: BodyOf<typeof rosterEndpoints.handOver>,
  now: Date,
): Promise<RosterResult<HandoverView>> => {
  const shift = await shiftById(rosters.db, ask.shiftId)
  if (shift === undefined || shift.state !== 'planned') return refuse('not-found', 'no such shift', '/body/shiftId')
  if (shift.person_id !== person.id) return refuse('not-allowed', 'a shift is handed over by whoever has it')
  if (shift.starts_at > now) return refuse('wrong-state', 'the shift has not begun', '/body/shiftId')
  const items = await openItems(rosters, person, shift)
  return rosters.db.tx(async (tx) => {
    const to = await successor(tx, shift, ask.toPersonId, now)
    if (!to.ok) return to
    const id = rosters.ids.next()
    await tx.sql(
      `insert into rosters.handover
         (id, shift_id, place_kind, place_id, duty, from_person, from_name, to_person, to_name, at, items, note)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        id,
        shift.id,
        shift.place_kind,
        shift.place_id,
        shift.duty,
        person.id,
        person.name,
        to.value.id,
        to.value.name,
        now,
        JSON.stringify(items),
        ask.note,
      ],
    )
    await addShiftEvent(tx, shift.id, 'handed_over', person, { handoverId: id, to: to.value.id }, now)
    const told = to.value.id === null ? await onCallNow(tx, shift, now) : [to.value.id]
    await tell(tx, id, 'handover-made', [person.id, ...told], now)
    return one(tx, person, id, now)
  })
}

const openItems = async (rosters: Rosters, person: Person, shift: ShiftRow): Promise<readonly OpenItem[]> => {
  const items: OpenItem[] = []
  // One after the other: within a transaction there is one connection.
  for (const list of rosters.openLists) items.push(...(await list(person, placeOf(shift))))
  return items
}

interface Successor {
  readonly id: string | null
  readonly name: string | null
}

/** Whoever is named, else whoever is on call next for the same duty and rank; nobody is a true answer too. */
const successor = async (
  tx: Tx,
  shift: ShiftRow,
  named: string | null,
  now: Date,
): Promise<RosterResult<Successor>> => {
  if (named !== null) {
    const [found] = await tx.sql<{ name: string }>(
      `select name from platform.person where id = $1 and disabled_at is null`,
      [named],
    )
    if (found === undefined) return refuse('not-found', 'no such person', '/body/toPersonId')
    if (named === shift.person_id) return refuse('invalid-input', 'handed over to oneself', '/body/toPersonId')
    return ok({ id: named, name: found.name })
  }
  const later = await shiftsOf(tx, placeOf(shift), now, new Date(now.getTime() + LOOK_AHEAD_MS), shift.duty)
  const others = later.filter(({ rank, person_id }) => rank === shift.rank && person_id !== shift.person_id)
  const next = nextAfter(
    others.map((row) => ({
      id: row.id,
      duty: row.duty,
      rank: row.rank,
      who: row.person_id ?? row.name,
      startMs: row.starts_at.getTime(),
      endMs: row.ends_at.getTime(),
      row,
    })),
    shift.starts_at.getTime(),
  )?.row
  return ok({ id: next?.person_id ?? null, name: next?.name ?? null })
}
const LOOK_AHEAD_MS = 24 * 3_600_000

/** With nobody to hand over to, whoever else is on call is told that it waits. */
const onCallNow = async (tx: Tx, shift: ShiftRow, now: Date): Promise<readonly (string | null)[]> =>
  (await shiftsOf(tx, placeOf(shift), now, new Date(now.getTime() + 1), shift.duty)).map(({ person_id }) => person_id)

const tell = (tx: Tx, id: string, kind: string, people: readonly (string | null)[], now: Date): Promise<void> =>
  appendOp(tx, {
    kind,
    subject: id,
    body: { handoverId: id },
    audience: { people: people.filter((one) => one !== null) },
    at: now,
  })

/** Taken over once. */
export const acknowledgeHandover = (
  rosters: Rosters,
  person: Person,
  id: string,
  now: Date,
): Promise<RosterResult<HandoverView>> =>
  rosters.db.tx(async (tx) => {
    const [row] = await tx.sql<HandoverRow>(`${SELECT} where h.id = $3 for update of h`, [person.id, now, id])
    if (row === undefined || !(row.may_take || row.acknowledged_by === person.id))
      return refuse('not-found', 'no such handover to you', '/params/id')
    if (row.acknowledged_at !== null)
      return row.acknowledged_by === person.id
        ? ok(toView(row))
        : refuse('wrong-state', `taken over by ${row.acknowledged_by_name} already`)
    await tx.sql(
      `update rosters.handover set acknowledged_at = $2, acknowledged_by = $3, acknowledged_by_name = $4 where id = $1`,
      [id, now, person.id, person.name],
    )
    await tell(tx, id, 'handover-acknowledged', [row.from_person, person.id], now)
    return one(tx, person, id, now)
  })

export const listHandovers = async (rosters: Rosters, person: Person, now: Date): Promise<HandoverView[]> => {
  const rows = await rosters.db.sql<HandoverRow>(
    `${SELECT}
      where h.from_person = $1
         or h.to_person = $1
         or (h.to_person is null and (h.acknowledged_by = $1 or (h.acknowledged_at is null and ${MAY_TAKE})))
      order by h.at desc, h.id
      limit 100`,
    [person.id, now],
  )
  return rows.map((row) => toView(row))
}

const one = async (db: Queries, person: Person, id: string, now: Date): Promise<RosterResult<HandoverView>> => {
  const [row] = await db.sql<HandoverRow>(`${SELECT} where h.id = $3`, [person.id, now, id])
  return row === undefined ? refuse('not-found', 'no such handover', '/params/id') : ok(toView(row))
}

const toView = (row: HandoverRow): HandoverView => ({
  id: row.id,
  place: { kind: row.place_kind, id: row.place_id },
  duty: row.duty,
  fromName: row.from_name,
  fromPersonId: row.from_person,
  toName: row.to_name,
  toPersonId: row.to_person,
  at: row.at.toISOString(),
  items: row.items,
  note: row.note,
  acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
  acknowledgedBy: row.acknowledged_by_name,
  mine: row.acknowledged_at === null && row.may_take,
})

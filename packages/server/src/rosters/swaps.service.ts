import { type BodyOf, ok, type rosterEndpoints, type SwapView } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { mayEdit, placeOf, type RosterResult, type Rosters, refuse, toShiftView } from './rosters.service.ts'
import { addShiftEvent, lockShifts, type ShiftRow, saveShift, shiftById } from './rosters.sql.ts'

/** A swap needs the consent of both; who proposes their own has given it by proposing. */

interface SwapRow {
  readonly id: string
  readonly gives: string
  readonly takes: string | null
  readonly from_person: string
  readonly to_person: string
  readonly proposed_at: Date
  readonly proposed_by: string
  readonly proposed_by_name: string
  readonly note: string | null
  readonly state: SwapView['state']
  readonly from_agreed_at: Date | null
  readonly to_agreed_at: Date | null
  readonly gives_version: number
  readonly takes_version: number | null
  readonly from_name: string | null
  readonly to_name: string | null
}

const SELECT = `select w.id, w.gives, w.takes, w.from_person, w.to_person, w.proposed_at, w.proposed_by, w.proposed_by_name,
       w.note, w.state, w.from_agreed_at, w.to_agreed_at, w.gives_version, w.takes_version,
       (select p.name from platform.person p where p.id = w.from_person) as from_name,
       (select p.name from platform.person p where p.id = w.to_person) as to_name
  from rosters.swap w`

const nameOfPerson = async (db: Queries, id: string): Promise<string | undefined> =>
  (await db.sql<{ name: string }>(`select name from platform.person where id = $1 and disabled_at is null`, [id]))[0]
    ?.name

type Proposal = BodyOf<typeof rosterEndpoints.proposeSwap>

export const proposeSwap = (
  rosters: Rosters,
  person: Person,
  proposal: Proposal,
  now: Date,
): Promise<RosterResult<SwapView>> =>
  rosters.db.tx(async (tx) => {
    const ids = [proposal.givesShiftId, proposal.takesShiftId].filter((id) => id !== null)
    const locked = await lockShifts(tx, ids)
    const gives = locked.find(({ id }) => id === proposal.givesShiftId)
    const takes = locked.find(({ id }) => id === proposal.takesShiftId) ?? null
    const parties = partiesOf(gives, takes, proposal)
    if (!parties.ok) return parties
    const { from, to, given } = parties.value
    if (person.id !== from && !mayEdit(person, placeOf(given), rosters.region))
      return refuse('not-allowed', 'a shift is given away by whoever has it, or by who keeps the roster')
    if (given.ends_at <= now || (takes !== null && takes.ends_at <= now))
      return refuse('wrong-state', 'the shift is over', '/body/givesShiftId')
    if ((await nameOfPerson(tx, to)) === undefined) return refuse('not-found', 'no such person', '/body/toPersonId')
    const id = rosters.ids.next()
    const opened = await tx.sql(
      `insert into rosters.swap
         (id, gives, takes, from_person, to_person, proposed_at, proposed_by, proposed_by_name, note,
          from_agreed_at, to_agreed_at, gives_version, takes_version)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           on conflict (gives) where state = 'proposed' do nothing
       returning id`,
      [
        id,
        given.id,
        takes?.id ?? null,
        from,
        to,
        now,
        person.id,
        person.name,
        proposal.note,
        person.id === from ? now : null,
        person.id === to ? now : null,
        given.version,
        takes?.version ?? null,
      ],
    )
    if (opened.length === 0) return refuse('conflict', 'a swap of this shift is proposed already', '/body/givesShiftId')
    await tell(tx, id, 'proposed', [from, to], now)
    return view(rosters, tx, person, id, now)
  })

interface Parties {
  readonly given: ShiftRow
  readonly from: string
  readonly to: string
}

const partiesOf = (gives: ShiftRow | undefined, takes: ShiftRow | null, proposal: Proposal): RosterResult<Parties> => {
  if (gives === undefined || gives.state !== 'planned')
    return refuse('not-found', 'no such shift', '/body/givesShiftId')
  if (proposal.takesShiftId !== null && (takes === null || takes.state !== 'planned' || takes.id === gives.id))
    return refuse('not-found', 'no such shift to take in return', '/body/takesShiftId')
  if (takes !== null && (takes.place_kind !== gives.place_kind || takes.place_id !== gives.place_id))
    return refuse('invalid-input', 'a shift of another place', '/body/takesShiftId')
  const to = takes?.person_id ?? proposal.toPersonId
  if (gives.person_id === null)
    return refuse('wrong-state', 'nobody with an account has this shift', '/body/givesShiftId')
  if (to === null || to === undefined)
    return refuse('invalid-input', 'say who takes the shift over', '/body/toPersonId')
  if (to === gives.person_id) return refuse('invalid-input', 'both are the same person', '/body/toPersonId')
  return ok({ given: gives, from: gives.person_id, to })
}

type Answer = 'agree' | 'refuse' | 'withdraw'

export const answerSwap = (
  rosters: Rosters,
  person: Person,
  swapId: string,
  answer: Answer,
  now: Date,
): Promise<RosterResult<SwapView>> =>
  rosters.db.tx(async (tx) => {
    const [swap] = await tx.sql<SwapRow>(`${SELECT} where w.id = $1 for update of w`, [swapId])
    if (swap === undefined || !hasPart(swap, person)) return refuse('not-found', 'no such swap', '/params/id')
    if (swap.state !== 'proposed') return refuse('wrong-state', `the swap is ${swap.state}`)
    if (answer === 'withdraw' && person.id !== swap.proposed_by)
      return refuse('not-allowed', 'who proposed it may withdraw it')
    if (answer !== 'withdraw' && person.id !== swap.from_person && person.id !== swap.to_person)
      return refuse('not-allowed', 'the two whose shifts they are decide')
    if (answer === 'agree') await agree(tx, swap, person, now)
    else await end(tx, swap, answer === 'refuse' ? 'refused' : 'withdrawn', now)
    return view(rosters, tx, person, swapId, now)
  })

const hasPart = (swap: SwapRow, { id }: Person): boolean =>
  id === swap.from_person || id === swap.to_person || id === swap.proposed_by

const agree = async (tx: Tx, swap: SwapRow, person: Person, now: Date): Promise<void> => {
  const fromAt = swap.from_agreed_at ?? (person.id === swap.from_person ? now : null)
  const toAt = swap.to_agreed_at ?? (person.id === swap.to_person ? now : null)
  await tx.sql(`update rosters.swap set from_agreed_at = $2, to_agreed_at = $3 where id = $1`, [swap.id, fromAt, toAt])
  if (fromAt === null || toAt === null) return
  const locked = await lockShifts(tx, swap.takes === null ? [swap.gives] : [swap.gives, swap.takes])
  const gives = locked.find(({ id }) => id === swap.gives)
  const takes = locked.find(({ id }) => id === swap.takes)
  // What the two agreed about has changed meanwhile: nobody is put on call for what they did not see.
  const same = gives?.version === swap.gives_version && (swap.takes === null || takes?.version === swap.takes_version)
  if (gives === undefined || !same || gives.state !== 'planned') return end(tx, swap, 'overtaken', now)
  await give(tx, gives, { id: swap.to_person, name: swap.to_name ?? swap.to_person }, takes?.phone ?? null, swap, now)
  if (takes !== undefined)
    await give(tx, takes, { id: swap.from_person, name: swap.from_name ?? swap.from_person }, gives.phone, swap, now)
  await end(tx, swap, 'agreed', now)
}

/** The telephone goes with the person: where it is not known, none is shown rather than another's. */
const give = async (
  tx: Tx,
  shift: ShiftRow,
  to: { readonly id: string; readonly name: string },
  phone: string | null,
  swap: SwapRow,
  now: Date,
): Promise<void> => {
  await saveShift(tx, shift, { person_id: to.id, name: to.name, phone }, to, now)
  await addShiftEvent(tx, shift.id, 'given', to, { from: shift.person_id, to: to.id, swapId: swap.id }, now)
}

const end = async (tx: Tx, swap: SwapRow, state: SwapView['state'], now: Date): Promise<void> => {
  await tx.sql(`update rosters.swap set state = $2, ended_at = $3 where id = $1`, [swap.id, state, now])
  await tell(tx, swap.id, state, [swap.from_person, swap.to_person, swap.proposed_by], now)
}

const tell = (tx: Tx, id: string, what: string, people: readonly string[], now: Date): Promise<void> =>
  appendOp(tx, {
    kind: `swap-${what}`,
    subject: id,
    body: { swapId: id },
    audience: { people: [...new Set(people)] },
    at: now,
  })

export const listSwaps = async (rosters: Rosters, person: Person, now: Date): Promise<SwapView[]> => {
  const rows = await rosters.db.sql<SwapRow>(
    `${SELECT} where w.from_person = $1 or w.to_person = $1 or w.proposed_by = $1 order by w.proposed_at desc, w.id limit 100`,
    [person.id],
  )
  const views = await Promise.all(rows.map((row) => toView(rosters, rosters.db, person, row, now)))
  return views.flatMap((one) => (one === undefined ? [] : [one]))
}

const view = async (
  rosters: Rosters,
  db: Queries,
  person: Person,
  id: string,
  now: Date,
): Promise<RosterResult<SwapView>> => {
  const [row] = await db.sql<SwapRow>(`${SELECT} where w.id = $1`, [id])
  const made = row === undefined ? undefined : await toView(rosters, db, person, row, now)
  return made === undefined ? refuse('not-found', 'no such swap', '/params/id') : ok(made)
}

const toView = async (
  rosters: Rosters,
  db: Queries,
  person: Person,
  row: SwapRow,
  now: Date,
): Promise<SwapView | undefined> => {
  const gives = await shiftById(db, row.gives)
  const takes = row.takes === null ? undefined : await shiftById(db, row.takes)
  if (gives === undefined) return undefined
  const waits =
    (person.id === row.from_person && row.from_agreed_at === null) ||
    (person.id === row.to_person && row.to_agreed_at === null)
  return {
    id: row.id,
    state: row.state,
    gives: toShiftView(gives, person, rosters.region, now),
    takes: takes === undefined ? null : toShiftView(takes, person, rosters.region, now),
    fromPersonId: row.from_person,
    fromName: row.from_name ?? row.from_person,
    toPersonId: row.to_person,
    toName: row.to_name ?? row.to_person,
    proposedAt: row.proposed_at.toISOString(),
    proposedBy: row.proposed_by_name,
    fromAgreedAt: row.from_agreed_at?.toISOString() ?? null,
    toAgreedAt: row.to_agreed_at?.toISOString() ?? null,
    note: row.note,
    mine: row.state === 'proposed' && waits,
  }
}

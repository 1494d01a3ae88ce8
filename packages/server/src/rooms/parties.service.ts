import { ok, type PartyView, type RoomParty } from '@dure/contract'
import { canonicalJson } from '../platform/canonical.ts'
import type { Queries } from '../platform/db.ts'
import { keysOfParty, partyOfKey } from './keys.ts'
import type { Rooms } from './rooms.service.ts'
import { readersOf } from './rooms.sql.ts'

interface PersonRow {
  readonly id: string
  readonly name: string
  readonly roles: string[]
  readonly facility_id: string | null
}

const PERSON = `p.id, p.name, p.roles, p.facility_id`

/** Whom a room names now, with their names; guests are in the list of invitations. */
export const partiesOfRoom = async (rooms: Rooms, roomId: string): Promise<PartyView[]> => {
  const open = (await readersOf(rooms.db, roomId)).filter(({ until }) => until === null)
  const named = new Map<string, { party: RoomParty; byRule: boolean }>()
  for (const { key, by_rule } of open) {
    const party = partyOfKey(key)
    if (party === undefined) continue
    const known = named.get(canonicalJson(party))
    named.set(canonicalJson(party), { party, byRule: by_rule || known?.byRule === true })
  }
  const all = [...named.values()]
  const ids = all.flatMap(({ party }) => (party.kind === 'person' ? [party.personId] : []))
  const people = await rooms.db.sql<PersonRow>(`select ${PERSON} from platform.person p where p.id = any($1)`, [ids])
  const byId = new Map(people.map((row) => [row.id, row]))
  const { byId: hospitals } = await rooms.directory.current()
  const views = all.map(({ party, byRule }) => viewOf(party, byId, hospitals, byRule))
  return views.sort((a, b) => ORDER.indexOf(a.party.kind) - ORDER.indexOf(b.party.kind))
}

const ORDER: readonly RoomParty['kind'][] = ['desk', 'hospital', 'role', 'person']

type Named = ReadonlyMap<string, { readonly name: string }>

const viewOf = (
  party: RoomParty,
  people: ReadonlyMap<string, PersonRow>,
  hospitals: Named,
  byRule: boolean,
): PartyView => {
  if (party.kind === 'person') return personView(party, people.get(party.personId), hospitals, byRule)
  const name = party.kind === 'hospital' ? (hospitals.get(party.hospitalId)?.name ?? party.hospitalId) : null
  return { party, name, place: null, roles: [], byRule }
}

const personView = (party: RoomParty, row: PersonRow | undefined, hospitals: Named, byRule: boolean): PartyView => ({
  party,
  name: row?.name ?? null,
  place: row === undefined || row.facility_id === null ? null : (hospitals.get(row.facility_id)?.name ?? null),
  roles: row?.roles ?? [],
  byRule,
})

// ---------------------------------------------------------------- finding

const FOUND_AT_MOST = 12

/** People by name, hospitals of this region by name, then the people of those hospitals. */
export const findParties = async (rooms: Rooms, words: string) => {
  const { byId, hospitals } = await rooms.directory.current()
  const wanted = words.normalize('NFC').toLocaleLowerCase()
  const has = (name: string) => name.toLocaleLowerCase().includes(wanted)
  const places = hospitals
    .filter(({ sidoCode, name }) => sidoCode === rooms.region && has(name))
    .sort((a, b) => a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, FOUND_AT_MOST)
  const people = await rooms.db.sql<PersonRow & { readonly named: boolean }>(
    `select ${PERSON}, p.name ilike $1 escape '\\' as named
       from platform.person p
      where p.disabled_at is null
        and (p.name ilike $1 escape '\\' or p.facility_id = any($2))
      order by named desc, p.name, p.id
      limit ${FOUND_AT_MOST}`,
    [`%${wanted.replace(/[\\%_]/g, '\\$&')}%`, places.map(({ id }) => id)],
  )
  const views = (rows: readonly PersonRow[]) =>
    rows.map((row) => personView({ kind: 'person', personId: row.id }, row, byId, false))
  const found: PartyView[] = [
    ...views(people.filter(({ named }) => named)),
    ...places.map(
      ({ id, name }): PartyView => ({
        party: { kind: 'hospital', hospitalId: id },
        ...{ name, place: null, roles: [], byRule: false },
      }),
    ),
    ...views(people.filter(({ named }) => !named)),
  ]
  return ok({ parties: found })
}

// ---------------------------------------------------------------- whether there are such

/** Place of the first one that does not exist; -1 = all do. */
export const firstUnknown = async (rooms: Rooms, db: Queries, parties: readonly RoomParty[]): Promise<number> => {
  const ids = parties.flatMap((one) => (one.kind === 'person' ? [one.personId] : []))
  const rows = await db.sql<{ id: string }>(
    `select id from platform.person where id = any($1) and disabled_at is null`,
    [ids],
  )
  const people = new Set(rows.map(({ id }) => id))
  const { byId } = await rooms.directory.current()
  return parties.findIndex((one) => {
    if (one.kind === 'person') return !people.has(one.personId)
    return one.kind === 'hospital' && !byId.has(one.hospitalId)
  })
}

export const keysOfParties = (parties: readonly RoomParty[]) => [...new Set(parties.flatMap(keysOfParty))]

import { randomInt } from 'node:crypto'
import type { RequestInput, Role } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse, toRefusal, type Work } from './beds.service.ts'
import { deskRegion } from './desk-region.service.ts'
import { isTerminal } from './placement.ts'
import { advance, lockPlacement, tellRequest } from './placing.service.ts'
import type { BedRefusal } from './refusals.ts'
import { type Placement, sightOf } from './relations.ts'
import { requestFacts } from './request-facts.ts'
import type { RequestPatch } from './request-patch.ts'
import { addEvent, insertRequest, type NewRequest, saveRequest } from './requests.sql.ts'
import type { RequestRow } from './rows.ts'
import { mayEdit } from './views.ts'

// ---------------------------------------------------------------- asking for a bed

/** Records the request and hands it to the desk; a draft waits for its `submit`. */
export const createRequest = (
  beds: Beds,
  person: Person,
  input: RequestInput,
  asDraft = false,
): Promise<BedResult<Placement>> =>
  inWork(beds, byPerson(person), async (work) => {
    const origin = await originHospital(work, person, input)
    if (!origin.ok) return origin
    const stranger = await unknownUnit(work, input, '/body')
    if (stranger !== null) return stranger
    const facts = requestFacts(input, origin.value)
    if (!facts.ok) return refuseAll(facts.error, '/body')
    const wrong = wrongPlace(input)
    if (wrong !== null) return wrong
    const row = await insertWithCode(
      work,
      newRequest(work, person, facts.value, origin.value, await deskRegion(beds, person)),
    )
    if (row === null) return refuse('conflict', 'every code of the region is in use')
    addEvent(work.tx, { requestId: row.id, kind: 'created', to: 'draft', by: work.by }, work.now)
    const nobody = { known: false, same: [] }
    const placement: Placement = { row, offers: [], hold: null, openAsks: 0, asks: 0, identity: nobody }
    if (asDraft) return ok(placement)
    const submitted = await advance(work, placement, { event: 'submit', actor: 'requester' })
    return submitted.ok ? submitted : { ok: false, error: toRefusal(submitted.error) }
  })

/** A hospital's own people ask from their hospital unless they say otherwise. */
const originHospital = async (work: Work, person: Person, input: RequestInput): Promise<BedResult<string | null>> => {
  const said = input.originHospitalId
  if (said === undefined) return ok(FROM_A_HOSPITAL.includes(input.originType) ? person.facilityId : null)
  if (said === null) return ok(null)
  const { byId } = await work.beds.finder.directory()
  return byId.has(said) ? ok(said) : refuse('invalid-input', 'no such hospital', '/body/originHospitalId')
}
const FROM_A_HOSPITAL: readonly RequestInput['originType'][] = ['emergency_room', 'ward', 'long_term_care']

/** The patient's own unit has to be a hospital of the directory. */
const unknownUnit = async (work: Work, { continuityHospitalId: id }: Partial<RequestInput>, at: string) => {
  if (id === undefined || id === null) return null
  const { byId } = await work.beds.finder.directory()
  return byId.has(id) ? null : refuse('invalid-input', 'no such hospital', `${at}/continuityHospitalId`)
}

const wrongPlace = (input: Partial<RequestInput>) =>
  (input.originLat === undefined) === (input.originLon === undefined)
    ? null
    : refuse(
        'invalid-input',
        'latitude and longitude belong together',
        input.originLat === undefined ? '/body/originLat' : '/body/originLon',
      )

const refuseAll = (refusals: readonly BedRefusal[], at: string) => {
  const errors = refusals.map(({ reason, pointer }) => ({ pointer: `${at}${pointer ?? ''}`, detail: reason }))
  const [one] = errors
  return {
    ok: false as const,
    error: { code: 'invalid-input' as const, detail: one?.detail, pointer: one?.pointer, errors },
  }
}

const CREATORS: readonly Role[] = ['requester', 'hospital_desk', 'placement_desk', 'transport']

const newRequest = (
  work: Work,
  person: Person,
  facts: RequestPatch,
  originId: string | null,
  sido: string,
): NewRequest => {
  const role = CREATORS.find((one) => person.roles.includes(one)) ?? 'requester'
  const ownFacility = role === 'requester' || role === 'hospital_desk'
  return {
    ...EMPTY,
    ...(facts as Pick<NewRequest, FactColumn>),
    id: work.beds.ids.next(),
    sido,
    state: 'draft',
    state_since: work.now,
    created_at: work.now,
    waiting_since: work.now,
    created_by: person.id,
    created_by_name: person.name,
    created_by_role: role,
    // A desk that writes down a call asks for the hospital that called.
    owner_hospital_id: ownFacility ? person.facilityId : originId,
    pseudonym: drawPseudonym(),
  }
}

type FactColumn = Exclude<keyof NewRequest, keyof typeof EMPTY | Fixed>
type Fixed =
  | 'id'
  | 'sido'
  | 'state'
  | 'state_since'
  | 'created_at'
  | 'waiting_since'
  | 'created_by'
  | 'created_by_name'
  | 'created_by_role'
  | 'owner_hospital_id'
  | 'pseudonym'

const EMPTY = {
  resume_state: null,
  deadline_at: null,
  judged_class: null,
  judged_by: null,
  judged_by_name: null,
  judged_at: null,
  deteriorating: false,
  offer_round: 0,
  no_bed_interim_plan: null,
  no_bed_retry_at: null,
  no_bed_escalation: null,
  level: 'region',
  retries_at_level: 0,
  conditions_open: false,
  outside_name: null,
  outside_phone: null,
  merged_into: null,
  submitted_at: null,
  first_offer_at: null,
  first_hold_at: null,
  confirmed_at: null,
  closed_at: null,
  closed_reason: null,
  regained_at: null,
} as const satisfies Partial<NewRequest>

const CODE_ATTEMPTS = 60

/** Drawn anew while another open request has it. With half of all codes in use the attempts fail once in 10^18. */
const insertWithCode = async (work: Work, request: NewRequest): Promise<RequestRow | null> => {
  for (let attempt = 0; attempt < CODE_ATTEMPTS; attempt += 1) {
    const row = await insertRequest(work.tx, request, String(randomInt(10_000)).padStart(4, '0'))
    if (row !== null) return row
  }
  return null
}

/** No letter or digit that is taken for another on the phone. */
const SPEAKABLE = 'ACEFHJKLMNPRTUVWXY3479'
const drawPseudonym = (): string =>
  `P-${Array.from({ length: 5 }, () => SPEAKABLE[randomInt(SPEAKABLE.length)]).join('')}`

// ---------------------------------------------------------------- adding and correcting

/** These decide who was asked; once somebody was, a doctor sets them by triage, which withdraws what was asked. */
const ASKED_FOR = ['requestedClass', 'isolationNeed'] as const
const NOBODY_ASKED: ReadonlySet<string> = new Set([
  'draft',
  'submitted',
  'needs_info',
  'triaged',
  'matching',
  'on_hold',
  'no_bed',
  'diverted',
])

export const editRequest = (
  beds: Beds,
  person: Person,
  requestId: string,
  version: number,
  changes: Partial<RequestInput>,
): Promise<BedResult<Placement>> =>
  inWork(beds, byPerson(person), async (work) => {
    const placement = await lockPlacement(work, requestId)
    if (placement === null) return notFound('request')
    const refused = refusedEdit(person, placement, version, changes)
    if (refused !== null) return refused
    const { row } = placement
    // What did not come back with a request from the log is not among its details.
    const input = { callbackPhone: row.callback_phone, ...row.details, ...changes } as RequestInput
    const wrong = wrongPlace(input)
    if (wrong !== null) return wrong
    const origin = await editedOrigin(work, row, changes)
    if (!origin.ok) return origin
    const stranger = await unknownUnit(work, changes, '/body/details')
    if (stranger !== null) return stranger
    const facts = requestFacts(input, origin.value)
    if (!facts.ok) return refuseAll(facts.error, '/body/details')
    const completed = input.callbackPhone === '' ? {} : { regained_at: null }
    const saved = await saveRequest(work.tx, row.id, { ...keepTriaged(row, changes, facts.value), ...completed })
    const data = { fields: Object.keys(changes).sort() }
    addEvent(work.tx, { requestId: row.id, kind: 'edited', by: work.by, data }, work.now)
    tellRequest(work, saved, 'request-edited', audienceOf(placement))
    return ok({ ...placement, row: saved })
  })

export const audienceOf = ({ row, hold }: Placement) => ({
  roles: ['placement_desk'] as const,
  people: [row.created_by],
  facilities: [row.owner_hospital_id, hold?.hospital_id].filter((id) => typeof id === 'string'),
})

const refusedEdit = (person: Person, placement: Placement, version: number, changes: Partial<RequestInput>) => {
  const { row } = placement
  if (sightOf(person, placement) === 'none') return refuse('not-allowed', 'you have no part in this request')
  if (isTerminal(row.state) || row.state === 'arrived')
    return refuse('wrong-state', `details are not changed once a request is ${row.state}`)
  if (!mayEdit(person, placement)) return refuse('not-allowed', 'the requester or the desk corrects details')
  if (row.version !== version) return changedMeanwhile(row)
  const asked = ASKED_FOR.find((field) => changes[field] !== undefined && changes[field] !== row.details[field])
  return asked !== undefined && !NOBODY_ASKED.has(row.state)
    ? refuse('wrong-state', `${asked} was asked for already; triage anew`, `/body/details/${asked}`)
    : null
}

const editedOrigin = async (
  work: Work,
  row: RequestRow,
  { originHospitalId: said }: Partial<RequestInput>,
): Promise<BedResult<string | null>> => {
  if (said === undefined) return ok(row.origin_hospital_id)
  const { byId } = await work.beds.finder.directory()
  return said === null || byId.has(said)
    ? ok(said)
    : refuse('invalid-input', 'no such hospital', '/body/details/originHospitalId')
}

/** What a doctor set by triage stays, unless this very correction names it. A worse score raises the flag. */
const keepTriaged = (row: RequestRow, changes: Partial<RequestInput>, facts: RequestPatch): RequestPatch => {
  const triaged = row.judged_at !== null
  return {
    ...facts,
    ...(triaged && changes.urgency === undefined ? { urgency: row.urgency } : {}),
    ...(triaged && changes.stability === undefined ? { stability: row.stability } : {}),
    ...(triaged && changes.requestedClass === undefined ? { requested_class: row.requested_class } : {}),
    deteriorating:
      row.deteriorating || (facts.severity_points ?? 0) > (row.severity_points ?? Number.POSITIVE_INFINITY),
  }
}

export const changedMeanwhile = (row: Pick<RequestRow, 'version'>) =>
  refuse('conflict', `changed meanwhile; it is at version ${row.version}`, '/body/version')

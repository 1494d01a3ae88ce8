import type { BodyOf, bedEndpoints } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse, type Work } from './beds.service.ts'
import { followUpOf } from './follow-up.ts'
import { promiseOf } from './holds.sql.ts'
import { copyIdentity } from './identity.service.ts'
import { lockPlacement, tellRequest } from './placing.service.ts'
import { type Placement, reaches } from './relations.ts'
import { createRequest } from './requests.service.ts'
import { addEvent } from './requests.sql.ts'

type Ask = BodyOf<typeof bedEndpoints.draftFollowUp>

/** Drafts the request that follows an admission. It is its maker's to complete and to submit. */
export const draftFollowUp = (beds: Beds, person: Person, requestId: string, ask: Ask): Promise<BedResult<Placement>> =>
  inWork(beds, byPerson(person), async (work) => {
    const from = await lockPlacement(work, requestId)
    if (from === null) return notFound('request')
    if (!mayFollowUp(person, from))
      return refuse('not-allowed', 'the hospital that admitted the patient, or the desk, drafts what follows')
    if (from.row.state !== 'admitted') return refuse('wrong-state', `the request is ${from.row.state}, not admitted`)
    const hospitalId = from.hold?.hospital_id ?? (await lastHolder(work.tx, from.row.id))
    if (hospitalId === null) return refuse('wrong-state', 'the patient was not admitted through the network')
    const open = await openFollowUp(work.tx, from.row.id)
    if (open !== null) return refuse('conflict', `request ${open} already follows this one`)
    const phone = ask.callbackPhone ?? (await phoneOf(beds, hospitalId))
    if (phone === null)
      return refuse('invalid-input', 'the directory has no number of the hospital', '/body/callbackPhone')
    const input = followUpOf(from.row, ask.reason, { hospitalId, callbackPhone: phone })
    const made = await createRequest(beds, person, input, true)
    return made.ok ? link(work, from, made.value, ask) : made
  })

export const mayFollowUp = (person: Person, placement: Placement): boolean => reaches(person, placement, 'follow_up')

const PHONE = /^[0-9+][0-9 -]{2,19}$/

const phoneOf = async (beds: Beds, hospitalId: string): Promise<string | null> => {
  const hospital = (await beds.finder.directory()).byId.get(hospitalId)
  const known = hospital?.phone ?? hospital?.erPhone ?? null
  return known !== null && PHONE.test(known.trim()) ? known.trim() : null
}

/** The promise may be over: the patient has left the bed meanwhile. */
const lastHolder = async (db: Queries, requestId: string): Promise<string | null> =>
  (
    await db.sql<{ hospital_id: string }>(
      `select h.hospital_id from beds.hold h where h.request_id = $1 and h.occupied_at is not null
        order by h.occupied_at desc, h.id limit 1`,
      [requestId],
    )
  )[0]?.hospital_id ?? null

/** Code of the follow-up that is not closed yet. */
const openFollowUp = async (db: Queries, requestId: string): Promise<string | null> =>
  (
    await db.sql<{ code: string }>(
      `select r.code
         from beds.request_event e
         join beds.request r on r.id = e.data ->> 'requestId'
        where e.request_id = $1
          and e.kind = 'follow_up_drafted'
          and r.closed_at is null
        order by e.id
        limit 1`,
      [requestId],
    )
  )[0]?.code ?? null

/** Both say of each other; who the patient is goes along, sealed for the new request. */
const link = async (work: Work, from: Placement, made: Placement, { reason }: Ask): Promise<BedResult<Placement>> => {
  const { tx, by, now } = work
  await copyIdentity(work, from.row.id, made.row.id)
  const forth = { requestId: made.row.id, code: made.row.code, reason }
  const back = { requestId: from.row.id, code: from.row.code, reason }
  addEvent(tx, { requestId: from.row.id, kind: 'follow_up_drafted', by, data: forth }, now)
  addEvent(tx, { requestId: made.row.id, kind: 'follows', by, data: back }, now)
  tellRequest(work, from.row, 'request-follow-up-drafted', {
    roles: ['placement_desk'],
    people: [from.row.created_by],
  })
  return ok({ ...made, ...(await promiseOf(tx, made.row.id)) })
}

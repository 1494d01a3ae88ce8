import type { BedClass, Capability, HospitalStatement } from '@dure/contract'
import type { HospitalWord } from '../facilities/index.ts'
import type { Tx } from '../platform/db.ts'
import type { Beds, Work } from './beds.service.ts'
import type { By } from './by.ts'
import { allNeeds, NEED_CAPABILITIES } from './candidate-needs.ts'
import { isOpenOffer } from './offers.ts'
import { lockPlacement, tellOffer, tellRequest } from './placing.service.ts'
import type { Placement } from './relations.ts'
import { addEvent } from './requests.sql.ts'

/**
 * A hospital said that it takes nobody, or cannot do something: whoever waits for its answer or has its promise hears of it at once.
 * Nothing is taken back by that: the hospital answers for itself, and a promised bed stays promised.
 */
export const warnThoseConcerned =
  (beds: Beds) =>
  async (tx: Tx, word: HospitalWord): Promise<void> => {
    if (!speaksAgainst(word.statement)) return
    const by: By = { ...word.by, role: 'hospital_desk', facilityId: word.hospitalId }
    const work: Work = { beds, tx, now: word.at, by }
    for (const requestId of await requestsConcerned(tx, word.hospitalId)) {
      const placement = await lockPlacement(work, requestId)
      if (placement !== null) await warn(work, placement, word)
    }
  }

const speaksAgainst = (statement: HospitalStatement): boolean =>
  statement.say === 'stop' || (statement.say === 'capability' && statement.answer === 'no')

/** In the order of their ids, in which requests are locked. */
const requestsConcerned = async (tx: Tx, hospitalId: string): Promise<readonly string[]> =>
  (
    await tx.sql<{ id: string }>(
      `select o.request_id as id
         from beds.offer o
        where o.hospital_id = $1 and o.state in ('sent', 'delivered', 'seen', 'acked')
       union
       select h.request_id
         from beds.hold h
        where h.hospital_id = $1 and h.state in ('granted', 'confirmed') and h.request_id is not null
        order by id`,
      [hospitalId],
    )
  ).map(({ id }) => id)

const warn = async (work: Work, placement: Placement, { hospitalId, statement }: HospitalWord): Promise<void> => {
  const { row, offers, hold } = placement
  const offer = offers.find((one) => one.hospital_id === hospitalId && isOpenOffer(one.state))
  const holds = hold?.hospital_id === hospitalId
  if (!concerns(statement, placement, offer?.bed_class ?? row.requested_class) || (offer === undefined && !holds))
    return
  const data = { hospitalId, ...dataOf(statement), held: holds }
  addEvent(work.tx, { requestId: row.id, kind: 'hospital_warned', by: work.by, data }, work.now)
  if (offer !== undefined) tellOffer(work, row, offer.id, hospitalId, 'warned')
  if (holds)
    tellRequest(work, row, 'request-hospital-warned', {
      roles: ['placement_desk', 'transport'],
      facilities: [hospitalId],
      people: [row.created_by],
    })
}

const concerns = (statement: HospitalStatement, { row }: Placement, bedClass: BedClass): boolean => {
  if (statement.say === 'stop') return statement.bedClasses === null || statement.bedClasses.includes(bedClass)
  return (
    statement.say === 'capability' &&
    allNeeds(row.needs, row.oxygen).some((need) =>
      NEED_CAPABILITIES[need].flat().includes(statement.code as Capability),
    )
  )
}

const dataOf = (statement: HospitalStatement): Readonly<Record<string, unknown>> => {
  if (statement.say === 'stop')
    return {
      warning: statement.bedClasses === null ? 'hospital-diverted' : 'class-diverted',
      reason: statement.reason,
      until: statement.until,
    }
  return statement.say === 'capability'
    ? { warning: 'capability-missing', code: statement.code, until: statement.until }
    : {}
}

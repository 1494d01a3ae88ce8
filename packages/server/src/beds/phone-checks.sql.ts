import type { BedClass, Need } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import type { PhoneCheck } from './phone-checks.ts'

export interface NewPhoneCheck {
  readonly requestId: string | null
  readonly hospitalId: string
  readonly bedClass?: BedClass | null
  readonly bed: boolean
  readonly met?: readonly Need[]
  readonly unmet?: readonly Need[]
  readonly byPerson: string
  readonly byName: string
  readonly channel: 'phone' | 'sms'
  readonly heardFrom: string
}

export const addPhoneCheck = async (tx: Tx, check: NewPhoneCheck, now: Date): Promise<void> => {
  await tx.sql(
    `insert into beds.phone_check
       (request_id, hospital_id, bed_class, bed, needs_met, needs_unmet, at, by_person, by_name, channel, heard_from)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      check.requestId,
      check.hospitalId,
      check.bedClass ?? null,
      check.bed,
      check.met ?? [],
      check.unmet ?? [],
      now,
      check.byPerson,
      check.byName,
      check.channel,
      check.heardFrom,
    ],
  )
}

/** Calls about this request, and about any hospital's figures, since; the later ones last. */
export const phoneChecksSince = (db: Queries, requestId: string, since: Date): Promise<PhoneCheck[]> =>
  db.sql<PhoneCheck>(
    `select request_id, hospital_id, bed_class, bed, needs_met, needs_unmet, at, by_name, channel, heard_from
       from (select p.* from beds.phone_check p where p.request_id = $1 and p.at >= $2
             union all
             select p.* from beds.phone_check p where p.request_id is null and p.at >= $2) p
      order by p.at, p.id`,
    [requestId, since],
  )

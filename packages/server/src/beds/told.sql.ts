import type { z } from 'zod'
import type { Tx } from '../platform/db.ts'
import type { HospitalStated, holdStated, patientKeyed, requestStated, slotStated } from './told-bodies.ts'

/** What the logs of regions say, folded record by record: the newest of each thing, and when it was said. */

/** Where and when something was said. */
export interface Told {
  readonly epoch: number
  readonly seq: number
  readonly toldAt: Date
}

export const putToldSlot = async (
  tx: Tx,
  sido: string,
  slot: z.infer<typeof slotStated>,
  { epoch, seq, toldAt }: Told,
  now: Date,
): Promise<void> => {
  await tx.sql(
    `insert into beds.told_slot (id, sido, hospital_id, label, bed_class, isolation, share, state, blocked_reason,
        opens_in_hours, room_sex, min_age_years, max_age_years, cohort_pathogen, as_of, source, doubted_at, fencing, version,
        told_at, changed_at, epoch, taken_over, changed_seq)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
             case when $23 then 0 else $24::bigint end)
         on conflict (id) do update
            set sido = excluded.sido, hospital_id = excluded.hospital_id, label = excluded.label,
                bed_class = excluded.bed_class, isolation = excluded.isolation, share = excluded.share,
                state = excluded.state, blocked_reason = excluded.blocked_reason, opens_in_hours = excluded.opens_in_hours,
                room_sex = excluded.room_sex, min_age_years = excluded.min_age_years,
                max_age_years = excluded.max_age_years, cohort_pathogen = excluded.cohort_pathogen,
                as_of = excluded.as_of, source = excluded.source, doubted_at = excluded.doubted_at,
                fencing = excluded.fencing, version = excluded.version, told_at = excluded.told_at,
                changed_at = excluded.changed_at, epoch = excluded.epoch, taken_over = excluded.taken_over,
                changed_seq = greatest(beds.told_slot.changed_seq, excluded.changed_seq)`,
    [
      slot.id,
      sido,
      slot.hospitalId,
      slot.label,
      slot.bedClass,
      slot.isolation,
      slot.share,
      slot.state,
      slot.blockedReason,
      slot.opensInHours,
      slot.roomSex,
      slot.minAgeYears,
      slot.maxAgeYears,
      slot.cohortPathogen,
      slot.asOf,
      slot.source,
      slot.doubtedAt,
      slot.fencing,
      slot.version,
      toldAt,
      now,
      epoch,
      slot.takenOver,
      seq,
    ],
  )
}

export const putToldHold = async (
  tx: Tx,
  sido: string,
  hold: z.infer<typeof holdStated>,
  { epoch, seq, toldAt }: Told,
): Promise<void> => {
  await tx.sql(
    `insert into beds.told_hold (id, sido, request_id, ask_id, slot_id, hospital_id, state, fencing, granted_at, expires_at, told_at, epoch,
                                 changed_seq)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (id) do update
            set sido = excluded.sido, slot_id = excluded.slot_id, hospital_id = excluded.hospital_id, state = excluded.state,
                fencing = excluded.fencing, expires_at = excluded.expires_at, told_at = excluded.told_at,
                epoch = excluded.epoch, changed_seq = excluded.changed_seq`,
    [
      hold.id,
      sido,
      hold.requestId,
      hold.askId,
      hold.slotId,
      hold.hospitalId,
      hold.state,
      hold.fencing,
      hold.grantedAt,
      hold.expiresAt,
      toldAt,
      epoch,
      seq,
    ],
  )
}

export const putToldRequest = async (
  tx: Tx,
  sido: string,
  request: z.infer<typeof requestStated>,
  facts: unknown,
  { epoch, seq, toldAt }: Told,
): Promise<void> => {
  await tx.sql(
    `insert into beds.told_request (id, sido, code, state, facts, waiting_since, confirmed_at, closed_at, told_at, epoch, changed_seq)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (id) do update
            set sido = excluded.sido, code = excluded.code, state = excluded.state, facts = excluded.facts,
                waiting_since = excluded.waiting_since, confirmed_at = excluded.confirmed_at,
                closed_at = excluded.closed_at, told_at = excluded.told_at, epoch = excluded.epoch,
                changed_seq = excluded.changed_seq`,
    [
      request.id,
      sido,
      request.code,
      request.state,
      JSON.stringify(facts),
      request.waitingSince,
      request.confirmedAt,
      request.closedAt,
      toldAt,
      epoch,
      seq,
    ],
  )
}

/** Said after the request itself, in its own log. */
export const putToldPatient = async (tx: Tx, sido: string, keyed: z.infer<typeof patientKeyed>): Promise<void> => {
  await tx.sql(`update beds.told_request set nation_hash = $3 where id = $1 and sido = $2`, [
    keyed.requestId,
    sido,
    keyed.hash,
  ])
}

export const putToldHospital = async (tx: Tx, sido: string, hospital: HospitalStated, toldAt: Date): Promise<void> => {
  await tx.sql(
    `insert into beds.told_hospital (id, sido, facts, told_at) values ($1, $2, $3, $4)
         on conflict (id) do update set sido = excluded.sido, facts = excluded.facts, told_at = excluded.told_at`,
    [hospital.id, sido, JSON.stringify(hospital), toldAt],
  )
}

/** Every hospital of a region as its log says it. */
export const toldHospitals = async (tx: Tx, sido: string): Promise<readonly unknown[]> =>
  (
    await tx.sql<{ facts: unknown }>(`select h.facts from beds.told_hospital h where h.sido = $1 order by h.id`, [sido])
  ).map(({ facts }) => facts)

/** A region's copy was cut back: what came of it is forgotten and made anew from what is kept. */
export const forgetRegion = async (tx: Tx, sido: string): Promise<void> => {
  for (const table of ['told_slot', 'told_hold', 'told_request', 'told_hospital'])
    await tx.sql(`delete from beds.${table} where sido = $1`, [sido])
  await tx.sql(`delete from beds.grant_patient p using beds.grant g where g.ask_id = p.ask_id and g.sido = $1`, [sido])
  await tx.sql(`delete from beds.ask where sido = $1`, [sido])
  await tx.sql(
    `delete from beds.grant g where g.sido = $1 and not exists (select from beds.grant_look l where l.ask_id = g.ask_id)`,
    [sido],
  )
}

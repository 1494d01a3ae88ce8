import type { BedClass, Channel } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import { first } from './rows.ts'

export interface CapacityRow {
  readonly hospital_id: string
  readonly bed_class: BedClass
  readonly staffed_total: number | null
  readonly available: number | null
  readonly surge: number | null
  readonly expected_discharges_24h: number | null
  readonly as_of: Date
  readonly received_at: Date
  readonly channel: Channel
  readonly heard_from: string | null
  readonly reporter_id: string | null
  readonly reporter: string | null
}

const SELECTED = `c.hospital_id, c.bed_class, c.staffed_total, c.available, c.surge, c.expected_discharges_24h, c.as_of,
  c.received_at, c.channel, c.heard_from, c.reporter_id, c.reporter`

/** Every report stays; the newest counts. */
export const insertCapacity = async (tx: Tx, report: CapacityRow): Promise<CapacityRow> =>
  first(
    await tx.sql<CapacityRow>(
      `insert into beds.capacity_report as c
         (hospital_id, bed_class, staffed_total, available, surge, expected_discharges_24h, as_of, received_at, channel,
          heard_from, reporter_id, reporter)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       returning ${SELECTED}`,
      [
        report.hospital_id,
        report.bed_class,
        report.staffed_total,
        report.available,
        report.surge,
        report.expected_discharges_24h,
        report.as_of,
        report.received_at,
        report.channel,
        report.heard_from,
        report.reporter_id,
        report.reporter,
      ],
    ),
  )

/** Per class the report that is newest by its own time; a late telephone note does not hide a newer figure. */
export const newestCapacity = (db: Queries, hospitalId: string): Promise<CapacityRow[]> =>
  db.sql<CapacityRow>(
    `select distinct on (c.bed_class) ${SELECTED}
       from beds.capacity_report c
      where c.hospital_id = $1
      order by c.bed_class, c.as_of desc, c.id desc`,
    [hospitalId],
  )

import type { Queries } from '../platform/db.ts'
import type { AuditPlace } from './audit.ts'

export interface AuditRow {
  readonly origin: string
  readonly epoch: string
  readonly seq: string
  readonly kind: string
  readonly at: Date
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  readonly hash: string
}

export interface AuditAsk {
  readonly origin: string | null
  readonly kind: string | null
  readonly subject: string | null
  readonly from: string | null
  readonly to: string | null
  readonly after: AuditPlace | null
  readonly limit: number
}

/** The record, newest first. The order is total, so that a page never repeats or skips a row. */
export const searchOps = (db: Queries, ask: AuditAsk): Promise<AuditRow[]> =>
  db.sql<AuditRow>(
    `select origin, epoch, seq, kind, at, subject, body, encode(hash, 'hex') as hash
       from platform.oplog
      where ($1::text is null or origin = $1)
        and ($2::text is null or kind = $2)
        and ($3::text is null or subject = $3)
        and at >= coalesce($4::timestamptz, '-infinity')
        and at < coalesce($5::timestamptz, 'infinity')
        and ($6::timestamptz is null or (at, origin, seq) < ($6, $7::text, $8::bigint))
      order by at desc, origin desc, seq desc
      limit $9`,
    [
      ask.origin,
      ask.kind,
      ask.subject,
      ask.from,
      ask.to,
      ask.after?.at ?? null,
      ask.after?.origin ?? null,
      ask.after?.seq ?? null,
      ask.limit,
    ],
  )

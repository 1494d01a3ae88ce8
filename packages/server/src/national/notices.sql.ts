import type { noticeView } from '@dure/contract'
import type { z } from 'zod'
import type { Queries, Tx } from '../platform/db.ts'

export interface NoticeRow {
  readonly id: string
  readonly origin: string
  readonly weight: 'info' | 'warning' | 'urgent'
  readonly title: string
  readonly body: string
  readonly published_at: Date
  readonly published_by: string
  readonly valid_until: Date | null
}

/** The same notice again changes nothing. */
export const putNotice = async (tx: Tx, notice: NoticeRow, now: Date): Promise<void> => {
  await tx.sql(
    `insert into national.notice (id, origin, weight, title, body, published_at, published_by, valid_until, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (id) do nothing`,
    [
      notice.id,
      notice.origin,
      notice.weight,
      notice.title,
      notice.body,
      notice.published_at,
      notice.published_by,
      notice.valid_until,
      now,
    ],
  )
}

export const forgetNotices = async (tx: Tx, origin: string): Promise<void> => {
  await tx.sql(`delete from national.notice where origin = $1`, [origin])
}

/** In force now, newest first. */
export const noticesNow = (db: Queries, now: Date): Promise<NoticeRow[]> =>
  db.sql<NoticeRow>(
    `select n.id, n.origin, n.weight, n.title, n.body, n.published_at, n.published_by, n.valid_until
       from national.notice n
      where n.valid_until is null or n.valid_until > $1
      order by n.published_at desc, n.id
      limit 100`,
    [now],
  )

export const toNoticeView = (row: NoticeRow): z.input<typeof noticeView> => ({
  id: row.id,
  origin: row.origin,
  weight: row.weight,
  title: row.title,
  body: row.body,
  publishedAt: row.published_at.toISOString(),
  publishedBy: row.published_by,
  validUntil: row.valid_until?.toISOString() ?? null,
})

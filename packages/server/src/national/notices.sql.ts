import type { NoticeView } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'

export interface Notice {
  readonly id: string
  readonly origin: string
  readonly weight: NoticeView['weight']
  readonly title: string
  readonly body: string
  readonly title_en: string | null
  readonly body_en: string | null
  readonly published_at: Date
  readonly published_by: string
  readonly valid_until: Date | null
}

export interface NoticeRow extends Notice {
  readonly withdrawn_at: Date | null
  readonly withdrawn_by: string | null
  readonly replaced_by: string | null
}

/** The same notice again changes nothing. */
export const putNotice = async (tx: Tx, notice: Notice, now: Date): Promise<void> => {
  await tx.sql(
    `insert into national.notice (id, origin, weight, title, body, title_en, body_en, published_at, published_by,
                                  valid_until, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (id) do nothing`,
    [
      notice.id,
      notice.origin,
      notice.weight,
      notice.title,
      notice.body,
      notice.title_en,
      notice.body_en,
      notice.published_at,
      notice.published_by,
      notice.valid_until,
      now,
    ],
  )
}

export interface Withdrawal {
  readonly id: string
  readonly at: Date
  readonly by: string
  readonly replacedBy: string | null
}

/** The first withdrawal stands. False: there was none to withdraw. */
export const markWithdrawn = async (tx: Tx, { id, at, by, replacedBy }: Withdrawal): Promise<boolean> => {
  const rows = await tx.sql(
    `update national.notice set withdrawn_at = $2, withdrawn_by = $3, replaced_by = $4
      where id = $1 and withdrawn_at is null
     returning id`,
    [id, at, by, replacedBy],
  )
  return rows.length > 0
}

/** What came of a log that is read anew. */
export const forgetNotices = async (tx: Tx, origin: string): Promise<void> => {
  await tx.sql(`delete from national.notice where origin = $1`, [origin])
  await tx.sql(`delete from national.notice_read where origin = $1`, [origin])
}

const COLUMNS = `n.id, n.origin, n.weight, n.title, n.body, n.title_en, n.body_en, n.published_at, n.published_by,
                 n.valid_until, n.withdrawn_at, n.withdrawn_by, n.replaced_by`

export const noticeById = async (db: Queries, id: string): Promise<NoticeRow | undefined> => {
  const [row] = await db.sql<NoticeRow>(`select ${COLUMNS} from national.notice n where n.id = $1`, [id])
  return row
}

/** In force now, the gravest first, then the newest. */
export const noticesNow = (db: Queries, now: Date): Promise<NoticeRow[]> =>
  db.sql<NoticeRow>(
    `select ${COLUMNS}
       from national.notice n
      where n.withdrawn_at is null and (n.valid_until is null or n.valid_until > $1)
      order by array_position(array['urgent', 'warning', 'info'], n.weight), n.published_at desc, n.id
      limit 100`,
    [now],
  )

export const noticesOver = (db: Queries, now: Date, since: Date): Promise<NoticeRow[]> =>
  db.sql<NoticeRow>(
    `select ${COLUMNS}
       from national.notice n
      where (n.withdrawn_at is not null or n.valid_until <= $1) and n.published_at > $2
      order by n.published_at desc, n.id
      limit 50`,
    [now, since],
  )

export interface Reading {
  readonly noticeId: string
  readonly origin: string
  readonly desk: string
  readonly by: string
  readonly at: Date
}

/** The first reading of a desk stands. False: the desk had read it. */
export const putReading = async (tx: Tx, { noticeId, origin, desk, by, at }: Reading): Promise<boolean> => {
  const rows = await tx.sql(
    `insert into national.notice_read (notice_id, origin, desk, read_by, read_at) values ($1, $2, $3, $4, $5)
         on conflict (notice_id, origin, desk) do nothing
     returning desk`,
    [noticeId, origin, desk, by, at],
  )
  return rows.length > 0
}

export interface ReadingRow {
  readonly notice_id: string
  readonly origin: string
  readonly desks: number
  readonly last_at: Date
  /** Of the desk that asks. */
  readonly own_by: string | null
  readonly own_at: Date | null
}

export const readings = (
  db: Queries,
  ids: readonly string[],
  own: { readonly origin: string; readonly desk: string | null },
): Promise<ReadingRow[]> =>
  db.sql<ReadingRow>(
    `select r.notice_id, r.origin, count(*)::int as desks, max(r.read_at) as last_at,
            max(r.read_by) filter (where r.origin = $2 and r.desk = $3) as own_by,
            max(r.read_at) filter (where r.origin = $2 and r.desk = $3) as own_at
       from national.notice_read r
      where r.notice_id = any ($1)
      group by r.notice_id, r.origin
      order by r.notice_id, r.origin`,
    [ids, own.origin, own.desk],
  )

export const toNoticeView = (row: NoticeRow, rows: readonly ReadingRow[]): NoticeView => {
  const own = rows.find(({ own_at }) => own_at !== null)
  return {
    id: row.id,
    origin: row.origin,
    weight: row.weight,
    title: row.title,
    body: row.body,
    titleEn: row.title_en,
    bodyEn: row.body_en,
    publishedAt: row.published_at.toISOString(),
    publishedBy: row.published_by,
    validUntil: row.valid_until?.toISOString() ?? null,
    withdrawnAt: row.withdrawn_at?.toISOString() ?? null,
    withdrawnBy: row.withdrawn_by,
    replacedBy: row.replaced_by,
    acknowledged: own?.own_at == null ? null : { at: own.own_at.toISOString(), by: own.own_by ?? '' },
    acknowledgements: rows.map(({ origin, desks, last_at }) => ({
      sido: origin,
      desks,
      lastAt: last_at.toISOString(),
    })),
  }
}

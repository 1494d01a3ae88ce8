import { cellEndpoints, noticeInput } from '@dure/contract'
import { z } from 'zod'
import { NATIONAL_CELL } from '../beds/index.ts'
import type { ExchangePort } from '../exchange/index.ts'
import { type Http, serve } from '../platform/http.ts'
import { appendOp } from '../platform/oplog.ts'
import { err, ok } from '../platform/result.ts'
import { forgetNotices, type NoticeRow, noticesNow, putNotice, toNoticeView } from './notices.sql.ts'
import { overviewNow } from './overview.service.ts'

const NOTICE = 'notice-published'
const published = noticeInput.extend({ id: z.string().min(1).max(64), publishedBy: z.string() })

/**
 * The nation as every cell sees it: an overview made of what regions tell, and notices that travel in the national cell's log. Nothing
 * in a region waits for any of it.
 */
export const registerNational = (http: Http, exchange: ExchangePort): void => {
  const { deps } = http
  const { db, config, ids } = deps
  const route = serve(http)
  const e = cellEndpoints

  route(e.overview, async ({ now }) =>
    ok({ at: now.toISOString(), cell: config.region, regions: await overviewNow(deps, exchange) }),
  )

  route(e.listNotices, async ({ now }) =>
    ok({ at: now.toISOString(), notices: (await noticesNow(db, now)).map(toNoticeView) }),
  )

  route(e.publishNotice, async ({ person, body, now }) => {
    if (config.region !== NATIONAL_CELL)
      return err({ code: 'not-allowed', detail: 'notices to all regions are published at the national cell' })
    const notice: NoticeRow = {
      id: ids.next(),
      origin: config.region,
      weight: body.weight,
      title: body.title,
      body: body.body,
      published_at: now,
      published_by: person.name,
      valid_until: body.validUntil === null ? null : new Date(body.validUntil),
    }
    if (notice.valid_until !== null && notice.valid_until <= now)
      return err({ code: 'invalid-input', detail: 'the notice would be over already', pointer: '/body/validUntil' })
    await db.tx(async (tx) => {
      await putNotice(tx, notice, now)
      const said = { ...body, id: notice.id, publishedBy: person.name }
      await appendOp(tx, { kind: NOTICE, subject: notice.id, body: said, audience: { all: true }, at: now })
    })
    return ok(toNoticeView(notice))
  })

  exchange.onRecord(NOTICE, async (tx, record, now) => {
    // A region's overlay is its own affair; a notice to everybody is the national cell's.
    if (record.origin !== NATIONAL_CELL) return
    const said = published.parse(record.body)
    const row: NoticeRow = {
      id: said.id,
      origin: record.origin,
      weight: said.weight,
      title: said.title,
      body: said.body,
      published_at: new Date(record.at),
      published_by: said.publishedBy,
      valid_until: said.validUntil === null ? null : new Date(said.validUntil),
    }
    await putNotice(tx, row, now)
    // The open screens of this cell hear of it by its own log; while that may not be written they find it when they look.
    const writes = (await exchange.standing(config.region))?.mayWrite === true
    if (writes)
      await appendOp(tx, {
        kind: 'notice-received',
        subject: row.id,
        body: { id: row.id },
        audience: { all: true },
        at: now,
      })
  })
  exchange.onRewound((tx, origin) => forgetNotices(tx, origin))
}

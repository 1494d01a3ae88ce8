import { NOTICE_WEIGHTS, type NoticeView, type noticeInput, type Role } from '@dure/contract'
import { z } from 'zod'
import { NATIONAL_CELL } from '../beds/index.ts'
import type { ExchangePort, LogRecord } from '../exchange/index.ts'
import type { Queries, Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { type Audience, appendOp } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { err, ok } from '../platform/result.ts'
import {
  forgetNotices,
  markWithdrawn,
  type Notice,
  type NoticeRow,
  noticeById,
  noticesNow,
  noticesOver,
  putNotice,
  putReading,
  readings,
  toNoticeView,
} from './notices.sql.ts'

export const NOTICE = 'notice-published'
export const WITHDRAWN = 'notice-withdrawn'
export const READ = 'notice-acknowledged'
/** Stays interesting for so long once it is over. Own choice. */
const PAST_MS = 30 * 86_400_000

/** What a reader needs; members that a later version adds are let be. */
const published = z.object({
  id: z.string().min(1).max(64),
  weight: z.enum(NOTICE_WEIGHTS),
  title: z.string(),
  body: z.string(),
  titleEn: z.string().nullish(),
  bodyEn: z.string().nullish(),
  publishedBy: z.string(),
  validUntil: z.string().nullish(),
  replaces: z.string().nullish(),
})
const withdrawn = z.object({ id: z.string(), by: z.string() })
const read = z.object({ id: z.string().min(1).max(64), desk: z.string().min(1).max(80), by: z.string() })

const ALL: Audience = { all: true }

/** The desk a person speaks for: a hospital, or a desk of the region. Others read notices, and acknowledge none. */
export const deskOf = ({ facilityId, roles }: Person): string | null =>
  facilityId ?? DESKS.find((desk) => roles.includes(desk)) ?? null
const DESKS = ['placement_desk', 'national_desk'] as const satisfies readonly Role[]

const viewsOf = async (
  db: Queries,
  rows: readonly NoticeRow[],
  region: string,
  person: Person,
): Promise<NoticeView[]> => {
  const ids = rows.map(({ id }) => id)
  const read = await readings(db, ids, { origin: region, desk: deskOf(person) })
  return rows.map((row) =>
    toNoticeView(
      row,
      read.filter(({ notice_id }) => notice_id === row.id),
    ),
  )
}

export const listNotices = async ({ db, config }: Deps, exchange: ExchangePort, person: Person, now: Date) => {
  const nation = config.region === NATIONAL_CELL ? null : await exchange.standing(NATIONAL_CELL)
  return {
    at: now.toISOString(),
    hasDesk: deskOf(person) !== null,
    heardAt: nation?.contactAt?.toISOString() ?? null,
    notices: await viewsOf(db, await noticesNow(db, now), config.region, person),
    past: await viewsOf(db, await noticesOver(db, now, new Date(now.getTime() - PAST_MS)), config.region, person),
  }
}

const view = async ({ db, config }: Deps, id: string, person: Person) => {
  const row = await noticeById(db, id)
  if (row === undefined) return err({ code: 'not-found', pointer: '/params/id' } as const)
  const [one] = await viewsOf(db, [row], config.region, person)
  if (one === undefined) throw new Error('a row has a view')
  return ok(one)
}

const elsewhere = ({ config }: Deps) =>
  config.region === NATIONAL_CELL
    ? undefined
    : err({ code: 'not-allowed', detail: 'notices to all regions are published at the national cell' } as const)

export const publishNotice = async (deps: Deps, body: z.output<typeof noticeInput>, person: Person, now: Date) => {
  const refused = elsewhere(deps)
  if (refused !== undefined) return refused
  const validUntil = body.validUntil === null ? null : new Date(body.validUntil)
  if (validUntil !== null && validUntil <= now)
    return err({
      code: 'invalid-input',
      detail: 'the notice would be over already',
      pointer: '/body/validUntil',
    } as const)
  if ((body.titleEn === null) !== (body.bodyEn === null))
    return err({ code: 'invalid-input', detail: 'title and text, or neither', pointer: '/body/titleEn' } as const)
  const id = deps.ids.next()
  const notice: Notice = {
    id,
    origin: deps.config.region,
    weight: body.weight,
    title: body.title,
    body: body.body,
    title_en: body.titleEn,
    body_en: body.bodyEn,
    published_at: now,
    published_by: person.name,
    valid_until: validUntil,
  }
  const done = await deps.db
    .tx(async (tx) => {
      await putNotice(tx, notice, now)
      if (body.replaces !== null) {
        const gone = { id: body.replaces, at: now, by: person.name, replacedBy: id }
        if (!(await markWithdrawn(tx, gone))) throw new NothingToReplace()
      }
      const said = { ...body, id, publishedBy: person.name }
      await appendOp(tx, { kind: NOTICE, subject: id, body: said, audience: ALL, at: now })
      return true
    })
    .catch((error: unknown) => {
      if (error instanceof NothingToReplace) return false
      throw error
    })
  if (!done)
    return err({ code: 'invalid-input', detail: 'that notice is not in force', pointer: '/body/replaces' } as const)
  return view(deps, id, person)
}

/** Rolls back what was written before it showed. */
class NothingToReplace extends Error {}

export const withdrawNotice = async (deps: Deps, id: string, person: Person, now: Date) => {
  const refused = elsewhere(deps)
  if (refused !== undefined) return refused
  const known = await noticeById(deps.db, id)
  if (known === undefined) return err({ code: 'not-found', pointer: '/params/id' } as const)
  await deps.db.tx(async (tx) => {
    if (!(await markWithdrawn(tx, { id, at: now, by: person.name, replacedBy: null }))) return
    await appendOp(tx, { kind: WITHDRAWN, subject: id, body: { id, by: person.name }, audience: ALL, at: now })
  })
  return view(deps, id, person)
}

export const acknowledgeNotice = async (deps: Deps, id: string, person: Person, now: Date) => {
  const desk = deskOf(person)
  if (desk === null) return err({ code: 'not-allowed', detail: 'you speak for no desk' } as const)
  if ((await noticeById(deps.db, id)) === undefined) return err({ code: 'not-found', pointer: '/params/id' } as const)
  await deps.db.tx(async (tx) => {
    const first = await putReading(tx, { noticeId: id, origin: deps.config.region, desk, by: person.name, at: now })
    if (!first) return
    // The desk's other screens stop asking.
    const audience: Audience = person.facilityId === null ? { roles: [...DESKS] } : { facilities: [person.facilityId] }
    await appendOp(tx, { kind: READ, subject: id, body: { id, desk, by: person.name }, audience, at: now })
  })
  return view(deps, id, person)
}

/** A region's overlay is its own affair; a notice to everybody is the national cell's. Readings are every region's own. */
export const followNotices = (deps: Pick<Deps, 'config'>, exchange: ExchangePort): void => {
  const onNational = (kind: string, take: (tx: Tx, record: LogRecord, now: Date) => Promise<void>): void =>
    exchange.onRecord(kind, async (tx, record, now) => {
      if (record.origin !== NATIONAL_CELL) return
      await take(tx, record, now)
      await wakeScreens(deps, exchange, tx, record.subject, now)
    })
  onNational(NOTICE, async (tx, record, now) => {
    const said = published.safeParse(record.body)
    if (!said.success) return
    const { id, replaces } = said.data
    await putNotice(tx, toNotice(said.data, record), now)
    if (replaces != null)
      await markWithdrawn(tx, { id: replaces, at: new Date(record.at), by: said.data.publishedBy, replacedBy: id })
  })
  onNational(WITHDRAWN, async (tx, record) => {
    const said = withdrawn.safeParse(record.body)
    if (said.success) await markWithdrawn(tx, { ...said.data, at: new Date(record.at), replacedBy: null })
  })
  exchange.onRecord(READ, async (tx, record) => {
    const said = read.safeParse(record.body)
    if (!said.success) return
    const { id: noticeId, desk, by } = said.data
    await putReading(tx, { noticeId, origin: record.origin, desk, by, at: new Date(record.at) })
  })
  exchange.onRewound((tx, origin) => forgetNotices(tx, origin))
}

const toNotice = (said: z.output<typeof published>, { origin, at }: LogRecord): Notice => ({
  id: said.id,
  origin,
  weight: said.weight,
  title: said.title,
  body: said.body,
  title_en: said.titleEn ?? null,
  body_en: said.bodyEn ?? null,
  published_at: new Date(at),
  published_by: said.publishedBy,
  valid_until: said.validUntil == null ? null : new Date(said.validUntil),
})

/** The open screens of this cell hear of it by its own log; while that may not be written they find it when they look. */
export const wakeScreens = async (
  { config }: Pick<Deps, 'config'>,
  exchange: ExchangePort,
  tx: Tx,
  subject: string,
  now: Date,
): Promise<void> => {
  if ((await exchange.standing(config.region))?.mayWrite !== true) return
  await appendOp(tx, { kind: 'notice-received', subject, body: { id: subject }, audience: ALL, at: now })
}

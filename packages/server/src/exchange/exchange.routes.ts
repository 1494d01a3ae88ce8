import { exchangeEndpoints } from '@dure/contract'
import { sendProblem } from '../platform/http.errors.ts'
import { type Http, serve } from '../platform/http.ts'
import { err, ok } from '../platform/result.ts'
import { type AuditRow, searchOps } from './audit.sql.ts'
import { auditBody, readAuditPlace, writeAuditPlace } from './audit.ts'
import { asOf, cutSince, linkState } from './cell-states.ts'
import { type ContactView, listContacts } from './contact.sql.ts'
import { screenOrigins } from './directory.ts'
import { cellRow } from './epoch.service.ts'
import type { Exchange } from './exchange.service.ts'
import { openAlarms } from './log.sql.ts'
import { sealedFor } from './sealing.service.ts'

/** Coming in, going out and looking go on although a cell does not decide. */
const ALWAYS = new Set(['signOut'])

export const registerExchangeRoutes = (http: Http, exchange: Exchange): void => {
  refuseWrites(http, exchange)
  addToReadiness(http, exchange)
  http.screens = () => screenOrigins(exchange.directory())
  const route = serve(http)
  const { db, config } = http.deps

  route(exchangeEndpoints.listServers, async () => {
    const { state, writing } = await cellRow(db)
    return ok({ cell: config.region, writes: state === 'writing' ? [...writing] : [], list: exchange.screens() })
  })

  route(exchangeEndpoints.listOps, async ({ query }) => {
    const after = query.cursor === undefined ? ok(null) : readAuditPlace(query.cursor)
    if (!after.ok)
      return err({ code: 'invalid-input' as const, pointer: '/query/cursor', detail: 'not a place in this list' })
    const rows = await searchOps(db, {
      origin: query.origin ?? null,
      kind: query.kind ?? null,
      subject: query.subject ?? null,
      from: query.from ?? null,
      to: query.to ?? null,
      after: after.value,
      limit: query.limit + 1,
    })
    const page = rows.slice(0, query.limit)
    return ok({ ops: page.map(toOpView), next: rows.length > query.limit ? placeOf(page.at(-1)) : null })
  })

  route(exchangeEndpoints.listCells, async ({ now }) => {
    const { cells } = exchange.directory()
    const cell = await cellRow(db)
    const contacts = await listContacts(
      db,
      cells.map(({ id }) => id),
    )
    const alarms = await openAlarms(db)
    const names = new Map(cells.map(({ id, name }) => [id, name]))
    return ok({
      at: now.toISOString(),
      self: config.region,
      state: cell.state,
      stateSince: cell.since.toISOString(),
      writes: [...cell.writing],
      cells: contacts.map((contact) =>
        toCellView(contact, contacts, config.region, names.get(contact.cell) ?? null, now),
      ),
      alarms: alarms.map(({ at, detail, ...alarm }) => ({
        ...alarm,
        at: at.toISOString(),
        detail: detail as Record<string, unknown>,
      })),
    })
  })
}

/** A cell that another one stands in for, or that was restored, decides nothing: said before anything is read or changed. */
const refuseWrites = ({ fastify }: Http, exchange: Exchange): void => {
  fastify.addHook('preHandler', async (request, reply) => {
    const { endpoint } = request.routeOptions.config
    if (endpoint === undefined || endpoint.method === 'GET' || endpoint.auth === 'public' || ALWAYS.has(endpoint.id))
      return undefined
    const state = exchange.state()
    return state === 'writing' ? undefined : sendProblem(reply, { code: state })
  })
}

/** A cell with an alarm goes on serving; who watches it reads here that people have to look. */
const addToReadiness = ({ fastify, deps }: Http, exchange: Exchange): void => {
  fastify.addHook('preSerialization', async (request, _, payload) => {
    if (request.routeOptions.url !== '/readyz' || typeof payload !== 'object' || payload === null) return payload
    const alarms = await openAlarms(deps.db)
    const names = [...new Set(alarms.map(({ origin, what }) => `${what} ${origin}`))]
    return { ...payload, cell: exchange.state(), alarms: names }
  })
}

const toOpView = ({ at, body, ...row }: AuditRow) => ({
  ...row,
  at: at.toISOString(),
  body: auditBody(body, sealedFor),
})

const placeOf = (row: AuditRow | undefined): string | null =>
  row === undefined ? null : writeAuditPlace({ at: row.at.toISOString(), origin: row.origin, seq: Number(row.seq) })

const instant = (at: Date | null): string | null => at?.toISOString() ?? null

const toCellView = (
  contact: ContactView,
  all: readonly ContactView[],
  self: string,
  name: string | null,
  now: Date,
) => {
  const isSelf = contact.cell === self
  const newest = contact.log?.openings.at(-1)
  const relay = all.find(({ cell }) => cell === contact.relayedBy)
  const link = linkState(contact, relay, now)
  return {
    cell: contact.cell,
    name,
    link: isSelf && link !== 'stopped' ? ('self' as const) : link,
    cutSince: isSelf ? null : instant(cutSince(contact, now)),
    knownAsOf: isSelf ? now.toISOString() : instant(asOf(contact)),
    relayedBy: link === 'relayed' ? contact.relayedBy : null,
    writer: newest?.writer ?? null,
    epoch: newest === undefined ? null : `${newest.epoch}`,
    seq: `${contact.log?.head?.seq ?? 0}`,
    lastError: contact.lastError,
  }
}

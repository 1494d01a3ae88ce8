import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** Shapes of the audit page and of what a cell knows of the others. Instants are ISO 8601 in UTC. */

const cell = z.string().regex(/^[0-9]{2}$/)
const instant = z.string().max(40)

export const opView = z
  .object({
    /** The cell whose log it is. */
    origin: cell,
    epoch: z.string(),
    seq: z.string(),
    kind: z.string(),
    at: instant,
    subject: z.string(),
    /** What was said. What is sealed is shown as for whom it is sealed; who a patient is never stands here. */
    body: z.record(z.string(), z.unknown()),
    /** SHA-256 in hex, chained to the record before. */
    hash: z.string(),
  })
  .meta({ id: 'Op' })
export type OpView = z.infer<typeof opView>

export const opQuery = z.object({
  origin: cell.optional(),
  kind: z.string().max(80).optional(),
  subject: z.string().max(400).optional(),
  /** From this instant on. */
  from: z.iso.datetime({ offset: true }).optional(),
  /** Before this instant. */
  to: z.iso.datetime({ offset: true }).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const LINK_STATES = ['self', 'connected', 'relayed', 'cut', 'never', 'stopped'] as const

export const cellView = z
  .object({
    cell,
    name: z.string().nullable(),
    /**
     * self · connected · relayed (known through another cell) · cut · never (nothing was ever heard) ·
     * stopped (two records for one place: nothing more of its log is taken until people have looked)
     */
    link: z.enum(LINK_STATES),
    /** Since when it does not answer itself. */
    cutSince: instant.nullable(),
    /** Until when its log is known here; what is shown of it is as old as this. */
    knownAsOf: instant.nullable(),
    relayedBy: cell.nullable(),
    /** The cell that writes its log; another one while a neighbour stands in. */
    writer: cell.nullable(),
    epoch: z.string().nullable(),
    /** Number of its last record here. */
    seq: z.string(),
    lastError: z.string().nullable(),
  })
  .meta({ id: 'CellContact' })
export type CellView = z.infer<typeof cellView>

export const cellAlarm = z.object({
  id: z.string(),
  at: instant,
  origin: cell,
  /** fork · branch-given-up · set-aside · recovering */
  what: z.string(),
  detail: z.record(z.string(), z.unknown()),
})

export const cellsView = z.object({
  at: instant,
  self: cell,
  /** writing · recovering (restored, asking the others) · stood-in (another cell writes its log) */
  state: z.enum(['writing', 'recovering', 'stood-in']),
  stateSince: instant,
  /** Logs this cell writes: its own, and those it stands in for. */
  writes: z.array(cell),
  cells: z.array(cellView),
  alarms: z.array(cellAlarm),
})
export type CellsView = z.infer<typeof cellsView>

/** One line of the signed list: a cell and where its screens are. */
export const serverList = z.object({
  /** Rises; an older list never replaces a newer one. */
  version: z.int().min(1),
  issuedAt: instant,
  cells: z.array(
    z.object({ id: cell, name: z.string(), screens: z.array(z.string()).min(1), neighbours: z.array(cell) }),
  ),
})
export type ServerList = z.infer<typeof serverList>

export const serversView = z.object({
  /** The cell that answers. */
  cell,
  /** Regions it writes now: its own, and those it stands in for. Empty: it decides nothing. */
  writes: z.array(cell),
  /** `null`: this cell knows of no other servers. */
  list: z
    .object({
      /** A `ServerList` as JSON, signed as it stands: Ed25519 over `dure screens 1\\n` and this text. */
      text: z.string(),
      signature: z.string(),
      /** Raw public key as base64url. A device keeps the first one it was told by its own server. */
      key: z.string(),
    })
    .nullable(),
})
export type ServersView = z.infer<typeof serversView>

export const exchangeEndpoints = {
  listServers: endpoint({
    id: 'listServers',
    method: 'GET',
    path: '/api/servers',
    summary: 'Who answers here, for which regions, and the signed list of servers to go to when nobody does',
    auth: 'public',
    priority: 'desk',
    response: { status: 200, schema: serversView },
    problems: [],
  }),
  listOps: endpoint({
    id: 'listOps',
    method: 'GET',
    path: '/api/oplog',
    summary: 'The record of what was decided, newest first: by kind, subject, region and time',
    auth: 'session',
    query: opQuery,
    response: { status: 200, schema: z.object({ ops: z.array(opView), next: z.string().nullable() }) },
    problems: ['invalid-input'],
    priority: 'ordinary',
  }),
  listCells: endpoint({
    id: 'listCells',
    method: 'GET',
    path: '/api/cells',
    summary: 'The other cells as this one knows them: connected, cut since, relayed, stood in for, stopped',
    auth: 'session',
    response: { status: 200, schema: cellsView },
    problems: [],
  }),
} as const

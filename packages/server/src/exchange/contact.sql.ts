import type { Db, Queries } from '../platform/db.ts'
import { newestEpoch } from './branch.ts'
import type { Contact } from './cell-states.ts'
import type { ContactRow, Contacts } from './contact.ts'
import { type LogRow, listLogs, planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import type { Standing } from './ports.ts'

/** What is written every few seconds need not be on the disk before the next is. */
export const saveContacts = async (db: Db, rows: readonly ContactRow[]): Promise<void> => {
  if (rows.length > 0) await db.tx((tx) => putContacts(tx, rows), { begin: 'set local synchronous_commit = off' })
}

const putContacts = async (tx: Queries, rows: readonly ContactRow[]): Promise<void> => {
  await tx.sql(
    `insert into exchange.peer (cell, direct_at, failing_since, last_error, known_as_of, relayed_by)
     select * from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::text[])
     on conflict (cell) do update
        set direct_at = coalesce(excluded.direct_at, peer.direct_at),
            failing_since = excluded.failing_since,
            last_error = excluded.last_error,
            known_as_of = coalesce(excluded.known_as_of, peer.known_as_of),
            relayed_by = coalesce(excluded.relayed_by, peer.relayed_by)`,
    [
      rows.map(({ cell }) => cell),
      rows.map(({ directAt }) => directAt),
      rows.map(({ failingSince }) => failingSince),
      rows.map(({ lastError }) => lastError),
      rows.map(({ knownAsOf }) => knownAsOf),
      rows.map(({ relayedBy }) => relayedBy),
    ],
  )
}

export interface ContactView extends Contact {
  readonly lastError: string | null
  readonly log: LogRow | null
}

/** What is known of each cell: contact and log together. */
export const listContacts = async (db: Db, cells: readonly CellId[]): Promise<ContactView[]> => {
  const rows = await db.sql<{
    cell: string
    direct_at: Date | null
    failing_since: Date | null
    last_error: string | null
    known_as_of: Date | null
    relayed_by: string | null
  }>(`select cell, direct_at, failing_since, last_error, known_as_of, relayed_by from exchange.peer`)
  const logs = await listLogs(planned(db))
  const all = [...new Set([...cells, ...logs.map(({ origin }) => origin)])].sort()
  return all.map((cell) => {
    const row = rows.find((one) => one.cell === cell)
    const known = logs.find(({ origin }) => origin === cell) ?? null
    return {
      cell,
      directAt: row?.direct_at ?? null,
      failingSince: row?.failing_since ?? null,
      lastError: row?.last_error ?? null,
      knownAsOf: row?.known_as_of ?? null,
      relayedBy: row?.relayed_by ?? null,
      stoppedAt: known?.stoppedAt ?? null,
      log: known,
    }
  })
}

export const standingsOf = async (db: Db, self: CellId, contacts: Contacts): Promise<Standing[]> => {
  const writing = await db.sql<{ origin: string; epoch: number }>(
    `select origin, epoch::float8 as epoch from platform.writing`,
  )
  const views = await listContacts(db, [])
  const heard = (cell: CellId): readonly number[] => {
    const view = views.find((one) => one.cell === cell)
    const times = [contacts.asOf(cell), view?.directAt ?? null, view?.knownAsOf ?? null]
    return cell === self ? [] : times.flatMap((at) => at?.getTime() ?? [])
  }
  return views.flatMap(({ cell, log }) => {
    const newest = log?.openings.at(-1)
    if (log === null || newest === undefined) return []
    // A region that is stood in for is heard with the cell that writes its log.
    const times = [...heard(cell), ...(newest.writer === cell || cell === self ? [] : heard(newest.writer))]
    return [
      {
        origin: cell,
        epoch: newestEpoch({ openings: log.openings }),
        writer: newest.writer,
        mayWrite: writing.some((one) => one.origin === cell),
        contactAt: cell === self || times.length === 0 ? null : new Date(Math.max(...times)),
      },
    ]
  })
}

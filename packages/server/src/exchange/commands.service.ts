import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/db.ts'
import type { Logger } from '../platform/logger.ts'
import type { CellIdentity } from '../platform/oplog.key.ts'
import { err, ok, type Result } from '../platform/result.ts'
import { Approval, approvers } from './approval.ts'
import { newestEpoch } from './branch.ts'
import { CONTACT_LASTS_MS } from './cell-states.ts'
import type { Contacts } from './contact.ts'
import type { Directory } from './directory.ts'
import { cellRow, enterRecovering, type Opened, openEpoch } from './epoch.service.ts'
import { epochRefusal } from './epoch.ts'
import { findLogs } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import type { MarkKeeper } from './mark.service.ts'
import type { Registry } from './registry.service.ts'
import type { PublicSealingKey } from './sealing.service.ts'

/** What operators may ask of a running cell. */
export const COMMANDS = ['stand-in', 'return', 'restore', 'reopen', 'clear-alarm'] as const
export type CommandKind = (typeof COMMANDS)[number]

export const StandInPayload = z.object({
  origin: z.string().regex(/^\d{2}$/),
  epoch: z.int().positive(),
  approvals: z.array(Approval),
})
export const ReturnPayload = z.object({ unheard: z.boolean() })
export const RestorePayload = z.object({ now: z.boolean() })
export const ClearPayload = z.object({ id: z.string(), resume: z.boolean() })

export interface CommandParts {
  readonly db: Db
  readonly identity: CellIdentity
  readonly registry: Registry
  readonly sealingKey: PublicSealingKey
  readonly self: CellId
  readonly marks: MarkKeeper
  readonly directory: () => Directory
  readonly contacts: Contacts
  readonly log: Logger
  readonly clock: Clock
}

interface CommandRow {
  id: string
  kind: CommandKind
  payload: unknown
}

type Outcome = Result<Readonly<Record<string, unknown>>, string>

/** Is there something to do? One question a second instead of a transaction for each kind of work. */
export const workWaiting = async (
  db: Db,
  kinds: readonly string[],
): Promise<{ readonly commands: boolean; readonly records: boolean }> => {
  const [row] = await db.sql<{ commands: boolean; records: boolean }>(
    `select exists (select from exchange.command where done_at is null) as commands,
            exists (select from exchange.unapplied where kind = any($1)) as records`,
    [kinds],
  )
  return row ?? { commands: true, records: true }
}

/** Does what was asked for since the last look, each in a transaction of its own, the slices' hooks included. */
export const doCommands = async (parts: CommandParts): Promise<void> => {
  for (;;) {
    const done = await parts.db.tx(async (tx) => {
      const [row] = await tx.sql<CommandRow>(
        `select id, kind, payload from exchange.command
          where done_at is null order by asked_at, id limit 1 for update skip locked`,
      )
      if (row === undefined) return undefined
      const outcome = await doOne(parts, tx, row)
      await tx.sql(`update exchange.command set done_at = $2, refused = $3, outcome = $4 where id = $1`, [
        row.id,
        parts.clock.now(),
        outcome.ok ? null : outcome.error,
        outcome.ok ? JSON.stringify(outcome.value) : null,
      ])
      return { row, outcome }
    })
    if (done === undefined) return
    const { row, outcome } = done
    parts.log.warn({ command: row.kind, refused: outcome.ok ? null : outcome.error }, 'operator-command')
    if (outcome.ok && row.kind !== 'clear-alarm')
      for (const handler of parts.registry.applied) await handler([parts.self])
  }
}

const doOne = (parts: CommandParts, tx: Tx, { kind, payload }: CommandRow): Promise<Outcome> => {
  switch (kind) {
    case 'stand-in':
      return standIn(parts, tx, StandInPayload.parse(payload))
    case 'return':
      return returnHome(parts, tx, ReturnPayload.parse(payload).unheard)
    case 'restore':
      return restore(parts, tx, RestorePayload.parse(payload).now)
    case 'reopen':
      return reopenOwn(parts, tx)
    case 'clear-alarm':
      return clearAlarm(parts, tx, ClearPayload.parse(payload))
  }
}

const opened = ({ epoch, seq }: Opened): Outcome => ok({ epoch, seq })

const standIn = async (
  parts: CommandParts,
  tx: Tx,
  { origin, epoch, approvals }: z.infer<typeof StandInPayload>,
): Promise<Outcome> => {
  const { self, directory } = parts
  if (origin === self) return err('a cell does not stand in for itself')
  const [row] = await findLogs(tx, [origin])
  if (row?.head == null) return err(`nothing of the log of ${origin} is here`)
  if (row.stoppedAt !== null) return err(`the log of ${origin} is stopped: ${row.stoppedWhy}`)
  if ((await cellRow(tx)).state !== 'writing') return err('this cell itself does not write now')
  const current = Math.max(newestEpoch({ openings: row.openings }), newestEpoch(row.following))
  const approvedBy = approvers({ origin, epoch, writer: self }, approvals, directory())
  const refusal = epochRefusal(origin, current, epoch, { writer: self, reason: 'stood-in', approvedBy })
  if (refusal !== null) return err(refusal)
  const options = { reason: 'stood-in', epoch, approvals, approvedBy, sealingKey: parts.sealingKey } as const
  return opened(await openEpoch(tx, parts.identity, origin, options, parts.registry, parts.clock.now()))
}

const returnHome = async (parts: CommandParts, tx: Tx, unheard: boolean): Promise<Outcome> => {
  const { self, contacts, clock } = parts
  if ((await cellRow(tx)).state !== 'stood-in') return err('no other cell writes this log')
  const [row] = await findLogs(tx, [self])
  const writer = row?.openings.at(-1)?.writer
  const isWhole = row !== undefined && newestEpoch({ openings: row.openings }) >= newestEpoch(row.following)
  const heard = writer === undefined || writer === self ? null : contacts.asOf(writer)
  const fresh = heard !== null && clock.now().getTime() - heard.getTime() <= CONTACT_LASTS_MS
  if (!unheard && !isWhole) return err('the records of who stands in have not all come yet')
  if (!unheard && writer !== self && !fresh) return err(`the cell ${writer} that stands in is not connected`)
  return opened(await openOwn(parts, tx, 'returned'))
}

const restore = async (parts: CommandParts, tx: Tx, now: boolean): Promise<Outcome> => {
  const { state } = await cellRow(tx)
  if (state === 'stood-in') return err('another cell writes this log: dure cell return')
  if (state === 'writing') {
    if (now) return err('this cell writes: there is nothing to restore')
    await enterRecovering(tx, parts.self, 'an operator said that the database was restored', parts.clock.now())
    return ok({ state: 'recovering' })
  }
  return now ? opened(await openOwn(parts, tx, 'restored')) : ok({ state: 'recovering' })
}

const reopenOwn = async (parts: CommandParts, tx: Tx): Promise<Outcome> =>
  (await cellRow(tx)).state === 'writing'
    ? opened(await openOwn(parts, tx, 'promoted'))
    : err('this cell does not write')

const openOwn = async (parts: CommandParts, tx: Tx, reason: 'returned' | 'restored' | 'promoted'): Promise<Opened> => {
  const remembered = (await parts.marks.read()).get(parts.self)
  const options = { reason, remembered, sealingKey: parts.sealingKey }
  return openEpoch(tx, parts.identity, parts.self, options, parts.registry, parts.clock.now())
}

const clearAlarm = async (
  { clock }: CommandParts,
  tx: Tx,
  { id, resume }: z.infer<typeof ClearPayload>,
): Promise<Outcome> => {
  if (!/^\d{1,18}$/.test(id)) return err('no such alarm')
  const [row] = await tx.sql<{ origin: string }>(
    `update exchange.alarm set cleared_at = $2 where id = $1 and cleared_at is null returning origin`,
    [id, clock.now()],
  )
  if (row === undefined) return err('no such alarm')
  if (resume)
    await tx.sql(`update exchange.log set stopped_at = null, stopped_why = null where origin = $1`, [row.origin])
  return ok({ origin: row.origin })
}

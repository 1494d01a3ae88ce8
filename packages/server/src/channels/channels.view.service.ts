import type { CarrierView, InboundView, TextView } from '@dure/contract'
import type { Carrier } from './carrier.ts'
import type { Channels } from './channels.service.ts'
import { isOpen } from './circuit.ts'
import { newestInbound } from './inbound.sql.ts'
import {
  type CarrierRow,
  carrierRows,
  type MessageRow,
  newestMessages,
  type TryRow,
  triesOf,
  waitingMessages,
} from './messages.sql.ts'
import { healthOf } from './outbox.service.ts'
import { maskPhone } from './phone-number.ts'

const HOUR_MS = 3_600_000

/** How the carriers are, and what waits. */
export const healthNow = async (channels: Channels) => {
  const now = channels.clock.now()
  const rows = new Map((await carrierRows(channels.db)).map((row) => [row.key, row]))
  const { waiting, oldest, failed } = await waitingMessages(channels.db, new Date(now.getTime() - HOUR_MS))
  return {
    at: now.toISOString(),
    carriers: channels.carriers.map((carrier) => toCarrierView(carrier, rows.get(carrier.key), now)),
    waiting,
    oldestWaitingAt: oldest?.toISOString() ?? null,
    failedLastHour: failed,
  }
}

const toCarrierView = (carrier: Carrier, row: CarrierRow | undefined, now: Date): CarrierView => ({
  key: carrier.key,
  name: carrier.name,
  media: [...carrier.media],
  health: healthWord(row, now),
  failuresInRow: row?.failures_in_row ?? 0,
  openUntil: row?.open_until?.toISOString() ?? null,
  silentSince: row?.silent_since?.toISOString() ?? null,
  lastAcceptedAt: row?.last_accepted_at?.toISOString() ?? null,
  lastDeliveredAt: row?.last_delivered_at?.toISOString() ?? null,
  lastError: row?.last_error ?? null,
  lastHeardAt: row?.last_heard_at?.toISOString() ?? null,
})

const healthWord = (row: CarrierRow | undefined, now: Date): CarrierView['health'] => {
  if (row === undefined) return 'unproven'
  if (row.silent_since !== null) return 'silent'
  if (isOpen(healthOf(row), now) || row.failures_in_row > 0) return 'failing'
  return row.last_heard_at === null && row.last_delivered_at === null ? 'unproven' : 'good'
}

/** The newest texts out and in. Codes that confirm a number are not shown to anybody. */
export const textsNow = async (channels: Channels, limit: number) => {
  const messages = await newestMessages(channels.db, limit)
  const tries = Map.groupBy(
    await triesOf(
      channels.db,
      messages.map(({ id }) => id),
    ),
    (one) => one.message_id,
  )
  const inbound = await newestInbound(channels.db, limit)
  return {
    at: channels.clock.now().toISOString(),
    out: messages.map((message) => toTextView(message, tries.get(message.id) ?? [])),
    in: inbound.map(
      ({ id, at, phone, text, outcome, code }): InboundView => ({
        ...{ id, text, outcome, code },
        at: at.toISOString(),
        from: maskPhone(phone),
      }),
    ),
  }
}

const toTextView = (message: MessageRow, tries: readonly TryRow[]): TextView => ({
  id: message.id,
  to: maskPhone(message.phone),
  purpose: message.purpose,
  medium: message.medium,
  text: message.purpose === 'confirm_number' ? message.text.replace(/\d{6}/, '••••••') : message.text,
  state: message.state,
  carrier: tries.at(-1)?.carrier ?? null,
  attempts: message.attempts,
  createdAt: message.created_at.toISOString(),
  stateSince: message.state_since.toISOString(),
  tries: tries.map(({ carrier, at, state, error }) => ({ carrier, at: at.toISOString(), state, error })),
})

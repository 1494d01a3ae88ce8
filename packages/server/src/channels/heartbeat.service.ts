import type { Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Carrier } from './carrier.ts'
import { PROBE_DUE_MS, PROBE_EVERY_MS, PROBE_EVERY_SILENT_MS } from './channel-times.ts'
import type { Channels } from './channels.service.ts'
import { type CarrierRow, insertMessage, lockCarrier, saveCarrier } from './messages.sql.ts'
import { parsePhoneNumber } from './phone-number.ts'
import { probeText } from './texts.ts'

/**
 * Writes to an own number through each carrier, again and again, and notices when nothing arrives. A gateway that takes every
 * message and delivers none looks well in every other figure.
 */
export const beat = async (channels: Channels): Promise<void> => {
  for (const carrier of channels.carriers) if (carrier.media.includes('sms')) await beatOne(channels, carrier)
}

const beatOne = async (channels: Channels, carrier: Carrier): Promise<void> => {
  const phone = carrier.probeNumber === undefined ? undefined : parsePhoneNumber(carrier.probeNumber)
  if (phone === undefined) return
  await channels.db.tx(async (tx) => {
    const now = channels.clock.now()
    let row = await lockCarrier(tx, carrier.key)
    if (isMissed(row, now) && row.silent_since === null) {
      row = { ...row, silent_since: now }
      channels.log.error({ carrier: carrier.key }, 'sms-carrier-silent')
      await tell(channels, 'carrier-silent', carrier.key, now)
    }
    const every = row.silent_since === null ? PROBE_EVERY_MS : PROBE_EVERY_SILENT_MS
    if (row.probe_sent_at !== null && now.getTime() - row.probe_sent_at.getTime() < every)
      return saveCarrier(tx, row, {})
    const id = channels.ids.next()
    const expires_at = new Date(now.getTime() + PROBE_DUE_MS)
    const fixed = { purpose: 'probe', medium: 'sms', number_id: null, subject: null } as const
    const message = {
      ...fixed,
      id,
      reason: `probe:${id}`,
      phone,
      text: probeText(id),
      pinned_to: carrier.key,
      expires_at,
    }
    await insertMessage(tx, message, now)
    tx.afterCommit(() => channels.wake())
    await saveCarrier(tx, row, { probe_id: id, probe_sent_at: now })
  })
}

const isMissed = ({ probe_sent_at, last_heard_at }: CarrierRow, now: Date): boolean =>
  probe_sent_at !== null &&
  (last_heard_at === null || last_heard_at < probe_sent_at) &&
  now.getTime() - probe_sent_at.getTime() >= PROBE_DUE_MS

/** A probe arrived: the carrier is in order, whatever was thought of it. */
export const heard = async (channels: Channels, tx: Tx, key: string, now: Date): Promise<void> => {
  const row = await lockCarrier(tx, key)
  await saveCarrier(tx, row, { last_heard_at: now, silent_since: null, failures_in_row: 0, open_until: null })
  if (row.silent_since === null) return
  channels.log.info({ carrier: key }, 'sms-carrier-heard-again')
  await tell(channels, 'carrier-heard', key, now)
}

/** A probe text that came back as an inbound message. */
export const probeReturned = async (channels: Channels, tx: Tx, probe: string, now: Date): Promise<boolean> => {
  const [row] = await tx.sql<{ pinned_to: string }>(
    `select pinned_to from channels.message where id = $1 and purpose = 'probe'`,
    [probe],
  )
  if (row === undefined) return false
  await heard(channels, tx, row.pinned_to, now)
  return true
}

/** Screens are told; a cell that may not write its log now (it is stood in for) still keeps its heartbeat. */
const tell = async (channels: Channels, kind: string, key: string, now: Date): Promise<void> => {
  const audience = { roles: ['admin', 'placement_desk'] as const }
  await channels.db
    .tx((inner) => appendOp(inner, { kind, subject: key, body: { carrier: key }, audience, at: now }))
    .catch((error: unknown) => channels.log.warn({ err: error, kind }, 'channel-not-told'))
}

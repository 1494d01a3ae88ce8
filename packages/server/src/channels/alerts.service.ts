import type { Tx } from '../platform/db.ts'
import type { Channels } from './channels.service.ts'
import { numbersToReach } from './numbers.sql.ts'
import { queueText } from './outbox.service.ts'
import { isTextable, parsePhoneNumber } from './phone-number.ts'
import { queuePush } from './push.service.ts'
import { alertText } from './texts.ts'

/** How many devices or telephones an alert is on its way to; 0 = this way does not reach these people. */
export type Reached = number

export interface Alert {
  readonly people: readonly string[]
  /** Telephones of the roster, for those of them who registered none, or have no account. */
  readonly phones?: readonly string[]
  /** Why: for the same reason nobody is alerted twice on the same device. */
  readonly reason: string
  /** The request's code, if it is about one: the only thing besides its existence that an alert tells. */
  readonly code: string | null
  /** After this it is not sent any more. */
  readonly expiresAt: Date
}

/** Wakes the devices of these people; says only that something waits. */
export const alertByPush = (channels: Channels, tx: Tx, alert: Alert, now: Date): Promise<Reached> =>
  queuePush(channels, tx, alert.people, alert.reason, now)

/** A text to the confirmed telephones of these people. */
export const alertByText = (channels: Channels, tx: Tx, alert: Alert, now: Date): Promise<Reached> =>
  alertBy('sms', channels, tx, alert, now)

/** A call that reads the alert out, through a carrier that can do that. */
export const alertByVoice = (channels: Channels, tx: Tx, alert: Alert, now: Date): Promise<Reached> =>
  alertBy('voice', channels, tx, alert, now)

const alertBy = async (
  medium: 'sms' | 'voice',
  channels: Channels,
  tx: Tx,
  alert: Alert,
  now: Date,
): Promise<Reached> => {
  if (!channels.carriers.some(({ media }) => media.includes(medium))) return 0
  const numbers = await numbersToReach(tx, { people: alert.people, facilityId: null, desk: false })
  const registered = numbers.map(({ id, phone }) => ({ id, phone }))
  let reached = 0
  for (const { id, phone } of registered.length > 0 ? registered : ofRoster(alert.phones ?? [])) {
    const reason = `alert:${medium}:${alert.reason}:${phone}`.slice(0, 200)
    const ask = { reason, purpose: 'alert', medium, phone, numberId: id, text: alertText(alert.code) } as const
    if (await queueText(channels, tx, { ...ask, expiresAt: alert.expiresAt }, now)) reached += 1
  }
  return reached
}

const ofRoster = (phones: readonly string[]): { readonly id: null; readonly phone: string }[] =>
  phones.flatMap((raw) => {
    const phone = parsePhoneNumber(raw)
    return phone === undefined || !isTextable(phone) ? [] : [{ id: null, phone }]
  })

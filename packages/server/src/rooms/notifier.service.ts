import type { AckRung, NoticeChannel } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'

/** One try to reach one person. Free of patients: the text is fetched after signing in. */
export interface Notice {
  /** `wanted`: somebody is asked to acknowledge. `unanswered`: who asked is told that nobody has. */
  readonly about: 'wanted' | 'unanswered'
  readonly messageId: string
  readonly roomId: string
  /** Four digits of the request, if the room is a request's: what may stand in an SMS. */
  readonly requestCode: string | null
  readonly rung: AckRung
  /** Number of the try: the same one is not sent twice. */
  readonly step: number
  readonly dueAt: Date
  readonly to: {
    /** null: on call without an account. */
    readonly personId: string | null
    readonly name: string
    readonly phone: string | null
  }
}

/** `told`: on a screen that is connected. `queued`: a carrier has it, durably. `no_address`: this person cannot be reached this way. */
export type NoticeOutcome = 'told' | 'queued' | 'no_address'

/**
 * A way to reach people. It runs in the transaction that records the try and must not wait for a network: a carrier's driver puts the
 * notice into its own durable queue there (`queued`) and sends it afterwards.
 */
export interface Notifier {
  readonly channel: NoticeChannel
  send(tx: Tx, notice: Notice, now: Date): Promise<NoticeOutcome>
}

/** Drivers by channel; several of one channel are all tried. Other parts add theirs: `rooms.notifiers.add(driver)`. */
export interface Notifiers {
  add(notifier: Notifier): void
  /** The best outcome of a channel's drivers; `no_driver` when it has none. */
  send(channel: NoticeChannel, tx: Tx, notice: Notice, now: Date): Promise<NoticeOutcome | 'no_driver'>
}

const BEST: readonly NoticeOutcome[] = ['told', 'queued', 'no_address']

export const makeNotifiers = (): Notifiers => {
  const drivers: Notifier[] = []
  return {
    add: (notifier) => void drivers.push(notifier),
    send: async (channel, tx, notice, now) => {
      const outcomes: NoticeOutcome[] = []
      for (const driver of drivers) if (driver.channel === channel) outcomes.push(await driver.send(tx, notice, now))
      return BEST.find((one) => outcomes.includes(one)) ?? 'no_driver'
    },
  }
}

/** Screens of the one who is told; a screen that is not connected is no reason to wait with the next channel. */
export const inAppNotifier = (rooms: { isOnline(personId: string): boolean }): Notifier => ({
  channel: 'push',
  send: async (tx, { about, messageId, roomId, rung, dueAt, to: { personId } }, now) => {
    if (personId === null) return 'no_address'
    await appendOp(tx, {
      kind: about === 'wanted' ? 'room-ack-wanted' : 'room-ack-unanswered',
      subject: messageId,
      body: { roomId, messageId, personId, rung, dueAt: dueAt.toISOString() },
      audience: { people: [personId] },
      at: now,
    })
    return rooms.isOnline(personId) ? 'told' : 'no_address'
  },
})

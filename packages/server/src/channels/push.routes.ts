import { channelEndpoints as e, type PushSubscriptionView } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { err, ok } from '../platform/result.ts'
import { PUSH_DEVICES_MOST } from './channel-times.ts'
import type { Channels } from './channels.service.ts'
import { removeSubscription, type SubscriptionRow, saveSubscription, subscriptionsOf } from './push.sql.ts'
import { isPushAddress } from './push-hosts.ts'

/** Devices on which somebody is told that something waits. */
export const registerPush = (http: Http, channels: Channels): void => {
  const route = serve(http)

  route(e.getPushKey, async () => ok({ publicKey: (await channels.vapidKeys()).publicKey }))

  route(e.listPushSubscriptions, async ({ person }) =>
    ok({ subscriptions: (await subscriptionsOf(channels.db, person.id)).map(toView) }),
  )

  route(e.subscribePush, async ({ person, body, now }) => {
    if (!isPushAddress(body.endpoint, channels.pushHosts) || !isCurvePoint(body.keys.p256dh))
      return err({
        code: 'invalid-input' as const,
        pointer: '/body/endpoint',
        detail: 'not a push service we write to',
      })
    return channels.db.tx(async (tx) => {
      const mine = await subscriptionsOf(tx, person.id)
      if (mine.length >= PUSH_DEVICES_MOST && !mine.some(({ endpoint }) => endpoint === body.endpoint))
        return err({ code: 'too-many-requests' as const, detail: `at most ${PUSH_DEVICES_MOST} devices` })
      const { endpoint, keys, label } = body
      const one = {
        id: channels.ids.next(),
        person_id: person.id,
        endpoint,
        label,
        p256dh: keys.p256dh,
        auth: keys.auth,
      }
      return ok(toView(await saveSubscription(tx, one, now)))
    })
  })

  route(e.unsubscribePush, async ({ person, params }) => {
    const removed = await channels.db.tx((tx) => removeSubscription(tx, params.id, person.id))
    return removed ? ok(undefined) : err({ code: 'not-found' as const, pointer: '/params/id' })
  })
}

/** An uncompressed P-256 point has 65 bytes and begins with 4; anything else would fail only when it is sent to. */
const isCurvePoint = (raw: string): boolean => {
  const bytes = Buffer.from(raw, 'base64url')
  return bytes.length === 65 && bytes[0] === 4
}

const toView = (row: SubscriptionRow): PushSubscriptionView => ({
  id: row.id,
  label: row.label,
  createdAt: row.created_at.toISOString(),
  lastSentAt: row.last_sent_at?.toISOString() ?? null,
  tail: row.endpoint.slice(-12),
})

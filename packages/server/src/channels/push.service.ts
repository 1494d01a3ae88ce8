import type { Tx } from '../platform/db.ts'
import { PUSH_RETRY_MS, PUSH_TIMEOUT_MS, PUSH_TTL_S } from './channel-times.ts'
import type { Channels } from './channels.service.ts'
import { forgetSubscription, insertJobs, type JobRow, settleJob, takeJob } from './push.sql.ts'

/** All that a notification says. What waits is read on the screen, after it is unlocked. */
export const PUSH_PAYLOAD = JSON.stringify({ dure: 'waits' })

/** Wakes the devices of these people, once per reason. In the caller's transaction. Gives how many are new. */
export const queuePush = async (
  channels: Channels,
  tx: Tx,
  people: readonly string[],
  reason: string,
  now: Date,
): Promise<number> => {
  tx.afterCommit(() => channels.wake())
  const expiresAt = new Date(now.getTime() + PUSH_TTL_S * 1_000)
  return insertJobs(tx, { people, reason, newId: () => channels.ids.next() }, expiresAt, now)
}

const AT_MOST = 500

/** Sends what is due. Gives how many were tried. */
export const pushDue = async (channels: Channels): Promise<number> => {
  let tried = 0
  for (; tried < AT_MOST; tried += 1) if (!(await pushOne(channels))) break
  return tried
}

const pushOne = async (channels: Channels): Promise<boolean> => {
  const now = channels.clock.now()
  const job = await channels.db.tx((tx) => takeJob(tx, now, new Date(now.getTime() + 2 * PUSH_TIMEOUT_MS)))
  if (job === null) return false
  const outcome = job.expires_at <= now ? { kind: 'over' as const } : await post(channels, job)
  await channels.db.tx((tx) => settle(channels, tx, job, outcome))
  return true
}

type Outcome =
  | { readonly kind: 'sent' | 'gone' | 'over' | 'refused' }
  | { readonly kind: 'later'; readonly waitMs: number }

const post = async (channels: Channels, job: JobRow): Promise<Outcome> => {
  const { publicKey, privateKey } = await channels.vapidKeys()
  const { default: webPush } = await import('web-push')
  try {
    const call = webPush.generateRequestDetails(
      { endpoint: job.endpoint, keys: { p256dh: job.p256dh, auth: job.auth } },
      PUSH_PAYLOAD,
      {
        vapidDetails: { subject: channels.pushContact, publicKey, privateKey },
        TTL: PUSH_TTL_S,
        urgency: 'high',
        // One notification on the device stands for all: the newer takes the place of the older.
        topic: 'dure',
        contentEncoding: 'aes128gcm',
      },
    )
    const { 'Content-Length': _, ...headers } = call.headers as Record<string, string>
    const response = await fetch(call.endpoint, {
      method: 'POST',
      headers,
      body: new Uint8Array(call.body ?? Buffer.alloc(0)),
      redirect: 'manual',
      signal: AbortSignal.timeout(PUSH_TIMEOUT_MS),
    })
    await response.body?.cancel()
    return meaningOf(response)
  } catch (error) {
    channels.log.warn({ err: error, subscription: job.id }, 'push-not-sent')
    return { kind: 'later', waitMs: 0 }
  }
}

/** RFC 8030: 201 taken; 404 and 410 the subscription is gone; 429 and 5xx later; anything else will not get better. */
const meaningOf = (response: Response): Outcome => {
  if (response.ok) return { kind: 'sent' }
  if (response.status === 404 || response.status === 410) return { kind: 'gone' }
  if (response.status !== 429 && response.status < 500) return { kind: 'refused' }
  const seconds = Number(response.headers.get('retry-after') ?? 0)
  return { kind: 'later', waitMs: Number.isFinite(seconds) ? Math.min(PUSH_TTL_S, Math.max(0, seconds)) * 1_000 : 0 }
}

const settle = async (channels: Channels, tx: Tx, job: JobRow, outcome: Outcome): Promise<void> => {
  const now = channels.clock.now()
  switch (outcome.kind) {
    case 'sent':
      return settleJob(tx, job, 'sent', now, now)
    case 'gone':
      channels.log.info({ subscription: job.id }, 'push-subscription-gone')
      return forgetSubscription(tx, job.id)
    case 'over':
    case 'refused':
      if (outcome.kind === 'refused') channels.log.warn({ subscription: job.id }, 'push-refused')
      return settleJob(tx, job, 'failed', now, now)
    case 'later': {
      const pause = PUSH_RETRY_MS[job.attempts - 1]
      if (pause === undefined) return settleJob(tx, job, 'failed', now, now)
      return settleJob(tx, job, 'queued', new Date(now.getTime() + Math.max(pause, outcome.waitMs)), now)
    }
  }
}

import { channelEndpoints, type Problem, toProblem } from '@dure/contract'
import { call } from '../../offline/api.ts'

export type PushSupport = 'ready' | 'no_worker' | 'no_push' | 'denied'

const READY_WITHIN_MS = 3_000

/** The service worker of this app, if the browser has one running. */
const registration = async (): Promise<ServiceWorkerRegistration | undefined> => {
  if (!('serviceWorker' in navigator)) return undefined
  const none = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), READY_WITHIN_MS))
  return Promise.race([navigator.serviceWorker.ready, none])
}

/** Can this browser be woken, and is it? `tail` ends the address of its subscription. */
export const pushHere = async (): Promise<{ readonly support: PushSupport; readonly tail: string | null }> => {
  if (!('PushManager' in globalThis) || !('Notification' in globalThis)) return { support: 'no_push', tail: null }
  const worker = await registration()
  if (worker === undefined) return { support: 'no_worker', tail: null }
  if (Notification.permission === 'denied') return { support: 'denied', tail: null }
  const subscription = await worker.pushManager.getSubscription()
  return { support: 'ready', tail: subscription?.endpoint.slice(-12) ?? null }
}

/** Asks the browser, then tells the cell. A refusal is a value. */
export const switchOn = async (label: string): Promise<Problem | undefined> => {
  const worker = await registration()
  const key = await call(channelEndpoints.getPushKey)
  if (!key.ok) return key.error
  if (worker === undefined) return toProblem({ code: 'wrong-state' })
  if ((await Notification.requestPermission()) !== 'granted') return toProblem({ code: 'not-allowed' })
  const applicationServerKey = bytesOf(key.value.publicKey)
  const subscription = await worker.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey })
    .catch(() => null)
  const raw = subscription?.toJSON()
  const { p256dh, auth } = raw?.keys ?? {}
  if (raw?.endpoint === undefined || p256dh === undefined || auth === undefined)
    return toProblem({ code: 'overloaded', detail: 'the push service of this browser does not answer' })
  const told = await call(channelEndpoints.subscribePush, {
    body: { endpoint: raw.endpoint, keys: { p256dh, auth }, label },
  })
  if (told.ok) return undefined
  await subscription?.unsubscribe()
  return told.error
}

export const switchOff = async (): Promise<void> => {
  const subscription = await (await registration())?.pushManager.getSubscription()
  await subscription?.unsubscribe()
}

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(new ArrayBuffer(text.length))
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at)
  return bytes
}

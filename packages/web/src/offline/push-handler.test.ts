import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handlePush, PUSH_BODY, type PushWorker } from './push-handler.ts'

const worker = (windows: number) => {
  const listeners = new Map<string, (event: never) => void>()
  const did: string[] = []
  const waits: Promise<unknown>[] = []
  const self = {
    addEventListener: (type: string, listener: (event: never) => void) => void listeners.set(type, listener),
    registration: {
      showNotification: async (title: string, options: { body: string }) => void did.push(`${title}|${options.body}`),
    },
    clients: {
      matchAll: async () => Array.from({ length: windows }, () => ({ focus: async () => void did.push('focus') })),
      openWindow: async (url: string) => void did.push(`open ${url}`),
    },
  } as PushWorker
  handlePush(self)
  const fire = async (type: string, event: object = {}) => {
    listeners.get(type)?.({ waitUntil: (work: Promise<unknown>) => waits.push(work), ...event } as never)
    await Promise.all(waits)
  }
  return { fire, did }
}

test('whatever arrives, the notification says only that something waits', async () => {
  const { fire, did } = worker(0)
  await fire('push', { data: { text: () => '4821 홍길동' } })
  assert.deepEqual(did, [`두레 Dure|${PUSH_BODY}`])
  assert.doesNotMatch(PUSH_BODY, /\d/)
})

test('a tap brings the open screen to the front, or opens one', async () => {
  const open = worker(1)
  await open.fire('notificationclick', { notification: { close: () => open.did.push('close') } })
  assert.deepEqual(open.did, ['close', 'focus'])
  const none = worker(0)
  await none.fire('notificationclick', { notification: { close: () => undefined } })
  assert.deepEqual(none.did, ['open /'])
})

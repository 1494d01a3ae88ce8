/**
 * What a service worker does with a push: it shows one sentence that is in this file, whatever arrived, and brings somebody to
 * the screen. What waits is fetched there, after signing in.
 */
interface PushLikeEvent {
  waitUntil(work: Promise<unknown>): void
}
interface ClickLikeEvent extends PushLikeEvent {
  readonly notification: { close(): void }
}
interface WindowLike {
  focus(): Promise<unknown>
}
export interface PushWorker {
  addEventListener(type: 'push', listener: (event: PushLikeEvent) => void): void
  addEventListener(type: 'notificationclick', listener: (event: ClickLikeEvent) => void): void
  readonly registration: {
    showNotification(
      title: string,
      options: { body: string; tag: string; renotify: boolean; icon: string },
    ): Promise<void>
  }
  readonly clients: {
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly WindowLike[]>
    openWindow(url: string): Promise<unknown>
  }
}

export const PUSH_TITLE = '두레 Dure'
export const PUSH_BODY = '확인을 기다리는 일이 있습니다. Something waits.'

/** Called once by the service worker: `handlePush(self)`. */
export const handlePush = (worker: PushWorker): void => {
  worker.addEventListener('push', (event) => {
    // The payload is not read: nothing that travels through another company's servers is ever shown.
    const shown = { body: PUSH_BODY, tag: 'dure', renotify: true, icon: '/favicon.svg' }
    event.waitUntil(worker.registration.showNotification(PUSH_TITLE, shown))
  })
  worker.addEventListener('notificationclick', (event) => {
    event.notification.close()
    event.waitUntil(openScreen(worker))
  })
}

const openScreen = async ({ clients }: PushWorker): Promise<void> => {
  const [open] = await clients.matchAll({ type: 'window', includeUncontrolled: true })
  await (open === undefined ? clients.openWindow('/') : open.focus())
}

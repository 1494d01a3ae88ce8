/** The service worker of this app: it keeps the program on the device, and takes a newer one only when a person says so. */
type Listener = () => void
const listeners = new Set<Listener>()
let waiting: ServiceWorker | null = null

export const newerShell = (): boolean => waiting !== null
export const subscribeShell = (listener: Listener): (() => void) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

const LOOK_EVERY_MS = 30 * 60_000
const TAKE_OVER_WITHIN_MS = 3_000

/** Registers the worker after the first screen is there, and looks for a newer version now and then. */
export const startShell = async (): Promise<void> => {
  if (!('serviceWorker' in navigator)) return
  // A browser that blocks workers refuses, or gives nothing.
  const asked: Promise<ServiceWorkerRegistration | undefined> = navigator.serviceWorker.register('/sw.js', {
    updateViaCache: 'none',
  })
  const registration = await asked.catch(() => undefined)
  if (registration === undefined) return
  const look = () => {
    // Without a controller this is the first version on this device: nothing in use is replaced.
    waiting = navigator.serviceWorker.controller === null ? null : registration.waiting
    for (const listener of listeners) listener()
  }
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', look))
  look()
  setInterval(() => void registration.update().catch(() => undefined), LOOK_EVERY_MS)
}

/**
 * The person has pressed the button: the newer version takes over and this page is loaded anew. Drafts and the outbox are on the
 * device; other pages go on with the version they have until they are loaded again.
 */
export const takeNewerShell = (): void => {
  if (waiting === null) return
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  waiting.postMessage('take-over')
  // A version that is still busy holds the newer one back, for minutes: it lets go when its page is loaded anew.
  setTimeout(() => location.reload(), TAKE_OVER_WITHIN_MS)
}

/** The page's headers name the servers it may speak to: they have changed. */
export const renewShellPage = (): void => navigator.serviceWorker?.controller?.postMessage('renew-page')

import { handlePush, type PushWorker } from './push-handler.ts'
import { outdated, routeOf, SHELL_PREFIX } from './shell-route.ts'

/** Filled in by the build (vite.config.ts): every file of this version with a hash of its content. */
declare const __SHELL__: { readonly version: string; readonly files: readonly string[] }

interface Lasting {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Lasting {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}
interface Installing extends Lasting {
  /** Requests the browser need not ask us about. Not in every browser. */
  addRoutes?(routes: readonly object[]): Promise<void>
}
interface Told extends Lasting {
  readonly data: unknown
}
interface Worker {
  addEventListener(type: 'install', listener: (event: Installing) => void): void
  addEventListener(type: 'activate', listener: (event: Lasting) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  addEventListener(type: 'message', listener: (event: Told) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  readonly location: { readonly origin: string }
}

const worker = self as unknown as Worker
const PAGE = '/'
const CACHE = `${SHELL_PREFIX}${__SHELL__.version}`
const FILES: ReadonlySet<string> = new Set([PAGE, ...__SHELL__.files])
/** Of an earlier version: the name carries a hash of the content, so the file is the same. */
const HASHED = /^\/assets\//

const keep = async (cache: Cache, path: string): Promise<void> => {
  const known = HASHED.test(path) ? await caches.match(path) : undefined
  // Past the browser's own cache for names without a hash: there the old file may still stand.
  const response = known ?? (await fetch(path, { cache: HASHED.test(path) ? 'default' : 'reload' }))
  if (!response.ok || response.redirected) throw new Error(`${path}: ${response.status}`)
  await cache.put(path, response)
}

/** Whole or not at all: a version with a missing part would break exactly when nothing can be fetched. */
const install = async (): Promise<void> => {
  const cache = await caches.open(CACHE)
  await Promise.all([...FILES].map((path) => keep(cache, path)))
}

const activate = async (): Promise<void> => {
  for (const name of outdated(await caches.keys(), CACHE)) await caches.delete(name)
  await worker.clients.claim()
}

const fromDevice = async (path: string, request: Request): Promise<Response> => {
  const cache = await caches.open(CACHE)
  // A page of the version before asks for its own parts, which are in that version's cache.
  return (await cache.match(path)) ?? (await caches.match(path)) ?? fetch(request)
}

/** The page again, because its headers name the servers it may speak to; another version's page waits for its own worker. */
const renewPage = async (): Promise<void> => {
  const cache = await caches.open(CACHE)
  const [kept, fresh] = [await cache.match(PAGE), await fetch(PAGE, { cache: 'reload' })]
  if (kept !== undefined && fresh.ok && (await kept.text()) === (await fresh.clone().text()))
    await cache.put(PAGE, fresh)
}

worker.addEventListener('install', (event) => {
  const passing = [{ condition: { urlPattern: { pathname: '/api/*' } }, source: 'network' }]
  event.waitUntil(event.addRoutes?.(passing).catch(() => undefined) ?? Promise.resolve())
  event.waitUntil(install())
})
worker.addEventListener('activate', (event) => event.waitUntil(activate()))
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  const asked = {
    method: request.method,
    mode: request.mode,
    path: pathname,
    sameOrigin: origin === worker.location.origin,
  }
  const route = routeOf(asked, FILES)
  if (route !== 'network') event.respondWith(fromDevice(route === 'page' ? PAGE : pathname, request))
})
/** `take-over` is said by a person who pressed the button, never by the program: a page in use is not swapped. */
worker.addEventListener('message', (event) => {
  if (event.data === 'take-over') event.waitUntil(worker.skipWaiting())
  if (event.data === 'renew-page') event.waitUntil(renewPage().catch(() => undefined))
})
handlePush(worker as unknown as PushWorker)

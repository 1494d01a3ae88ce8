/** What the service worker does with a request. `network`: it keeps out of it. */
export type ShellRoute = 'page' | 'file' | 'network'

/** Addresses that only the server can answer; a page of ours for them would hide what it says. */
const SERVERS_OWN = /^\/(api|api-docs|openapi\.json|problems|healthz|readyz|metrics|demo\/control)([/?.]|$)/

interface Asked {
  readonly method: string
  readonly mode: string
  readonly path: string
  readonly sameOrigin: boolean
}

/**
 * A navigation gets the page of the version that is on the device, a file of that version comes from the device; everything else
 * goes its way, above all the API: no answer about a patient is kept in a cache that anybody can read.
 */
export const routeOf = ({ method, mode, path, sameOrigin }: Asked, files: ReadonlySet<string>): ShellRoute => {
  if (method !== 'GET' || !sameOrigin) return 'network'
  if (mode === 'navigate') return SERVERS_OWN.test(path) ? 'network' : 'page'
  return files.has(path) || path.startsWith('/assets/') ? 'file' : 'network'
}

export const SHELL_PREFIX = 'dure-shell-'

/**
 * Caches to remove when `current` takes over. The version before stays: a page of it may be open, in the middle of somebody's
 * sentence, and still ask for a part of its program.
 * @param names in the order of their making, as `caches.keys()` tells them
 */
export const outdated = (names: readonly string[], current: string): readonly string[] => {
  const others = names.filter((name) => name.startsWith(SHELL_PREFIX) && name !== current)
  return others.slice(0, -1)
}

import { SESSION_HEADER } from '@dure/contract'
import { drop, keep, kept } from './device-store.ts'

/** Whom this page speaks to now. */
export interface Server {
  /** '' = where the page came from. */
  readonly origin: string
  readonly cell: string | null
  readonly neighbour: boolean
}

const HOME: Server = { origin: '', cell: null, neighbour: false }
const KEPT = 'server'

let current: Server = HOME
const listeners = new Set<() => void>()

export const server = (): Server => current
export const isAway = (): boolean => current.origin !== ''
export const subscribeServer = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/** From now on everything goes there. */
export const goTo = (next: Server | null): void => {
  current = next ?? HOME
  if (next === null) void drop('line', KEPT)
  else void keep('line', KEPT, next)
  for (const listener of listeners) listener()
}

/** After a start without the own server: where this device was working. */
export const resumeServer = (): void => {
  const before = kept<Server>('line', KEPT)
  if (before !== undefined) current = before
}

/** The session with another server; sealed on the device like everything else. At home it is a cookie, which no script reads. */
const sessionAt = (origin: string): string | undefined => kept<string>('line', `session ${origin}`)

const noteSession = (origin: string, response: Response): void => {
  const given = response.headers.get(SESSION_HEADER)
  if (given === null) return
  if (given === '') void drop('line', `session ${origin}`)
  else void keep('line', `session ${origin}`, given)
}

/** `fetch` at this server: with the cookie at home, with the session as a header elsewhere. */
export const fetchAt = async (origin: string, path: string, init: RequestInit = {}): Promise<Response> => {
  if (origin === '') return fetch(path, { ...init, credentials: 'same-origin' })
  const headers = new Headers(init.headers)
  const session = sessionAt(origin)
  if (session !== undefined) headers.set('authorization', `Bearer ${session}`)
  const response = await fetch(origin + path, { ...init, headers, credentials: 'omit', mode: 'cors' })
  noteSession(origin, response)
  return response
}

/** For a request that is not made by `fetch`. */
export const sessionHeaders = (): readonly (readonly [string, string])[] => {
  const session = isAway() ? sessionAt(current.origin) : undefined
  return session === undefined ? [] : [['authorization', `Bearer ${session}`]]
}

/** `fetch` of an address of the API, at whatever server is worked with now. */
export const fetchHere = (path: string, init?: RequestInit): Promise<Response> => fetchAt(current.origin, path, init)

import type { CellId } from './log-record.ts'

/** What is known of a cell from here. Instants are of this cell's clock. */
export interface Contact {
  readonly cell: CellId
  readonly directAt: Date | null
  readonly failingSince: Date | null
  /** A relay had heard it then. */
  readonly knownAsOf: Date | null
  readonly relayedBy: CellId | null
  readonly stoppedAt: Date | null
}

export const LINK_STATES = ['connected', 'relayed', 'cut', 'never', 'stopped'] as const
export type LinkState = (typeof LINK_STATES)[number]

/** A contact older than this is none: the reader's process hears a living link every 1.5 s, and writes it down every few seconds. */
export const CONTACT_LASTS_MS = 10_000
/** A relay tells every few seconds as of when it knows a log, and those asked change. @see relays.ts */
export const RELAYED_LASTS_MS = 12_000

/** The newest instant up to which the cell's log is known here. */
export const asOf = ({ directAt, knownAsOf }: Contact): Date | null => {
  if (directAt === null || knownAsOf === null) return directAt ?? knownAsOf
  return directAt > knownAsOf ? directAt : knownAsOf
}

const lasts = (at: Date | null, now: Date, ms: number): boolean => at !== null && now.getTime() - at.getTime() <= ms

const isDirect = ({ failingSince, directAt }: Contact, now: Date): boolean =>
  failingSince === null && lasts(directAt, now, CONTACT_LASTS_MS)

/** @param relay what is known of the cell `relayedBy`: its word ends with the link to it */
export const linkState = (contact: Contact, relay: Contact | undefined, now: Date): LinkState => {
  if (contact.stoppedAt !== null) return 'stopped'
  if (isDirect(contact, now)) return 'connected'
  if (relay !== undefined && isDirect(relay, now) && lasts(contact.knownAsOf, now, RELAYED_LASTS_MS)) return 'relayed'
  return asOf(contact) === null ? 'never' : 'cut'
}

/** Since when the cell is not connected directly; `null` while it is. */
export const cutSince = (contact: Contact, now: Date): Date | null =>
  isDirect(contact, now) && contact.stoppedAt === null ? null : (contact.failingSince ?? contact.directAt)

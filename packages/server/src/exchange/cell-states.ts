import type { CellId } from './log-record.ts'

/** What is known of a cell from here. Instants are of this cell's clock, but `knownAsOf`, which a relay said. */
export interface Contact {
  readonly cell: CellId
  readonly directAt: Date | null
  readonly failingSince: Date | null
  readonly knownAsOf: Date | null
  readonly relayedBy: CellId | null
  readonly stoppedAt: Date | null
}

export const LINK_STATES = ['connected', 'relayed', 'cut', 'never', 'stopped'] as const
export type LinkState = (typeof LINK_STATES)[number]

/** A contact older than this is none: the reader's process writes it down every few seconds. */
export const CONTACT_LASTS_MS = 20_000

/** The newest instant up to which the cell's log is known here. */
export const asOf = ({ directAt, knownAsOf }: Contact): Date | null => {
  if (directAt === null || knownAsOf === null) return directAt ?? knownAsOf
  return directAt > knownAsOf ? directAt : knownAsOf
}

export const linkState = (contact: Contact, now: Date): LinkState => {
  if (contact.stoppedAt !== null) return 'stopped'
  const lasts = (at: Date | null) => at !== null && now.getTime() - at.getTime() <= CONTACT_LASTS_MS
  if (contact.failingSince === null && lasts(contact.directAt)) return 'connected'
  if (contact.relayedBy !== null && lasts(contact.knownAsOf)) return 'relayed'
  return asOf(contact) === null ? 'never' : 'cut'
}

/** Since when the cell is not connected directly; `null` while it is. */
export const cutSince = (contact: Contact, now: Date): Date | null =>
  linkState(contact, now) === 'connected' ? null : (contact.failingSince ?? contact.directAt)

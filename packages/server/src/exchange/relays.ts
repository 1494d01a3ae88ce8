import { createHash } from 'node:crypto'
import type { CellId } from './log-record.ts'

/** A link that gave no sign of life for this long is silent: others are asked for its cell's log. */
export const SILENT_AFTER_MS = 4_000
/** How many others are asked for it at once. They change every {@link TURN_MS}, as those asked may be cut off from it too. */
export const RELAYS = 3
export const TURN_MS = 5_000

/** Is `peer` among those to be asked for `silent` now? Everybody who answers is asked in turn. */
export const isRelayFor = (peer: CellId, silent: CellId, answering: readonly CellId[], nowMs: number): boolean => {
  const others = answering.filter((id) => id !== silent)
  if (others.length <= RELAYS) return others.includes(peer)
  const order = others.toSorted((one, other) => (place(one, silent) < place(other, silent) ? -1 : 1))
  const start = (Math.floor(nowMs / TURN_MS) * RELAYS) % order.length
  return [0, 1, 2].some((step) => order[(start + step) % order.length] === peer)
}

const place = (id: CellId, silent: CellId): string => createHash('sha256').update(`${id}/${silent}`).digest('hex')

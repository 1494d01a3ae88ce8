/**
 * Hybrid logical clock (Kulkarni et al. 2014): close to the wall clock, never backwards, and what was written after something was
 * read sorts behind it, whichever cell wrote either. Written as text that sorts: `ms-counter-cell`.
 * @see docs/sources/rooms.md#clock
 */
export interface Stamp {
  /** Milliseconds since 1970, at least the wall clock's when it was made. */
  readonly ms: number
  /** Tells stamps of one millisecond apart. */
  readonly count: number
  /** Region code of the cell that made it. */
  readonly cell: string
}

/** `0001767571200000-0003-28` without the first zeros: 13 digits of ms, 4 hexadecimal digits, region code. */
export type Hlc = string

const MAX_COUNT = 0xffff
/** A stamp further ahead of our clock than this orders its own message and does not pull our clock along. */
export const MAX_AHEAD_MS = 60_000

const FORM = /^([0-9]{13})-([0-9a-f]{4})-([0-9]{2})$/

export const formatHlc = ({ ms, count, cell }: Stamp): Hlc =>
  `${String(ms).padStart(13, '0')}-${count.toString(16).padStart(4, '0')}-${cell}`

export const parseHlc = (raw: string): Stamp | undefined => {
  const found = FORM.exec(raw)
  if (found === null) return undefined
  const [, ms = '', count = '', cell = ''] = found
  return { ms: Number(ms), count: Number.parseInt(count, 16), cell }
}

/** The next stamp of this cell after `last`, which may be another cell's. */
export const tick = (last: Stamp | undefined, nowMs: number, cell: string): Stamp => {
  if (last === undefined || nowMs > last.ms) return { ms: nowMs, count: 0, cell }
  if (last.count < MAX_COUNT) return { ms: last.ms, count: last.count + 1, cell }
  return { ms: last.ms + 1, count: 0, cell }
}

/** What the next stamp has to lie behind, after `seen` came in: the later of the two, unless `seen` is from a clock far ahead. */
export const observe = (last: Stamp | undefined, seen: Stamp, nowMs: number): Stamp | undefined => {
  if (seen.ms > nowMs + MAX_AHEAD_MS) return last
  return last === undefined || formatHlc(seen) > formatHlc(last) ? seen : last
}

/** Place of an item in a timeline: sorts as text, total, the same in every cell. */
export const timelineKey = (hlc: Hlc, id: string): string => `${hlc}~${id}`

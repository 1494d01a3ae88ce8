import type { Rank } from '@dure/contract'
import { RANKS } from '@dure/contract'

/** From `startMs` on and before `endMs`. */
export interface Interval {
  readonly startMs: number
  readonly endMs: number
}

export interface Shift extends Interval {
  readonly id: string
  readonly duty: string
  readonly rank: Rank
  /** Account, or else the name: tells two people apart. */
  readonly who: string
}

/** Who is on call at a time, by rank, then by who began first. Empty when nobody is: no guess, no default. */
export const onCallAt = <S extends Shift>(shifts: readonly S[], atMs: number): S[] =>
  shifts
    .filter((shift) => shift.startMs <= atMs && atMs < shift.endMs)
    .sort((a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank) || a.startMs - b.startMs || (a.id < b.id ? -1 : 1))

/** The first shift to begin after a time. */
export const nextAfter = <S extends Shift>(shifts: readonly S[], atMs: number): S | undefined =>
  shifts.filter((shift) => shift.startMs > atMs).sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1))[0]

/** What nobody covers of a window, in order; touching shifts leave no gap. */
export const gapsOf = (shifts: readonly Interval[], window: Interval): Interval[] => {
  const gaps: Interval[] = []
  let covered = window.startMs
  for (const { startMs, endMs } of [...shifts].sort((a, b) => a.startMs - b.startMs)) {
    if (startMs >= window.endMs) break
    if (startMs > covered) gaps.push({ startMs: covered, endMs: startMs })
    covered = Math.max(covered, endMs)
  }
  if (covered < window.endMs) gaps.push({ startMs: covered, endMs: window.endMs })
  return gaps.filter((gap) => gap.endMs > gap.startMs)
}

/** Stretches of a window in which two or more of these are on call at once, in order. */
export const overlapsOf = (shifts: readonly Interval[], window: Interval): Interval[] => {
  const marks = shifts
    .filter(({ startMs, endMs }) => startMs < window.endMs && endMs > window.startMs)
    .flatMap(({ startMs, endMs }) => [
      { at: Math.max(startMs, window.startMs), change: 1 },
      { at: Math.min(endMs, window.endMs), change: -1 },
    ])
    // An end before a beginning at the same instant: touching shifts do not overlap.
    .sort((a, b) => a.at - b.at || a.change - b.change)
  const overlaps: Interval[] = []
  let count = 0
  let since = 0
  for (const { at, change } of marks) {
    const before = count
    count += change
    if (before < 2 && count >= 2) since = at
    if (before >= 2 && count < 2 && at > since) overlaps.push({ startMs: since, endMs: at })
  }
  return overlaps
}

export interface Finding extends Interval {
  readonly warning: 'gap' | 'overlap' | 'same_person_twice'
  readonly duty: string
  readonly rank: Rank
}

/**
 * What is wrong with a place's roster in a window: a duty without anybody on call, two on one rank, one person on two ranks of a duty.
 * A rank nobody was ever planned for is not missed, except `on_call` of a duty the roster has.
 */
export const findingsOf = (shifts: readonly Shift[], window: Interval): Finding[] => {
  const findings: Finding[] = []
  for (const [duty, ofDuty] of Map.groupBy(shifts, (shift) => shift.duty)) {
    for (const rank of RANKS) {
      const ofRank = ofDuty.filter((shift) => shift.rank === rank)
      if (ofRank.length > 0 || rank === 'on_call')
        findings.push(...gapsOf(ofRank, window).map((gap) => ({ warning: 'gap' as const, duty, rank, ...gap })))
      findings.push(...overlapsOf(ofRank, window).map((one) => ({ warning: 'overlap' as const, duty, rank, ...one })))
    }
    findings.push(...twiceOf(duty, ofDuty, window))
  }
  return findings.sort(
    (a, b) => a.startMs - b.startMs || compare(a.duty, b.duty) || RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** One person as their own second: nobody stands behind them. */
const twiceOf = (duty: string, shifts: readonly Shift[], window: Interval): Finding[] =>
  [...Map.groupBy(shifts, ({ who }) => who).values()].flatMap((own) => {
    const ranks = new Set(own.map(({ rank }) => rank))
    if (ranks.size < 2) return []
    const rank = RANKS.find((one) => one !== 'on_call' && ranks.has(one)) ?? 'second'
    // Laid over each other rank by rank, so that two of one rank, an overlap already, are not counted here.
    const flat = [...ranks].flatMap((one) => merge(own.filter((shift) => shift.rank === one)))
    return overlapsOf(flat, window).map((stretch) => ({
      warning: 'same_person_twice' as const,
      duty,
      rank,
      ...stretch,
    }))
  })

const merge = (shifts: readonly Interval[]): Interval[] => {
  const merged: Interval[] = []
  for (const { startMs, endMs } of [...shifts].sort((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1)
    if (last !== undefined && startMs <= last.endMs)
      merged[merged.length - 1] = { startMs: last.startMs, endMs: Math.max(last.endMs, endMs) }
    else merged.push({ startMs, endMs })
  }
  return merged
}

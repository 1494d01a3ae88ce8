import type { BedClass } from '@dure/contract'
import type { IntakeStop } from './types.ts'

/** Where a hospital takes nobody at an instant. */
export interface Stopped {
  /** The stop of the hospital as a whole; null = it takes patients. */
  readonly whole: IntakeStop | null
  readonly byClass: ReadonlyMap<BedClass, IntakeStop>
}

/** Does it still stand? `until` is the first instant at which it does not. */
export const stands = ({ until }: Pick<IntakeStop, 'until'>, now: Date): boolean =>
  until === null || now.getTime() < until.getTime()

/** A stop ends by itself when its hospital expected it to: it is asked again and may say no, while a forgotten stop hides beds. */
export const stoppedAt = (hospital: { readonly stops: readonly IntakeStop[] } | undefined, now: Date): Stopped => {
  const standing = (hospital?.stops ?? []).filter((stop) => stands(stop, now))
  return {
    whole: standing.find(({ bedClass }) => bedClass === null) ?? null,
    byClass: new Map(standing.flatMap((stop) => (stop.bedClass === null ? [] : [[stop.bedClass, stop] as const]))),
  }
}

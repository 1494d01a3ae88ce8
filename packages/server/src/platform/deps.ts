import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Db } from './db.ts'
import type { Ids } from './ids.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { TimerHandler } from './timers.ts'

/** What a slice stands on. Slices take the members they need: `Pick<Deps, 'db' | 'clock'>`. */
export interface Deps {
  readonly config: Config
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly metrics: Metrics
  /** Registers the handler of a kind of timer, before the cell starts. */
  onTimer(kind: string, handler: TimerHandler): void
  /** Work to end when the cell closes; last registered, first ended. */
  onClose(end: () => Promise<void> | void): void
  /** Work of the cell's own, begun when it is ready to serve: pollers and the like. Not begun in tests that do not ask. */
  onReady(begin: () => Promise<void> | void): void
}

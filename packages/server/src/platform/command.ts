import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Db } from './db.ts'

/** What a command stands on. It gives its exit status: 0 done, 1 refused, 2 wrong use. */
export interface CommandIo {
  /** A line on standard output. */
  out(text: string): void
  /** A line on standard error. */
  error(text: string): void
  readonly clock: Clock
  /** @throws with every fault of the environment named */
  config(): Config
  /** The migrated database of the cell, opened when it is needed; the caller closes it. */
  openDb(): Promise<Db>
}

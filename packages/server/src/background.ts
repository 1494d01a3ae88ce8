import type pg from 'pg'
import type { Exchange } from './exchange/index.ts'
import { sweepSessions } from './platform/auth.sql.ts'
import type { Deps } from './platform/deps.ts'
import type { EventHub } from './platform/events.ts'
import { sweepAnswers } from './platform/idempotency.ts'
import { listen } from './platform/listen.ts'
import { BATCH, isAnyUnnumbered } from './platform/oplog.sequencer.ts'
import { OPLOG_CHANNEL } from './platform/oplog.ts'
import { sweepTimers, type TimerRunner } from './platform/timers.runner.ts'
import { startWorker } from './platform/worker.ts'

const POLL_MS = 1_000
/** What is written within this time is numbered, told and read together; a single op is numbered at once. */
const SEQUENCER_REST_MS = 10
const SWEEP_MS = 10 * 60_000

/** What a cell moves. */
interface Moved {
  readonly deps: Deps
  readonly hub: EventHub
  readonly exchange: Exchange
  readonly timers: TimerRunner
  readonly beginnings: readonly (() => Promise<void> | void)[]
  /** Numbers what waits; gives how many. */
  sequence(): Promise<number>
}

/** What goes on by itself; ended before the database is closed. */
export const startBackground = async (
  { deps, hub, exchange, beginnings, sequence, timers }: Moved,
  connection: pg.ClientConfig,
): Promise<void> => {
  const { db, log, clock, onClose } = deps
  let saidHere = true
  const number = async (): Promise<boolean> => {
    const isSure = saidHere
    saidHere = false
    // Other processes wake their own sequencer: mostly there is nothing to find here.
    return (isSure || (await isAnyUnnumbered(db))) && (await sequence()) >= BATCH
  }
  const sequencer = startWorker('sequencer', POLL_MS, number, log, SEQUENCER_REST_MS)
  const timer = startWorker('timers', POLL_MS / 2, async () => (await timers.runDue(clock.now())) > 0, log)
  const sweeper = startWorker('sweeper', SWEEP_MS, () => sweep(deps), log)
  const wake = (channel: string | undefined, origin: string) => {
    exchange.wake(channel === undefined ? undefined : origin)
    if (channel === undefined || origin === deps.config.region) hub.wake()
  }
  const listening = listen(connection, [OPLOG_CHANNEL], wake, log)
  db.onSignal('outbox', () => {
    saidHere = true
    sequencer.wake()
  })
  db.onSignal('timer', () => timer.wake())
  for (const work of [listening, sweeper, timer, sequencer]) onClose(() => work.close())
  await exchange.start(connection)
  const begun = beginnings.map((begin) =>
    (async () => begin())().catch((error: unknown) => log.error({ err: error }, 'background-work-not-begun')),
  )
  // First of all endings: what is still beginning could not be ended, and would go on after the close.
  onClose(() => Promise.all(begun).then(() => undefined))
}

const sweep = async ({ db, clock }: Deps): Promise<false> => {
  const now = clock.now()
  await sweepSessions(db, now)
  await sweepAnswers(db, now)
  await sweepTimers(db, now)
  return false
}

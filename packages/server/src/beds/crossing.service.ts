import type { Deps } from '../platform/deps.ts'
import { startWorker, type Worker } from '../platform/worker.ts'
import type { Beds } from './beds.service.ts'
import { followAsk } from './crossing.asker.service.ts'
import { ASK_TIMER } from './crossing.asking.ts'
import { answerFor, endGrant, GRANT_TIMER } from './crossing.owner.service.ts'
import { askedOf, endingGrants, openAsksOf } from './crossing.sql.ts'
import { CLOCK_SKEW_MS } from './crossing.ts'
import { sayHospitals, type WideDirectory } from './far-hospitals.service.ts'
import { HOLD_TTL_MS } from './placement-times.ts'
import { compareSamePatients } from './same-patient.service.ts'

/** What a cell does by itself for the regions it writes. Each step is a transaction of its own and a function of the logs. */
export interface Duties {
  /** For every region this cell writes now; steps that fail are logged and tried again at the next turn. */
  run(): Promise<void>
}

/** Duties are also done without news: an answer may wait for a bed that became known by itself. Own choice: docs/sources/beds.md. */
const DUTY_EVERY_MS = 5_000

export const makeDuties = (beds: Beds, directory: WideDirectory): Duties => {
  let running: Promise<void> | undefined
  let again = false
  const rounds = async (): Promise<void> => {
    do {
      again = false
      await round(beds, directory)
    } while (again)
  }
  return {
    // One at a time in this process; who asks during a round gets one that began after the asking.
    run: () => {
      again = running !== undefined
      running ??= rounds().finally(() => {
        running = undefined
      })
      return running
    },
  }
}

export const registerCrossing = (deps: Deps, beds: Beds, duties: Duties): void => {
  // The step itself is a transaction: the timer only says that it is time.
  deps.onTimer(ASK_TIMER, async (tx) => tx.afterCommit(() => void duties.run()))
  deps.onTimer(GRANT_TIMER, async (_tx, timer) => endGrant(beds, timer.subject))
  beds.exchange.onApplied(() => duties.run())
  let worker: Worker | undefined
  deps.onReady(() => {
    worker = startWorker('bed-crossing', DUTY_EVERY_MS, () => duties.run().then(() => false), deps.log)
  })
  deps.onClose(() => worker?.close())
}

const round = async (beds: Beds, directory: WideDirectory): Promise<void> => {
  const attempt = async (what: string, step: () => Promise<unknown>): Promise<void> => {
    try {
      await step()
    } catch (error) {
      beds.log.warn({ err: error, duty: what }, 'duty-failed')
    }
  }
  for (const { origin, mayWrite } of await beds.exchange.standings()) {
    if (!mayWrite) continue
    await attempt('hospitals', () => tellHospitals(beds, directory, origin))
    for (const id of await askedOf(beds.db, origin)) await attempt('answer', () => answerFor(beds, id))
    for (const id of await openAsksOf(beds.db, origin)) await attempt('follow', () => followAsk(beds, id))
    const now = beds.clock.now()
    const forgotten = new Date(now.getTime() - HOLD_TTL_MS - CLOCK_SKEW_MS)
    for (const id of await endingGrants(beds.db, origin, now, forgotten)) await attempt('end', () => endGrant(beds, id))
    await attempt('same-patient', () => compareSamePatients(beds, origin))
  }
}

const tellHospitals = async (beds: Beds, directory: WideDirectory, origin: string): Promise<void> => {
  if (beds.exchange.cells.length < 2) return
  const own = await directory.own()
  for (;;) if ((await beds.db.tx((tx) => sayHospitals(tx, own, origin, beds.clock.now()))) === 0) return
}

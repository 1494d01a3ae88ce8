import type { Deps } from '../platform/deps.ts'
import { startWorker, type Worker } from '../platform/worker.ts'
import type { Beds } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import { addEvent } from './requests.sql.ts'

/**
 * Days after the end of a request for which the cell keeps who the patient was: time to correct an end that was none. The hospital
 * that took the patient has its own record by then. Who looked is kept.
 * @see docs/sources/beds.md#identity
 */
export const IDENTITY_KEPT_DAYS = 5

const DAY_MS = 24 * 3_600_000
const ERASED_AT_ONCE = 200
const LOOK_EVERY_MS = 3_600_000

/** Identities of requests that ended before this are erased. */
export const erasedBefore = (now: Date): Date => new Date(now.getTime() - IDENTITY_KEPT_DAYS * DAY_MS)

/** Erases what is due, in steps. Gives how many. */
export const eraseIdentities = async (beds: Beds): Promise<number> => {
  let erased = 0
  for (;;) {
    const step = (await eraseSome(beds)) + (await eraseGrantPatients(beds))
    if (step === 0) return erased
    erased += step
  }
}

/** A request that somebody works on this moment is left for the next time. */
const eraseSome = (beds: Beds): Promise<number> =>
  beds.db.tx(async (tx) => {
    const now = beds.clock.now()
    const rows = await tx.sql<{ id: string }>(
      `with due as (
         select r.id
           from beds.request r
          where r.closed_at <= $1
            and exists (select from beds.patient_identity i where i.request_id = r.id)
          order by r.id
          limit ${ERASED_AT_ONCE}
            for update skip locked
       )
       delete from beds.patient_identity i
        using due
        where i.request_id = due.id
       returning due.id`,
      [erasedBefore(now)],
    )
    const data = { afterDays: IDENTITY_KEPT_DAYS }
    for (const { id } of rows) addEvent(tx, { requestId: id, kind: 'identity_erased', by: SYSTEM, data }, now)
    return rows.length
  })

/** Patients of other regions that were given a bed here: from the day they lay in it, or the promise ended. */
const eraseGrantPatients = async ({ db, clock }: Beds): Promise<number> =>
  (
    await db.sql(
      `delete from beds.grant_patient p
        using beds.grant g
        where g.ask_id = p.ask_id
          and least(g.occupied_at, g.ended_at) <= $1
       returning p.ask_id`,
      [erasedBefore(clock.now())],
    )
  ).length

/** Looks every hour, so that nothing is kept longer than the days say and an hour. */
export const registerErasure = (deps: Pick<Deps, 'onReady' | 'onClose' | 'log'>, beds: Beds): void => {
  let worker: Worker | undefined
  deps.onReady(() => {
    worker = startWorker('identity-erasure', LOOK_EVERY_MS, () => eraseIdentities(beds).then(() => false), deps.log)
  })
  deps.onClose(() => worker?.close())
}

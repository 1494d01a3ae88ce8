import type { Beds, Work } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import { planExpiries, searchAgain } from './recalling.service.ts'
import { adoptHolds, adoptRequests, adoptSlots, doubtFree, EVERYTHING, restate, telling } from './standing-in.sql.ts'
import { takeUp } from './taking-up.service.ts'

/**
 * What an opened epoch means for beds. A neighbour that begins to stand in makes the region's rows from its log; a cell whose own log
 * goes on here, after a neighbour stood in or after a restore, takes up what it says. Nothing is placed on a bed whose hospital has not
 * said "still true" in the new epoch.
 */
export const registerStandingIn = (beds: Beds): void => {
  beds.exchange.onOpened(async (tx, opened, now) => {
    const work: Work = { beds, tx, now, by: SYSTEM }
    if (opened.origin !== beds.region) await takeOver(work, opened.origin)
    else if (opened.reason === 'returned' || opened.reason === 'restored') await takeUp(work, opened)
    if (opened.origin === beds.region) opened.afterwards(() => restate(tx))
    tx.afterCommit(() => beds.finder.touchAll())
  })
}

/** From the log alone. Who the patients are did not travel; offers that were open are asked anew. */
const takeOver = async (work: Work, sido: string): Promise<void> => {
  const { tx, now } = work
  await telling(tx, 'taken-over')
  await adoptSlots(tx, sido, { ...EVERYTHING, ownCode: sido })
  await doubtFree(tx, sido, now)
  await telling(tx, 'silent')
  await adoptRequests(tx, sido, { ...EVERYTHING, closedToo: false })
  await adoptHolds(tx, sido, { ...EVERYTHING, endedToo: false })
  await telling(tx, 'on')
  await planExpiries(work, sido)
  await searchAgain(work, sido)
}

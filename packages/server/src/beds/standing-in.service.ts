import type { OpenedHere } from '../exchange/index.ts'
import { adoptHospitals } from '../facilities/index.ts'
import type { Beds, Work } from './beds.service.ts'
import { SYSTEM } from './by.ts'
import type { WideDirectory } from './far-hospitals.service.ts'
import { planExpiries, recallMode, searchAgain, tellUnsaidMode } from './recalling.service.ts'
import { adoptHolds, adoptRequests, adoptSlots, doubtFree, EVERYTHING, restate, telling } from './standing-in.sql.ts'
import { takeUp } from './taking-up.service.ts'
import { forgetSaid } from './taking-up.sql.ts'
import { toldHospitals } from './told.sql.ts'

/**
 * What an opened epoch means for beds. A neighbour that begins to stand in makes the region's rows from its log; a cell whose own log
 * goes on here, after a neighbour stood in or after a restore, takes up what it says. Nothing is placed on a bed whose hospital has not
 * said "still true" in the new epoch.
 */
export const registerStandingIn = (beds: Beds, directory: Pick<WideDirectory, 'told'>): void => {
  beds.exchange.onOpened(async (tx, opened, now) => {
    const work: Work = { beds, tx, now, by: SYSTEM }
    if (opened.origin !== beds.region) await takeOver(work, opened)
    else if (opened.reason === 'returned' || opened.reason === 'restored') await takeUp(work, opened)
    if (opened.origin === beds.region) {
      opened.afterwards(() => restate(tx))
      if (opened.reason !== 'promoted') opened.afterwards(() => tellUnsaidMode(work, opened))
    }
    tx.afterCommit(() => {
      directory.told()
      beds.finder.touchAll()
    })
  })
}

/** From the log alone. Who the patients are did not travel; offers that were open are asked anew. */
const takeOver = async (work: Work, opened: OpenedHere): Promise<void> => {
  const { tx, now } = work
  const { origin: sido } = opened
  await adoptHospitals(tx, sido, await toldHospitals(tx, sido), 'stands-in', now)
  // From now on its hospitals are said from these tables, and not because of what was said when this cell stood in before.
  await forgetSaid(tx, sido)
  await recallMode(work, opened)
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

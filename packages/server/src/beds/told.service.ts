import type { ExchangePort, LogRecord } from '../exchange/index.ts'
import type { Tx } from '../platform/db.ts'
import type { Finder } from './candidates.service.ts'
import { foldCrossing } from './crossing.sql.ts'
import { CROSSING_KINDS, parseCrossing } from './crossing-ops.ts'
import type { WideDirectory } from './far-hospitals.service.ts'
import {
  forgetRegion,
  putToldHold,
  putToldHospital,
  putToldPatient,
  putToldRequest,
  putToldSlot,
  type Told,
} from './told.sql.ts'
import { holdStated, hospitalStated, patientKeyed, requestStated, slotStated } from './told-bodies.ts'

/**
 * Folds the logs of other regions into what placing reads. Records of a region this cell writes come this way only while it does not
 * write it: what it forgot in a restore, or what a neighbour wrote. They are taken up when it writes again (`taking-up.service`).
 */
export const followRegions = (exchange: ExchangePort, finder: Finder, directory: WideDirectory): void => {
  const on = (kind: string, put: (tx: Tx, record: LogRecord, told: Told, now: Date) => Promise<void>) =>
    exchange.onRecord(kind, (tx, record, now) => {
      const { epoch, seq, at } = record
      return put(tx, record, { epoch, seq, toldAt: new Date(at) }, now)
    })
  on('slot-stated', async (tx, { origin, body }, told, now) => {
    const slot = slotStated.parse(body)
    await putToldSlot(tx, origin, slot, told, now)
    tx.afterCommit(() => finder.touch([slot.id]))
  })
  on('hold-stated', (tx, { origin, body }, told) => putToldHold(tx, origin, holdStated.parse(body), told))
  on('request-stated', (tx, { origin, body }, told) =>
    putToldRequest(tx, origin, requestStated.parse(body), body, told),
  )
  on('patient-keyed', (tx, { origin, body }) => putToldPatient(tx, origin, patientKeyed.parse(body)))
  on('hospital-stated', async (tx, { origin, body }, { toldAt }) => {
    await putToldHospital(tx, origin, hospitalStated.parse(body), toldAt)
    tx.afterCommit(() => {
      directory.told()
      finder.touchAll()
    })
  })
  for (const kind of CROSSING_KINDS)
    on(kind, (tx, { origin, body }, { toldAt }) => foldCrossing(tx, origin, parseCrossing(kind, body), toldAt))
  exchange.onRewound(async (tx, origin) => {
    await forgetRegion(tx, origin)
    tx.afterCommit(() => {
      directory.told()
      finder.touchAll()
    })
  })
}

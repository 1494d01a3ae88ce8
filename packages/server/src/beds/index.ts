import type { Directory } from '../facilities/index.ts'
import type { Http } from '../platform/http.ts'
import { registerPlacing } from './beds.routes.ts'
import type { Beds } from './beds.service.ts'
import { makeFinder } from './candidates.service.ts'
import { modelSource } from './drive-time.ts'
import { lazyIdentityKey } from './identity-key.service.ts'
import { DEFAULT_OSRM_LIMITS, osrmSource } from './osrm.service.ts'
import { registerSeverity } from './severity.routes.ts'
import { registerSlots } from './slots.routes.ts'
import { registerBedTimers } from './timers.service.ts'

/** The only door of the bed slice for other slices. */
export type { Beds } from './beds.service.ts'
export { insertSlots, type NewSlot, refreshSlots, slotsOfHospital } from './slots.sql.ts'
export { registerBedTimers } from './timers.service.ts'

/**
 * Serves the bed slice: its routes, its timers, and its copy of the slots for ranking.
 * Call it once, before the cell starts serving.
 */
export const registerBeds = (http: Http, { directory }: { readonly directory: Directory }): Beds => {
  const { deps } = http
  const { db, clock, ids, log, config } = deps
  const drive =
    config.osrmUrl === undefined ? modelSource : osrmSource({ baseUrl: config.osrmUrl, ...DEFAULT_OSRM_LIMITS })
  const finder = makeFinder({ db, clock, log, directory, drive })
  const identityKey = lazyIdentityKey(config.dataDir)
  const beds: Beds = { db, clock, ids, log, region: config.region, finder, identityKey }
  registerSlots(http, beds)
  registerSeverity(http)
  registerPlacing(http, beds)
  registerBedTimers(deps, beds)
  deps.onReady(async () => {
    await finder.refresh()
    finder.begin()
  })
  deps.onClose(() => finder.end())
  return beds
}

import type { ExchangePort } from '../exchange/index.ts'
import type { Directory } from '../facilities/index.ts'
import type { Http } from '../platform/http.ts'
import { registerPlacing } from './beds.routes.ts'
import type { Beds } from './beds.service.ts'
import { makeFinder } from './candidates.service.ts'
import { registerCrossingRoutes } from './crossing.routes.ts'
import { makeDuties, registerCrossing } from './crossing.service.ts'
import { modelSource } from './drive-time.ts'
import { registerErasure } from './erasure.service.ts'
import { withFarHospitals } from './far-hospitals.service.ts'
import { warnThoseConcerned } from './hospital-words.service.ts'
import { lazyIdentityKey } from './identity-key.service.ts'
import { refuseAtNation } from './nation.routes.ts'
import { DEFAULT_OSRM_LIMITS, osrmSource } from './osrm.service.ts'
import { registerSettling } from './settling.routes.ts'
import { registerSeverity } from './severity.routes.ts'
import { registerSlots } from './slots.routes.ts'
import { alone } from './standing.ts'
import { registerStandingIn } from './standing-in.service.ts'
import { registerBedTimers } from './timers.service.ts'
import { followRegions } from './told.service.ts'

/** The only door of the bed slice for other slices. */
export { ageBand } from './age-band.ts'
export { actOnOffer } from './answering.service.ts'
export type { Beds } from './beds.service.ts'
export { followedRequests } from './followed.service.ts'
export type { FollowedRequest, RequestFollower } from './following.service.ts'
export { codesOfRequests, farHospitalNames, requestNamed } from './lookup.sql.ts'
export { NATIONAL_CELL } from './nation.routes.ts'
export { openRequestsOf, type RequestForRoom, requestForRoom } from './room.service.ts'
export { insertSlots, type NewSlot, refreshSlots, slotsOfHospital } from './slots.sql.ts'
export {
  offersOfCode,
  offersSentSince,
  offersUnseen,
  type SheetBeds,
  type SheetRow,
  type SpokenOffer,
  sheetBeds,
  sheetRows,
  spokenOffer,
} from './spoken.sql.ts'
export { alone } from './standing.ts'
export { registerBedTimers } from './timers.service.ts'
export { type RegionFigures, regionFigures } from './told-figures.sql.ts'
export { neighboursOf } from './zones.ts'

export interface BedsNeeds {
  readonly directory: Directory
  /** Absent: a cell alone. */
  readonly exchange?: ExchangePort
}

/** The slice as other parts of the cell use it. */
export interface BedSlice extends Beds {
  /** Asks, answers, expiries, duplicates: what the cell does by itself across regions. Also done in the background. */
  duties(): Promise<void>
}

/**
 * Serves the bed slice: its routes, its timers, its copy of the slots for ranking, and its part between regions.
 * Call it once, before the cell starts serving.
 */
export const registerBeds = (http: Http, needs: BedsNeeds): BedSlice => {
  const { deps } = http
  const { db, clock, ids, log, config } = deps
  const exchange = needs.exchange ?? alone(config.region)
  const directory = withFarHospitals(needs.directory, db, config.region)
  const drive =
    config.osrmUrl === undefined ? modelSource : osrmSource({ baseUrl: config.osrmUrl, ...DEFAULT_OSRM_LIMITS })
  const finder = makeFinder({ db, clock, log, directory, drive })
  const identityKey = lazyIdentityKey(config.dataDir)
  const beds: Beds = {
    db,
    clock,
    ids,
    log,
    region: config.region,
    finder,
    identityKey,
    followers: [],
    nationKey: config.nationKey,
    exchange,
  }
  const duties = makeDuties(beds, directory)
  refuseAtNation(http)
  registerSlots(http, beds)
  registerSeverity(http)
  registerPlacing(http, beds)
  registerSettling(http, beds)
  registerCrossingRoutes(http, beds)
  registerBedTimers(deps, beds)
  registerErasure(deps, beds)
  needs.directory.onWord(warnThoseConcerned(beds))
  followRegions(exchange, finder, directory)
  registerStandingIn(beds, directory)
  registerCrossing(deps, beds, duties)
  deps.onReady(async () => {
    await finder.refresh()
    finder.begin()
  })
  deps.onClose(() => finder.end())
  return { ...beds, duties: () => duties.run() }
}

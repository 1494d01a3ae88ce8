import type { Directory } from '../facilities/index.ts'
import type { Http } from '../platform/http.ts'
import { registerRosterRoutes } from './rosters.routes.ts'
import type { Rosters } from './rosters.service.ts'

export { nameOfPlace, type OpenItem, type OpenList, onCallRows, type Rosters } from './rosters.service.ts'
/** The only door of the roster slice for other slices. */
export { insertShift, type NewShift, type ShiftRow } from './rosters.sql.ts'
export { type DemoLine, type DemoTurn, seedRosters } from './seed.service.ts'
export { DAY_MS, seoulDay, startOfDay } from './seoul.ts'

/** Serves rosters. Other slices add to what is handed over: `rosters.openLists.push(…)`. */
export const registerRosters = (http: Http, { directory }: { readonly directory: Directory }): Rosters => {
  const { db, clock, ids, config } = http.deps
  const rosters: Rosters = { db, clock, ids, region: config.region, directory, openLists: [] }
  registerRosterRoutes(http, rosters)
  return rosters
}

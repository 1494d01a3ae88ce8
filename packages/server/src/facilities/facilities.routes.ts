import { facilityEndpoints } from '@dure/contract'
import type { Deps } from '../platform/deps.ts'
import { type Http, serve } from '../platform/http.ts'
import { err, ok } from '../platform/result.ts'
import { readPlace } from './cursor.ts'
import { type Directory, makeDirectory } from './directory.service.ts'
import { describeHospital, findHospitals } from './finding.service.ts'
import { makePoller, PAGE_TIMEOUT_MS, ROWS_PER_PAGE } from './nemc-poller.service.ts'
import { REGIONS } from './regions.ts'
import { countHistory, hospitalDetail } from './search.sql.ts'
import { listSourceStates } from './sources.sql.ts'
import type { SearchPlace } from './stated.ts'
import { registerStating } from './stating.routes.ts'
import { toCountView, toSourceView } from './views.ts'

/**
 * The directory's routes, its copy in memory and its poller, if the configuration names a source.
 * Routes are for signed-in people; the list of provinces is for everyone.
 */
export const registerFacilities = (http: Http): Directory => {
  const { deps } = http
  const directory = makeDirectory(deps)
  deps.onReady(directory.begin)
  deps.onClose(directory.end)
  beginPoller(deps)
  registerRoutes(http, directory)
  registerStating(http, directory)
  return directory
}

/** A province asks for itself; the national cell for all. */
const beginPoller = (deps: Deps): void => {
  const { nemc, region } = deps.config
  if (nemc === undefined) return
  const endpoint = { url: nemc.url, key: nemc.key, pageTimeoutMs: PAGE_TIMEOUT_MS, rowsPerPage: ROWS_PER_PAGE }
  const provinces = region === NATIONAL ? REGIONS.map(({ code }) => code) : [region]
  const poller = makePoller(deps, { endpoint, everyMs: nemc.intervalS * 1_000, provinces, chance: Math.random })
  deps.onReady(poller.begin)
  deps.onClose(poller.end)
}

const NATIONAL = '00'

const registerRoutes = (http: Http, directory: Directory): void => {
  const { db, config } = http.deps
  const route = serve(http)

  route(facilityEndpoints.listRegions, () => ok({ regions: REGIONS.map((region) => ({ ...region })) }))

  route(facilityEndpoints.listHospitals, async ({ query, now }) => {
    const { lat, lon, cursor, limit, ...filters } = query
    if ((lat === undefined) !== (lon === undefined)) {
      const pointer = lat === undefined ? '/query/lat' : '/query/lon'
      return err({ code: 'invalid-input' as const, pointer, detail: 'lat and lon belong together' })
    }
    const near = lat === undefined || lon === undefined ? undefined : { lat, lon }
    if (near === undefined && query.withinKm !== undefined) {
      return err({ code: 'invalid-input' as const, pointer: '/query/withinKm', detail: 'needs lat and lon' })
    }
    const place = readAfter(cursor, near !== undefined)
    if (!place.ok)
      return err({ code: 'invalid-input' as const, pointer: '/query/cursor', detail: 'not a place in this list' })
    return ok(await findHospitals({ db, directory }, { ...filters, near, after: place.value, limit }, now))
  })

  route(facilityEndpoints.getHospital, async ({ params, now }) => {
    const hospital = await describeHospital({ db, directory }, params.id, now)
    return hospital === undefined ? err({ code: 'not-found' as const, pointer: '/params/id' }) : ok(hospital)
  })

  route(facilityEndpoints.listBedCountHistory, async ({ params, query, now }) => {
    if (query.cursor !== undefined && !/^[0-9]{1,18}$/.test(query.cursor)) {
      return err({ code: 'invalid-input' as const, pointer: '/query/cursor', detail: 'not a place in this list' })
    }
    if ((await hospitalDetail(db, params.id)) === undefined)
      return err({ code: 'not-found' as const, pointer: '/params/id' })
    const { bedClass, limit, cursor: after } = query
    const found = await countHistory(db, { hospitalId: params.id, bedClass, limit: limit + 1, after })
    const page = found.slice(0, limit)
    const nextCursor = found.length > limit ? (page.at(-1)?.id ?? null) : null
    return ok({ counts: page.map((count) => toCountView(count, now)), nextCursor })
  })

  route(facilityEndpoints.listSources, async ({ now }) => {
    const states = await listSourceStates(db)
    return ok({
      at: now.toISOString(),
      sources: states.map((state) => toSourceView(state, now, config.nemc?.intervalS)),
    })
  })
}

/** A place by distance does not continue a list by name, nor the other way round. */
const readAfter = (cursor: string | undefined, byDistance: boolean) => {
  if (cursor === undefined) return ok<SearchPlace | undefined>(undefined)
  const place = readPlace(cursor)
  return place.ok && (place.value.distanceM !== null) !== byDistance ? err('not_a_cursor' as const) : place
}

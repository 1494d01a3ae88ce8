import type { Queries } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type BedResult, type Beds, notFound, refuse } from './beds.service.ts'
import { askViews } from './crossing-views.service.ts'
import { promiseOf } from './holds.sql.ts'
import { warningsOf } from './offer-warnings.ts'
import { offersOf } from './offers.sql.ts'
import { type Placement, sightOf } from './relations.ts'
import { idOfCode, requestById } from './requests.sql.ts'
import { type Names, type RequestExtras, toRequestView } from './views.ts'

/** A request as it is now, without a lock: to look at, not to decide on. */
export const loadPlacement = async (db: Queries, requestId: string): Promise<Placement | null> => {
  const row = await requestById(db, requestId)
  if (row === null) return null
  return { row, offers: await offersOf(db, requestId), ...(await promiseOf(db, requestId)) }
}

/** An id, or the spoken code of an open request of this region. */
export const requestIdOf = async (beds: Beds, idOrCode: string): Promise<string> =>
  /^[0-9]{4}$/.test(idOrCode) ? ((await idOfCode(beds.db, beds.region, idOrCode)) ?? idOrCode) : idOrCode

/** The request, if this person may see anything of it. */
export const visiblePlacement = async (beds: Beds, person: Person, idOrCode: string): Promise<BedResult<Placement>> => {
  const placement = await loadPlacement(beds.db, await requestIdOf(beds, idOrCode))
  if (placement === null) return notFound('request')
  return sightOf(person, placement) === 'none'
    ? refuse('not-allowed', 'you have no part in this request')
    : ok(placement)
}

export const namesOf = async (beds: Beds): Promise<Names> => {
  const { byId } = await beds.finder.directory()
  return {
    name: (id) => byId.get(id)?.name ?? id,
    phone: (id) => byId.get(id)?.erPhone ?? byId.get(id)?.phone ?? null,
    warnings: (id, request, bedClass) => warningsOf(byId.get(id), request, bedClass, beds.clock.now()),
  }
}

const extrasOf = async (beds: Beds, placement: Placement): Promise<RequestExtras> => {
  const { hold } = placement
  const known = placement.identity !== undefined && (hold === null || placement.slot != null)
  const { identity, slot } = known ? placement : await promiseOf(beds.db, placement.row.id)
  return {
    slot: hold === null ? null : (slot ?? null),
    identityKnown: identity?.known ?? false,
    sameAs: identity?.same ?? [],
  }
}

export const requestViewFor = async (beds: Beds, person: Person, placement: Placement) => {
  const view = toRequestView(person, placement, await namesOf(beds), await extrasOf(beds, placement))
  // What was asked in this very act is counted as open.
  const asked = placement.asks !== 0 || (placement.openAsks ?? 0) > 0
  const asks = asked && sightOf(person, placement) === 'treats' ? await askViews(beds, placement.row.id) : []
  return { ...view, asks }
}

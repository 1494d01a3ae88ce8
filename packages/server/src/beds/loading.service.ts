import type { Queries } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type BedResult, type Beds, notFound, refuse } from './beds.service.ts'
import { countOpenAsks } from './crossing.sql.ts'
import { askViews } from './crossing-views.service.ts'
import { liveHoldOf } from './holds.sql.ts'
import { identityState } from './identity.sql.ts'
import { warningsOf } from './offer-warnings.ts'
import { offersOf } from './offers.sql.ts'
import { type Placement, sightOf } from './relations.ts'
import { idOfCode, requestById } from './requests.sql.ts'
import { slotShown } from './slots.sql.ts'
import { type Names, type RequestExtras, toRequestView } from './views.ts'

/** A request as it is now, without a lock: to look at, not to decide on. */
export const loadPlacement = async (db: Queries, requestId: string): Promise<Placement | null> => {
  const row = await requestById(db, requestId)
  if (row === null) return null
  return {
    row,
    offers: await offersOf(db, requestId),
    hold: await liveHoldOf(db, requestId),
    openAsks: await countOpenAsks(db, requestId),
  }
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

const extrasOf = async (beds: Beds, { row, hold }: Placement): Promise<RequestExtras> => {
  const { known, same } = await identityState(beds.db, row.id)
  const slot = hold === null ? null : await slotShown(beds.db, hold.slot_id)
  return { slot, identityKnown: known, sameAs: same }
}

export const requestViewFor = async (beds: Beds, person: Person, placement: Placement) => {
  const view = toRequestView(person, placement, await namesOf(beds), await extrasOf(beds, placement))
  const asks = sightOf(person, placement) === 'treats' ? await askViews(beds, placement.row.id) : []
  return { ...view, asks }
}

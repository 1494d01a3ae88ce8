import type { RequestRow as QueueRowView, RequestView } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import type { BedResult, Beds } from './beds.service.ts'
import { namesOf, requestViewFor, visiblePlacement } from './loading.service.ts'
import { queueFor } from './queue.service.ts'
import { sightOf } from './relations.ts'
import { eventsOf } from './requests.sql.ts'
import { type TimelineEntry, toTimeline } from './timeline.ts'

/** What a room makes its cards from: the request as this person may see it, and its record as far as they may read it. */
export interface RequestForRoom {
  readonly view: RequestView
  readonly entries: readonly TimelineEntry[]
  hospitalName(id: string): string
}

export const requestForRoom = async (
  beds: Beds,
  person: Person,
  idOrCode: string,
): Promise<BedResult<RequestForRoom>> => {
  const found = await visiblePlacement(beds, person, idOrCode)
  if (!found.ok) return found
  const view = await requestViewFor(beds, person, found.value)
  const sight = sightOf(person, found.value)
  const entries = toTimeline(await eventsOf(beds.db, found.value.row.id), sight, person.facilityId)
  return ok({ view, entries, hospitalName: (await namesOf(beds)).name })
}

/** What a person has open: for handing over. */
export const openRequestsOf = async (beds: Beds, person: Person): Promise<readonly QueueRowView[]> =>
  queueFor(beds, person, 'open', 200)

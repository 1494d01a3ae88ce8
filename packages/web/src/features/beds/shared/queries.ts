import { bedEndpoints } from '@dure/contract'
import { queryOptions } from '@tanstack/react-query'
import { read } from '../../../offline/api.ts'

/** What the bed screens read. The first member of a key is the kind of thing; an event of the cell re-reads all of them. */
export const queueQuery = (scope: 'open' | 'mine' | 'closed') =>
  queryOptions({
    queryKey: ['requests', scope],
    queryFn: ({ signal }) => read(bedEndpoints.listRequests, { query: { scope } }, signal),
  })

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['request', id],
    queryFn: ({ signal }) => read(bedEndpoints.getRequest, { params: { id } }, signal),
  })

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ['timeline', id],
    queryFn: ({ signal }) => read(bedEndpoints.timeline, { params: { id } }, signal),
  })

const CANDIDATES_FIRST = 12

/** @param limit how many hospitals that fit; a dozen answers most questions */
export const candidatesQuery = (id: string, limit = CANDIDATES_FIRST) =>
  queryOptions({
    queryKey: ['candidates', id, limit],
    queryFn: ({ signal }) =>
      read(bedEndpoints.listCandidates, { params: { id }, query: { limit, whyNot: 40 } }, signal),
    placeholderData: (previous) => (previous?.requestId === id ? previous : undefined),
  })

/** Where the hospitals of this name stand: as a candidate, or why not. */
export const namedCandidatesQuery = (id: string, hospital: string) =>
  queryOptions({
    queryKey: ['candidates', id, 'named', hospital],
    queryFn: ({ signal }) =>
      read(bedEndpoints.listCandidates, { params: { id }, query: { limit: 20, whyNot: 20, hospital } }, signal),
    enabled: hospital.length >= 2,
    placeholderData: (previous) => (previous?.requestId === id ? previous : undefined),
  })

export const assignmentQuery = queryOptions({
  queryKey: ['assignment'],
  queryFn: ({ signal }) => read(bedEndpoints.suggestAssignment, {}, signal),
})

export const offersQuery = (scope: 'open' | 'recent') =>
  queryOptions({
    queryKey: ['offers', scope],
    queryFn: ({ signal }) => read(bedEndpoints.listOffers, { query: { scope } }, signal),
  })

export const slotsQuery = (hospitalId: string) =>
  queryOptions({
    queryKey: ['slots', hospitalId],
    queryFn: ({ signal }) => read(bedEndpoints.listSlots, { params: { id: hospitalId } }, signal),
  })

export const capacityQuery = (hospitalId: string) =>
  queryOptions({
    queryKey: ['capacity', hospitalId],
    queryFn: ({ signal }) => read(bedEndpoints.listCapacity, { params: { id: hospitalId } }, signal),
  })

export const boardQuery = queryOptions({
  queryKey: ['board'],
  queryFn: ({ signal }) => read(bedEndpoints.board, {}, signal),
})

export const figuresQuery = (hours: number) =>
  queryOptions({
    queryKey: ['figures', hours],
    queryFn: ({ signal }) => read(bedEndpoints.figures, { query: { hours } }, signal),
  })

export const looksQuery = (id: string) =>
  queryOptions({
    queryKey: ['looks', id],
    queryFn: ({ signal }) => read(bedEndpoints.identityAccess, { params: { id } }, signal),
  })

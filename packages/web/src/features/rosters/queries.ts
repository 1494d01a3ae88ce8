import { type Duty, type RosterPlace, rosterEndpoints } from '@dure/contract'
import { queryOptions } from '@tanstack/react-query'
import { read } from '../../offline/api.ts'

const placeQuery = (place: RosterPlace) => ({ placeKind: place.kind, placeId: place.id })

export const rosterQuery = (place: RosterPlace, from: string) =>
  queryOptions({
    queryKey: ['roster', place, from],
    queryFn: ({ signal }) =>
      read(rosterEndpoints.getRoster, { query: { ...placeQuery(place), from, days: 7 } }, signal),
  })

export const onCallQuery = (place: RosterPlace, duty: Duty) =>
  queryOptions({
    queryKey: ['on-call', place, duty],
    queryFn: ({ signal }) => read(rosterEndpoints.onCall, { query: { ...placeQuery(place), duty } }, signal),
  })

export const warningsQuery = queryOptions({
  queryKey: ['roster-warnings'],
  queryFn: ({ signal }) => read(rosterEndpoints.rosterWarnings, {}, signal),
})

export const swapsQuery = queryOptions({
  queryKey: ['swaps'],
  queryFn: ({ signal }) => read(rosterEndpoints.listSwaps, {}, signal),
})

export const handoversQuery = queryOptions({
  queryKey: ['handovers'],
  queryFn: ({ signal }) => read(rosterEndpoints.listHandovers, {}, signal),
})

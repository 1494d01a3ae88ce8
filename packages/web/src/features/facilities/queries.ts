import { facilityEndpoints, type InputOf } from '@dure/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { read } from '../../offline/api.ts'

type Filter = NonNullable<InputOf<typeof facilityEndpoints.listHospitals>['query']>

export const hospitalsQuery = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ['hospitals', filter],
    queryFn: ({ signal, pageParam }) =>
      read(
        facilityEndpoints.listHospitals,
        { query: { ...filter, limit: 50, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (previous) => previous,
  })

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: ({ signal }) => read(facilityEndpoints.listSources, {}, signal),
})

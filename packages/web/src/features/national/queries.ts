import { cellEndpoints, controlEndpoints, exchangeEndpoints } from '@dure/contract'
import { queryOptions } from '@tanstack/react-query'
import { read } from '../../offline/api.ts'

/** A link that is lost sends no event: it is looked at. */
const LOOK_MS = 3_000

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => read(cellEndpoints.overview, {}, signal),
  refetchInterval: LOOK_MS,
})

export const cellsQuery = queryOptions({
  queryKey: ['cells'],
  queryFn: ({ signal }) => read(exchangeEndpoints.listCells, {}, signal),
  refetchInterval: LOOK_MS,
})

export const controlQuery = queryOptions({
  queryKey: ['control'],
  queryFn: ({ signal }) => read(controlEndpoints.showControl, {}, signal),
  refetchInterval: 1_000,
})

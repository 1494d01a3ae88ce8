import { cellEndpoints, controlEndpoints, exchangeEndpoints, nationEndpoints } from '@dure/contract'
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

/** Changes are told by the cell's events; looked at all the same, for what is cut tells nothing and acknowledgements are many. */
export const noticesQuery = queryOptions({
  queryKey: ['notices'],
  queryFn: ({ signal }) => read(nationEndpoints.listNotices, {}, signal),
  refetchInterval: 15_000,
})

export const packsQuery = queryOptions({
  queryKey: ['packs'],
  queryFn: ({ signal }) => read(nationEndpoints.listPacks, {}, signal),
})

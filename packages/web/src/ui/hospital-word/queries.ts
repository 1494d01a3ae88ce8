import { facilityEndpoints } from '@dure/contract'
import { queryOptions } from '@tanstack/react-query'
import { read } from '../../offline/api.ts'

export const hospitalQuery = (id: string) =>
  queryOptions({
    queryKey: ['hospital', id],
    queryFn: ({ signal }) => read(facilityEndpoints.getHospital, { params: { id } }, signal),
  })

export const statementsQuery = (id: string) =>
  queryOptions({
    queryKey: ['statements', id],
    queryFn: ({ signal }) => read(facilityEndpoints.listStatements, { params: { id }, query: { limit: 30 } }, signal),
  })

/** Hospitals whose name has this in it, for choosing one. */
export const hospitalNamesQuery = (q: string) =>
  queryOptions({
    queryKey: ['hospital-names', q],
    queryFn: ({ signal }) => read(facilityEndpoints.listHospitals, { query: { q, limit: 8 } }, signal),
    enabled: q.length >= 2,
  })

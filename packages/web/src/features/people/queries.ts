import { signUpEndpoints as e } from '@dure/contract'
import { queryOptions } from '@tanstack/react-query'
import { read } from '../../offline/api.ts'

/** Everything under one word, so that whatever was pressed reads the page anew. */
export const passkeysQuery = queryOptions({
  queryKey: ['people', 'passkeys'],
  queryFn: ({ signal }) => read(e.listPasskeys, {}, signal),
})
export const sessionsQuery = queryOptions({
  queryKey: ['people', 'sessions'],
  queryFn: ({ signal }) => read(e.listSessions, {}, signal),
})
export const accountEventsQuery = queryOptions({
  queryKey: ['people', 'events'],
  queryFn: ({ signal }) => read(e.accountEvents, {}, signal),
})
export const devicesQuery = queryOptions({
  queryKey: ['people', 'devices'],
  queryFn: ({ signal }) => read(e.listCredentials, {}, signal),
})
export const organisationsQuery = queryOptions({
  queryKey: ['people', 'organisations'],
  queryFn: ({ signal }) => read(e.listOrganisationAccounts, {}, signal),
})
export const providersQuery = queryOptions({
  queryKey: ['people', 'providers'],
  queryFn: ({ signal }) => read(e.listIdentityProviders, {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})
export const applicationsQuery = (scope: 'pending' | 'decided') =>
  queryOptions({
    queryKey: ['people', 'applications', scope],
    queryFn: ({ signal }) => read(e.listApplications, { query: { scope } }, signal),
  })
export const colleaguesQuery = queryOptions({
  queryKey: ['people', 'colleagues'],
  queryFn: ({ signal }) => read(e.listColleagues, {}, signal),
})
export const breakGlassQuery = (scope: 'to_review' | 'all') =>
  queryOptions({
    queryKey: ['people', 'break-glass', scope],
    queryFn: ({ signal }) => read(e.listBreakGlass, { query: { scope } }, signal),
  })
export const keysQuery = queryOptions({
  queryKey: ['people', 'keys'],
  queryFn: ({ signal }) => read(e.listAuthorityKeys, {}, signal),
})

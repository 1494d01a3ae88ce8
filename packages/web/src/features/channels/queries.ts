import { bedEndpoints, channelEndpoints, demoChannelEndpoints } from '@dure/contract'
import { queryOptions } from '@tanstack/react-query'
import { read } from '../../offline/api.ts'

export const numbersQuery = queryOptions({
  queryKey: ['numbers'],
  queryFn: ({ signal }) => read(channelEndpoints.listNumbers, {}, signal),
})

export const textsQuery = queryOptions({
  queryKey: ['texts'],
  queryFn: ({ signal }) => read(channelEndpoints.listTexts, { query: { limit: 50 } }, signal),
  refetchInterval: 10_000,
})

export const healthQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => read(channelEndpoints.channelHealth, {}, signal),
  refetchInterval: 10_000,
})

export const callBacksQuery = queryOptions({
  queryKey: ['call-backs'],
  queryFn: ({ signal }) => read(channelEndpoints.listCallBacks, {}, signal),
})

export const pushQuery = queryOptions({
  queryKey: ['push'],
  queryFn: ({ signal }) => read(channelEndpoints.listPushSubscriptions, {}, signal),
})

export const demoPhonesQuery = queryOptions({
  queryKey: ['demo-phones'],
  queryFn: ({ signal }) => read(demoChannelEndpoints.demoPhones, {}, signal),
  refetchInterval: 1_500,
})

/** The request a code was said for; only asked for a whole code. */
export const spokenQuery = (code: string) =>
  queryOptions({
    queryKey: ['request', code],
    queryFn: ({ signal }) => read(bedEndpoints.getRequest, { params: { id: code } }, signal),
    enabled: /^[0-9]{4}$/.test(code),
    staleTime: 0,
    retry: false,
  })

import { type Me, SIDO_CODES } from '@dure/contract'
import type { QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { connectionFacts } from '../offline/connection.ts'
import { serverNow } from '../ui/time.tsx'
import { queries } from './queries.ts'
import { hasRole } from './session.ts'

/** The first screen comes first. */
const FIRST_AFTER_MS = 4_000
const EVERY_MS = 5 * 60_000
const FRESH_MS = 4 * 60_000
const ROOMS_AT_HAND = 15

/**
 * While there is a line, what a person would need without one is read, whether its screen was opened or not: own patients and beds,
 * who is on call with their telephones, the newest talk of the own rooms. `keepQueries` puts it on the device.
 */
export const useAtHand = (me: Me | null): void => {
  useEffect(() => {
    if (me === null) return
    const stop = new AbortController()
    const look = () => void readAll(me, stop.signal).catch(() => undefined)
    const first = setTimeout(look, FIRST_AFTER_MS)
    const timer = setInterval(look, EVERY_MS)
    return () => {
      stop.abort()
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [me])
}

/** One after the other: it must not stand in the way of what somebody is waiting for. */
const readAll = async (me: Me, stopped: AbortSignal): Promise<void> => {
  for (const part of [ownBeds, talk, rosters, telephones]) {
    const { requestsFailingSince } = connectionFacts()
    if (stopped.aborted || requestsFailingSince !== null) return
    await part(queries, me)
  }
}

type Part = (queries: QueryClient, me: Me) => Promise<void>

const ownBeds: Part = async (queries, me) => {
  const { capacityQuery, offersQuery, queueQuery, slotsQuery } = await import('../features/beds/shared/queries.ts')
  await queries.prefetchQuery({ ...queueQuery('open'), staleTime: FRESH_MS })
  if (hasRole(me, 'requester')) await queries.prefetchQuery({ ...queueQuery('mine'), staleTime: FRESH_MS })
  if (!hasRole(me, 'hospital_desk') || me.facilityId === null) return
  await queries.prefetchQuery({ ...offersQuery('open'), staleTime: FRESH_MS })
  await queries.prefetchQuery({ ...slotsQuery(me.facilityId), staleTime: FRESH_MS })
  await queries.prefetchQuery({ ...capacityQuery(me.facilityId), staleTime: FRESH_MS })
}

const rosters: Part = async (queries, me) => {
  const { onCallQuery, rosterQuery } = await import('../features/rosters/queries.ts')
  const { startOfSeoulDay } = await import('../features/rosters/seoul-days.ts')
  const from = new Date(startOfSeoulDay(serverNow())).toISOString()
  const own = me.facilityId === null ? [] : [{ kind: 'hospital', id: me.facilityId } as const]
  const desk = SIDO_CODES.some((code) => code === me.region) ? [{ kind: 'desk', id: me.region } as const] : []
  for (const place of [...own, ...desk]) {
    await queries.prefetchQuery({ ...rosterQuery(place, from), staleTime: FRESH_MS })
    const duty = place.kind === 'desk' ? 'placement' : 'bed_desk'
    await queries.prefetchQuery({ ...onCallQuery(place, duty), staleTime: FRESH_MS })
  }
}

/** Where to call when no screen helps: the hospitals of the region. */
const telephones: Part = async (queries, me) => {
  const { hospitalsQuery } = await import('../features/facilities/queries.ts')
  const sido = SIDO_CODES.find((code) => code === me.cell.region)
  if (sido !== undefined) await queries.prefetchInfiniteQuery({ ...hospitalsQuery({ sido }), staleTime: FRESH_MS })
}

const talk: Part = async (queries) => {
  const { acksQuery, roomQuery, roomsQuery, timelineQuery } = await import('../features/rooms/queries.ts')
  const list = await queries.fetchQuery({ ...roomsQuery('no'), staleTime: FRESH_MS })
  await queries.prefetchQuery({ ...acksQuery, staleTime: FRESH_MS })
  for (const { id } of list.rooms.slice(0, ROOMS_AT_HAND)) {
    await queries.prefetchQuery({ ...roomQuery(id), staleTime: FRESH_MS })
    await queries.prefetchQuery({ ...timelineQuery(queries, id), staleTime: FRESH_MS })
  }
}

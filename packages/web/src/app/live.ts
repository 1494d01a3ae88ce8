import { requestView, rosterEndpoints } from '@dure/contract'
import { useEffect } from 'react'
import { onSettled, runOutboxFor } from '../offline/outbox.ts'
import { followEvents } from '../offline/stream.ts'
import { queries, refreshAfterAct, refreshHandovers, refreshLive } from './queries.ts'

const HANDOVER_ACTS: readonly string[] = [rosterEndpoints.handOver.id, rosterEndpoints.acknowledgeHandover.id]

/** While somebody is signed in: follow the cell's events, send the outbox, and show what came of it. */
export const useLive = (personId: string | undefined): void => {
  useEffect(() => {
    if (personId === undefined) return
    const stopOutbox = runOutboxFor(personId)
    const stopSettled = onSettled(({ item, value }) => {
      const request = requestView.safeParse(value)
      if (request.success) queries.setQueryData(['request', request.data.id], request.data)
      refreshAfterAct()
      if (HANDOVER_ACTS.includes(item.endpointId)) refreshHandovers()
    })
    const stopEvents = followEvents({
      onMessage: ({ data }) => {
        refreshLive()
        if (/"kind":"handover-/.test(data)) refreshHandovers()
      },
      onOpen: () => {
        refreshLive()
        refreshHandovers()
      },
      onSignedOut: () => void queries.invalidateQueries({ queryKey: ['me'] }),
    })
    return () => {
      stopEvents()
      stopSettled()
      stopOutbox()
    }
  }, [personId])
}

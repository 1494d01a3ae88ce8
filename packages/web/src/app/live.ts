import { requestView } from '@dure/contract'
import { useEffect } from 'react'
import { onSettled, runOutboxFor } from '../offline/outbox.ts'
import { followEvents } from '../offline/stream.ts'
import { queries, refreshAfterAct, refreshLive } from './queries.ts'

/** While somebody is signed in: follow the cell's events, send the outbox, and show what came of it. */
export const useLive = (personId: string | undefined): void => {
  useEffect(() => {
    if (personId === undefined) return
    const stopOutbox = runOutboxFor(personId)
    const stopSettled = onSettled(({ value }) => {
      const request = requestView.safeParse(value)
      if (request.success) queries.setQueryData(['request', request.data.id], request.data)
      refreshAfterAct()
    })
    const stopEvents = followEvents({
      onMessage: refreshLive,
      onOpen: refreshLive,
      onSignedOut: () => void queries.invalidateQueries({ queryKey: ['me'] }),
    })
    return () => {
      stopEvents()
      stopSettled()
      stopOutbox()
    }
  }, [personId])
}

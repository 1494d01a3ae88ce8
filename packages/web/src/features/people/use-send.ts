import type { Endpoint, InputOf, Problem, ResponseOf } from '@dure/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../offline/api.ts'

/** What went wrong with the last press: a refusal, or silence. */
export type Trouble = Problem | 'no-answer'

/**
 * Sends at once or says why not. Not through the outbox: what is answered here is a secret or a session, and neither is kept on
 * the device to be sent later.
 */
export const useSend = () => {
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [trouble, setTrouble] = useState<Trouble | null>(null)
  const send = async <E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<ResponseOf<E> | null> => {
    setBusy(true)
    setTrouble(null)
    const anyCall = call as (one: Endpoint, given: unknown) => Promise<Awaited<ReturnType<typeof call<E>>>>
    const answer = await anyCall(endpoint, input).catch(() => null)
    setBusy(false)
    if (answer === null) setTrouble('no-answer')
    else if (!answer.ok) setTrouble(answer.error)
    else {
      void queries.invalidateQueries({ queryKey: ['people'] })
      return answer.value
    }
    return null
  }
  return { send, busy, trouble, setTrouble }
}

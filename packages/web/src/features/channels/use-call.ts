import { type Endpoint, type InputOf, type Problem, type ResponseOf, toProblem } from '@dure/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../offline/api.ts'

/** A write that makes sense only while connected: no outbox, and the refusal beside the button. */
export const useCall = (refresh: readonly string[]) => {
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const send = async <E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<ResponseOf<E> | undefined> => {
    setBusy(true)
    const anyCall = call as (endpoint: Endpoint, input: unknown) => ReturnType<typeof call<E>>
    const answer = await anyCall(endpoint, input).catch(() => null)
    setBusy(false)
    for (const key of refresh) void queries.invalidateQueries({ queryKey: [key] })
    if (answer === null) setProblem(toProblem({ code: 'overloaded' }))
    else setProblem(answer.ok ? undefined : answer.error)
    return answer?.ok === true ? answer.value : undefined
  }
  return { busy, problem, send }
}

import { type Call, client, type Endpoint, type InputOf, PROBLEMS, Problem, type ResponseOf } from '@dure/contract'
import { noteAnswer, noteNoAnswer, noteStoodIn } from './connection.ts'
import { fetchAt, fetchHere } from './server.ts'

/** A request that hangs is a failed request: nobody waits longer than this in front of a patient. */
const TIMEOUT_MS = 15_000

const withTimeout = (signal: AbortSignal | null | undefined): AbortSignal => {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  return signal === null || signal === undefined ? timeout : AbortSignal.any([signal, timeout])
}

/** Any answer may say it, whichever action it refuses; it is read beside whoever reads the answer. */
const saysStoodIn = async (response: Response): Promise<boolean> => {
  if (response.status !== PROBLEMS['stood-in'].status) return false
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  return Problem.safeParse(body).data?.code === 'stood-in'
}

/** `fetch` at the server that is worked with, which tells the connection line what really happened. */
const watchedFetch: typeof fetch = async (input, init) => {
  try {
    const response = await fetchHere(String(input), { ...init, signal: withTimeout(init?.signal) })
    noteAnswer(Date.now())
    if (await saysStoodIn(response)) noteStoodIn(Date.now())
    return response
  } catch (fault) {
    if (init?.signal?.aborted !== true) noteNoAnswer(Date.now())
    throw fault
  }
}

/** Refusals come back as values; no answer throws. */
export const call: Call = client('', watchedFetch)

/** Calls to one server, whichever is worked with: to look whether it is of use, and to sign in there before anything goes there. */
export const callAt = (origin: string): Call =>
  client('', (input, init) => fetchAt(origin, String(input), { ...init, signal: withTimeout(init?.signal) }))

/** A refusal thrown, for readers (queries) that show it as the state of the screen. */
export class Refused extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.code)
    this.name = 'Refused'
    this.problem = problem
  }
}

type Rest<E extends Endpoint> =
  Record<never, never> extends InputOf<E> ? [input?: InputOf<E>, signal?: AbortSignal] : [InputOf<E>, AbortSignal?]

/** Reads: the answer, or throws {@link Refused} or what the network threw. */
export const read = async <E extends Endpoint>(endpoint: E, ...[input, signal]: Rest<E>): Promise<ResponseOf<E>> => {
  const anyCall = call as (
    e: Endpoint,
    input?: unknown,
    options?: { signal?: AbortSignal },
  ) => ReturnType<typeof call<E>>
  const answer = await anyCall(endpoint, input, signal === undefined ? {} : { signal })
  if (!answer.ok) throw new Refused(answer.error)
  return answer.value
}

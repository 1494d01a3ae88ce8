import { type Call, CSRF_HEADER, client, demoSignIn, listDemoPeople, type Problem, type Result } from '@dure/contract'

/** Longest wait for an answer: a cell that was killed answers nothing. */
const TIMEOUT_MS = 8_000

const patient: typeof fetch = (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })

/** Calls as an invented person, through the cell's own routes. */
export const callAs = async (
  base: string,
  personId: string,
  seen: (cookie: string) => void = () => undefined,
): Promise<Call> => {
  const response = await patient(`${base}${demoSignIn.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CSRF_HEADER]: '1', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({ personId }),
  })
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (!response.ok || cookie === undefined) throw new Error(`${personId} cannot sign in: ${response.status}`)
  seen(cookie)
  return client(base, patient, { cookie })
}

/** The value, or a fault that says what was refused. */
export const must = <T>(answer: Result<T, Problem>): T => {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.detail ?? ''}`)
  return answer.value
}

/** Who answers for this hospital. */
export const deskOf = async (base: string, facilityId: string): Promise<string> => {
  const { people } = must(await client(base, patient)(listDemoPeople))
  const found = people.find((one) => one.roles.includes('hospital_desk') && one.facilityId === facilityId)
  if (found === undefined) throw new Error(`nobody answers for ${facilityId}`)
  return found.id
}

/** Reads with a session that is made when it is needed, and again after the cell has forgotten it. Null: no answer. */
export const makeReader = (base: () => string, personId: string) => {
  let session: { readonly base: string; readonly call: Call } | undefined
  return async <T>(ask: (call: Call) => Promise<Result<T, Problem>>): Promise<T | null> => {
    try {
      const at = base()
      if (session?.base !== at) session = { base: at, call: await callAs(at, personId) }
      const answer = await ask(session.call)
      if (answer.ok) return answer.value
      session = undefined
      return null
    } catch {
      return null
    }
  }
}

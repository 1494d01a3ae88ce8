import {
  bedEndpoints,
  type Call,
  CSRF_HEADER,
  client,
  type RequestInput,
  type RequestView,
  type Result,
} from '@dure/contract'

/** Typed calls as a demo person, for setting a scene that a journey then plays on screens. */
export const callAs = async (base: string, personId: string): Promise<Call> => {
  const answer = await fetch(`${base}/api/demo/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [CSRF_HEADER]: '1', 'idempotency-key': crypto.randomUUID() },
    body: JSON.stringify({ personId }),
  })
  const cookie = answer.headers.get('set-cookie')?.split(';')[0]
  if (!answer.ok || cookie === undefined) throw new Error(`${personId} cannot sign in: ${answer.status}`)
  return client(base, fetch, { cookie })
}

/** The value, or a fault that says what was refused. */
export const must = <T>(answer: Result<T, { readonly code: string; readonly detail?: string | undefined }>): T => {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.detail ?? ''}`)
  return answer.value
}

export const SEVERE: RequestInput = {
  originType: 'emergency_room',
  callbackPhone: '032-000-0501',
  ageYears: 54,
  sex: 'male',
  complaint: '흉부외상, 늑골골절, 기흉',
  isolationNeed: 'airborne_negative',
  oxygen: 'hfnc',
  requestedClass: 'CRITICAL',
  pathogen: 'covid19',
  needs: ['thoracic_surgery'],
}

/** A judged request that hospitals can be asked for. */
export const triaged = async (doctor: Call, desk: Call, body: RequestInput = SEVERE): Promise<RequestView> => {
  const made = must(await doctor(bedEndpoints.createRequest, { body }))
  const act = { event: 'triage', severity: 'critical', urgency: 'immediate' } as const
  const input = { params: { id: made.id }, body: { act, version: made.version } }
  return must(await desk(bedEndpoints.actOnRequest, input))
}

/** Asks this hospital and no other. */
export const ask = async (desk: Call, request: RequestView, hospitalId: string): Promise<RequestView> =>
  must(
    await desk(bedEndpoints.sendOffers, {
      params: { id: request.id },
      body: { hospitalIds: [hospitalId], version: request.version },
    }),
  )

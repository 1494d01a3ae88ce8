import { setTimeout as wait } from 'node:timers/promises'
import {
  type AskView,
  bedEndpoints,
  type Call,
  cellEndpoints,
  type RequestInput,
  type RequestView,
} from '@dure/contract'
import { callAs, deskOf, must } from './people.service.ts'

/** A severe chest injury with COVID: what the patient of the story needed. */
export const PATIENT: RequestInput = {
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
  outOfRegionConsent: true,
}

export interface Region {
  readonly code: string
  readonly base: string
  readonly doctor: Call
  readonly desk: Call
}

export const regionAt = async (code: string, base: string): Promise<Region> => ({
  code,
  base,
  doctor: await callAs(base, `demo-${code}-er-1`),
  desk: await callAs(base, `demo-${code}-placement-1`),
})

export interface Placed {
  readonly requestId: string
  readonly hospitalName: string
  readonly slotId: string
  readonly ms: number
}

export const seen = async ({ desk }: Region, id: string): Promise<RequestView> =>
  must(await desk(bedEndpoints.getRequest, { params: { id } }))

/** A judged request. */
export const judged = async ({ doctor, desk }: Region, input: Partial<RequestInput> = {}): Promise<RequestView> => {
  const made = must(await doctor(bedEndpoints.createRequest, { body: { ...PATIENT, ...input } }))
  const act = { event: 'triage', severity: 'critical', urgency: 'immediate' } as const
  return must(await desk(bedEndpoints.actOnRequest, { params: { id: made.id }, body: { act, version: made.version } }))
}

/**
 * From the request to the confirmed bed as people do it: the doctor asks, the desk judges and asks hospitals, the first accepts, the
 * doctor confirms.
 * @param look between the steps, for whoever watches the screens; not counted as time
 */
export const placeAtHome = async (
  region: Region,
  input: Partial<RequestInput> = {},
  look: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Placed> => {
  let started = performance.now()
  const pause = async (): Promise<void> => {
    const from = performance.now()
    await look()
    started += performance.now() - from
  }
  const request = await judged(region, input)
  await pause()
  const offered = must(
    await region.desk(bedEndpoints.sendOffers, { params: { id: request.id }, body: { version: request.version } }),
  )
  const offer = offered.offers.find(({ state }) => state === 'sent' || state === 'seen')
  if (offer === undefined) throw new Error(`no hospital of ${region.code} was asked`)
  await pause()
  const hospital = await callAs(region.base, await deskOf(region.base, offer.hospitalId))
  must(await hospital(bedEndpoints.actOnOffer, { params: { id: offer.id }, body: { act: { event: 'accept' } } }))
  const held = await seen(region, request.id)
  const body = { act: { event: 'confirm' } as const, version: held.version }
  const confirmed = must(await region.doctor(bedEndpoints.actOnRequest, { params: { id: request.id }, body }))
  if (confirmed.state !== 'confirmed' || confirmed.hold === null) throw new Error(`not confirmed: ${confirmed.state}`)
  return {
    requestId: request.id,
    hospitalName: confirmed.hold.hospitalName,
    slotId: confirmed.hold.slotId,
    ms: performance.now() - started,
  }
}

/** Asks another region; the search works on the request at the same time, so an old version is read again, as a screen would. */
export const askRegion = async (region: Region, sido: string): Promise<{ requestId: string; ask: AskView }> => {
  const request = await judged(region)
  const act = { event: 'escalate', to: 'national', why: '이웃 지역에 묻는다' } as const
  must(
    await region.desk(bedEndpoints.actOnRequest, {
      params: { id: request.id },
      body: { act, version: request.version },
    }),
  )
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { version } = await seen(region, request.id)
    const asked = await region.desk(cellEndpoints.askRegion, { params: { id: request.id }, body: { sido, version } })
    if (asked.ok) return { requestId: request.id, ask: asked.value.ask }
    if (asked.error.code !== 'conflict') throw new Error(`${asked.error.code}: ${asked.error.detail ?? ''}`)
  }
  throw new Error('the request never stood still')
}

export const untilConfirmed = async (region: Region, requestId: string, limitMs: number): Promise<RequestView> => {
  const deadline = performance.now() + limitMs
  for (;;) {
    const view = await seen(region, requestId)
    if (view.state === 'confirmed') return view
    if (performance.now() > deadline) throw new Error(`not confirmed within ${limitMs} ms: ${view.state}`)
    await wait(100)
  }
}

import { bedEndpoints } from '@dure/contract'
import { ask, callAs, must, SEVERE, triaged } from './api.ts'
import { deskOf, type RunningCell } from './cell.ts'

export interface Scene {
  /** Waiting to be judged; judged and not offered; offered; held. */
  readonly submitted: string
  readonly looking: string
  readonly offered: string
  readonly held: string
  /** The demo person of the hospital that has an offer to answer and a patient coming. */
  readonly hospitalDesk: string
  readonly hospitalId: string
}

/** A region at work: patients in several states, so that no screen is photographed or checked empty. */
export const workingRegion = async (cell: RunningCell): Promise<Scene> => {
  const doctor = await callAs(cell.url, 'demo-28-er-1')
  const other = await callAs(cell.url, 'demo-28-er-4')
  const desk = await callAs(cell.url, 'demo-28-placement-1')
  const vitals = {
    pulse: 128,
    systolicBp: 88,
    respiratoryRate: 32,
    temperature: 38.4,
    spo2: 86,
    consciousness: 'voice',
  } as const
  const body = { ...SEVERE, vitals, comorbidities: ['당뇨', '고혈압'] }

  const held = await triaged(doctor, desk, body)
  const found = must(await desk(bedEndpoints.listCandidates, { params: { id: held.id }, query: {} })).candidates
  const best = found.find((one) => one.freeFitting > 1) ?? found[0]
  if (best === undefined) throw new Error('the demo region has no bed for a severe patient')
  const offeredToOne = await ask(desk, held, best.hospitalId)
  const hospitalDesk = await deskOf(cell, best.hospitalName)
  const hospital = await callAs(cell.url, hospitalDesk)
  const offerId = offeredToOne.offers[0]?.id ?? ''
  must(await hospital(bedEndpoints.actOnOffer, { params: { id: offerId }, body: { act: { event: 'accept' } } }))
  const identity = { name: '홍길동', birthDate: '1968-03-02', phone: '010-0000-0000' }
  must(await doctor(bedEndpoints.setIdentity, { params: { id: held.id }, body: identity }))

  const offered = await triaged(other, desk, { ...body, ageYears: 71, sex: 'female', complaint: '호흡곤란, 의식저하' })
  must(await desk(bedEndpoints.sendOffers, { params: { id: offered.id }, body: { version: offered.version } }))
  const looking = await triaged(doctor, desk, { ...SEVERE, ageYears: 38, complaint: '패혈증 의심', oxygen: 'imv' })
  const submitted = must(
    await other(bedEndpoints.createRequest, {
      body: {
        ...{ originType: 'emergency_room', callbackPhone: '032-000-0504', ageYears: 29, sex: 'female' },
        ...{ complaint: '산통, 코로나19 양성', isolationNeed: 'airborne_negative', oxygen: 'room_air' },
        ...{ requestedClass: 'MODERATE', pathogen: 'covid19', needs: ['delivery'], pregnancyWeeks: 38 },
      },
    }),
  )
  return {
    submitted: submitted.id,
    looking: looking.id,
    offered: offered.id,
    held: held.id,
    hospitalDesk,
    hospitalId: best.hospitalId,
  }
}

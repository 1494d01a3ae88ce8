import type { RequestState } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { isOpenOffer } from './offers.ts'
import { isTerminal } from './placement.ts'
import type { Placement } from './relations.ts'
import { neighboursOf } from './zones.ts'

/** A request as far as it decides who reads along: no patient, no medicine. */
export interface FollowedRequest {
  readonly id: string
  readonly code: string
  readonly sido: string
  readonly state: RequestState
  readonly closed: boolean
  readonly createdBy: string
  readonly ownerHospitalId: string | null
  /** Hospitals that were asked and may still answer. */
  readonly askedHospitalIds: readonly string[]
  readonly holdingHospitalId: string | null
  /** Regions whose placement desks look for the bed; the own one first. */
  readonly deskRegions: readonly string[]
  readonly national: boolean
  readonly inTransport: boolean
}

/** Runs in the transaction that changes the request, after the change; what it throws undoes the change. */
export type RequestFollower = (tx: Tx, request: FollowedRequest, now: Date) => Promise<void>

interface Telling {
  readonly beds: { readonly followers?: readonly RequestFollower[] }
  readonly tx: Tx
  readonly now: Date
}

export const tellFollowers = async ({ beds, tx, now }: Telling, placement: Placement): Promise<void> => {
  for (const follow of beds.followers ?? []) await follow(tx, followed(placement), now)
}

const IN_TRANSPORT: readonly RequestState[] = ['confirmed', 'transport_arranged', 'in_transit', 'arrived']

export const followed = ({ row, offers, hold }: Placement): FollowedRequest => ({
  id: row.id,
  code: row.code,
  sido: row.sido,
  state: row.state,
  closed: isTerminal(row.state),
  createdBy: row.created_by,
  ownerHospitalId: row.owner_hospital_id,
  askedHospitalIds: offers.filter((offer) => isOpenOffer(offer.state)).map((offer) => offer.hospital_id),
  holdingHospitalId: hold?.hospital_id ?? null,
  deskRegions: row.level === 'region' ? [row.sido] : [row.sido, ...neighboursOf(row.sido)],
  national: row.level === 'national',
  inTransport: IN_TRANSPORT.includes(row.state),
})

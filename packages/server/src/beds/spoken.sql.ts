import type {
  BedClass,
  IsolationNeed,
  Need,
  OfferState,
  OriginType,
  OxygenSupport,
  RequestState,
  Severity,
} from '@dure/contract'
import type { Queries } from '../platform/db.ts'

/** What may be said of an offer by text message or telephone: nothing that tells who the patient is. */
export interface SpokenOffer {
  readonly offer_id: string
  readonly offer_state: OfferState
  readonly hospital_id: string
  readonly sent_at: Date
  readonly expires_at: Date
  readonly answered_at: Date | null
  readonly request_id: string
  readonly code: string
  readonly bed_class: BedClass
  readonly isolation_need: IsolationNeed
  readonly oxygen: OxygenSupport
  readonly needs: Need[]
  readonly origin_hospital_id: string | null
}

const SPOKEN = `o.id as offer_id, o.state as offer_state, o.hospital_id, o.sent_at, o.expires_at, o.answered_at,
  r.id as request_id, r.code, o.bed_class, r.isolation_need, r.oxygen, r.needs, r.origin_hospital_id`

const OPEN = `('sent', 'delivered', 'seen', 'acked')`

/** What a hospital was asked under a spoken code, the open and the newest first. Codes are used again once their request is closed. */
export const offersOfCode = (db: Queries, hospitalId: string, code: string, since: Date): Promise<SpokenOffer[]> =>
  db.sql<SpokenOffer>(
    `select ${SPOKEN}
       from beds.offer o
       join beds.request r on r.id = o.request_id
      where o.hospital_id = $1
        and r.code = $2
        and o.sent_at >= $3
      order by (o.state in ${OPEN}) desc, o.sent_at desc, o.id
      limit 5`,
    [hospitalId, code, since],
  )

export const spokenOffer = async (db: Queries, offerId: string): Promise<SpokenOffer | null> =>
  (
    await db.sql<SpokenOffer>(
      `select ${SPOKEN} from beds.offer o join beds.request r on r.id = o.request_id where o.id = $1`,
      [offerId],
    )
  )[0] ?? null

/** Open offers that no person of the hospital has looked at though `share` of the time to answer is over. */
export const offersUnseen = (db: Queries, now: Date, share: number): Promise<SpokenOffer[]> =>
  db.sql<SpokenOffer>(
    `select ${SPOKEN}
       from beds.offer o
       join beds.request r on r.id = o.request_id
      where o.state in ('sent', 'delivered')
        and o.expires_at > $1
        and o.sent_at + (o.expires_at - o.sent_at) * $2::float8 <= $1
      order by o.expires_at, o.id
      limit 500`,
    [now, share],
  )

/** Open offers sent since then. */
export const offersSentSince = (db: Queries, since: Date, now: Date): Promise<SpokenOffer[]> =>
  db.sql<SpokenOffer>(
    `select ${SPOKEN}
       from beds.offer o
       join beds.request r on r.id = o.request_id
      where o.state in ${OPEN}
        and o.sent_at >= $1
        and o.expires_at > $2
      order by o.sent_at, o.id
      limit 500`,
    [since, now],
  )

/** An open request as it is printed: no name, no age but its band, no complaint, no free text. */
export interface SheetRow {
  readonly id: string
  readonly code: string
  readonly state: RequestState
  readonly waiting_since: Date
  readonly severity: Severity | null
  readonly requested_class: BedClass
  readonly isolation_need: IsolationNeed
  readonly oxygen: OxygenSupport
  readonly needs: Need[]
  readonly age_years: number
  readonly origin_type: OriginType
  readonly origin_hospital_id: string | null
  readonly owner_hospital_id: string | null
  readonly holding_hospital_id: string | null
  readonly asked_hospital_ids: string[]
}

export const sheetRows = (db: Queries, sido: string): Promise<SheetRow[]> =>
  db.sql<SheetRow>(
    `select r.id, r.code, r.state, r.waiting_since, r.severity, r.requested_class, r.isolation_need, r.oxygen, r.needs,
            r.age_years, r.origin_type, r.origin_hospital_id, r.owner_hospital_id,
            (select h.hospital_id
               from beds.hold h
              where h.request_id = r.id
                and h.state in ('granted', 'confirmed', 'occupied')) as holding_hospital_id,
            array(select o.hospital_id
                    from beds.offer o
                   where o.request_id = r.id
                     and o.state in ${OPEN}
                   order by o.rank, o.id) as asked_hospital_ids
       from beds.request r
      where r.sido = $1
        and r.closed_at is null
        and r.state <> 'draft'
      order by r.waiting_since, r.id
      limit 500`,
    [sido],
  )

export interface SheetBeds {
  readonly hospital_id: string
  readonly bed_class: BedClass
  readonly free: number
  readonly staffed: number
  readonly oldest_as_of: Date
}

/** Places by hospital and class, of the shares that placing may use. */
export const sheetBeds = (db: Queries): Promise<SheetBeds[]> =>
  db.sql<SheetBeds>(
    `select s.hospital_id,
            s.bed_class,
            (count(*) filter (where s.state = 'available' and s.share <> 'own_use'))::int as free,
            (count(*) filter (where s.state not in ('closed', 'surge')))::int as staffed,
            min(s.as_of) as oldest_as_of
       from beds.slot s
      group by s.hospital_id, s.bed_class
      order by s.hospital_id, s.bed_class`,
  )

import type { RequestState } from '@dure/contract'
import type { Collector, Queries, Tx } from '../platform/db.ts'
import type { By } from './by.ts'
import type { RequestPatch } from './request-patch.ts'
import { CLOSED, IS_OPEN } from './request-states.sql.ts'
import { type EventRow, first, type QueueRow, type RequestRow } from './rows.ts'

export type NewRequest = Omit<RequestRow, 'version' | 'severity' | 'code'>

const COLUMNS = [
  'id',
  'sido',
  'state',
  'state_since',
  'resume_state',
  'created_at',
  'waiting_since',
  'deadline_at',
  'created_by',
  'created_by_name',
  'created_by_role',
  'owner_hospital_id',
  'origin_type',
  'origin_hospital_id',
  'origin_lat',
  'origin_lon',
  'callback_phone',
  'age_years',
  'sex',
  'complaint',
  'isolation_need',
  'oxygen',
  'requested_class',
  'needs',
  'pathogen',
  'urgency',
  'stability',
  'out_of_region_consent',
  'details',
  'pseudonym',
  'severity_suggested',
  'severity_score',
  'severity_points',
  'severity_parts',
  'severity_missing',
  'judged_class',
  'judged_by',
  'judged_by_name',
  'judged_at',
  'deteriorating',
  'offer_round',
  'no_bed_interim_plan',
  'no_bed_retry_at',
  'no_bed_escalation',
  'level',
  'retries_at_level',
  'conditions_open',
  'outside_name',
  'outside_phone',
  'merged_into',
  'submitted_at',
  'first_offer_at',
  'first_hold_at',
  'confirmed_at',
  'closed_at',
  'closed_reason',
  'regained_at',
] as const satisfies readonly (keyof NewRequest)[]

const SELECTED = ['code', 'version', 'severity', ...COLUMNS].map((column) => `r.${column}`).join(', ')
const JSON_COLUMNS: ReadonlySet<string> = new Set(['details', 'severity_parts'])

const stored = (column: string, value: unknown): unknown =>
  JSON_COLUMNS.has(column) ? JSON.stringify(value) : (value ?? null)

/** `null` when another open request of the region has this code: draw another. */
export const insertRequest = async (tx: Tx, request: NewRequest, code: string): Promise<RequestRow | null> => {
  const rows = await tx.sql<RequestRow>(
    `insert into beds.request as r (code, ${COLUMNS.join(', ')})
     values ($1, ${COLUMNS.map((_, index) => `$${index + 2}`).join(', ')})
         on conflict (sido, code) where ${IS_OPEN.replaceAll('r.', '')} do nothing
     returning ${SELECTED}`,
    [code, ...COLUMNS.map((column) => stored(column, request[column]))],
  )
  return rows[0] ?? null
}

export const requestById = async (db: Queries, id: string): Promise<RequestRow | null> =>
  (await db.sql<RequestRow>(`select ${SELECTED} from beds.request r where r.id = $1`, [id]))[0] ?? null

/** The id of an open request of the region by its spoken code. */
export const idOfCode = async (db: Queries, sido: string, code: string): Promise<string | null> =>
  (
    await db.sql<{ id: string }>(`select r.id from beds.request r where r.sido = $1 and r.code = $2 and ${IS_OPEN}`, [
      sido,
      code,
    ])
  )[0]?.id ?? null

/** The first lock of every change to a request, its offers or its hold: see README, "Concurrency". */
export const lockRequestRow = async (tx: Tx, id: string): Promise<RequestRow | null> =>
  (await tx.sql<RequestRow>(`select ${SELECTED} from beds.request r where r.id = $1 for update`, [id]))[0] ?? null

/** The same, of the request an offer belongs to: whose it is never changes. */
export const lockRequestOfOffer = async (tx: Tx, offerId: string): Promise<RequestRow | null> =>
  (
    await tx.sql<RequestRow>(
      `select ${SELECTED}
         from beds.request r
        where r.id = (select o.request_id from beds.offer o where o.id = $1)
          for update`,
      [offerId],
    )
  )[0] ?? null

/** Saves a locked request; its version rises. */
export const saveRequest = async (tx: Tx, id: string, patch: RequestPatch): Promise<RequestRow> => {
  const changed = COLUMNS.filter((column) => Object.hasOwn(patch, column))
  const sets = ['version = r.version + 1', ...changed.map((column, index) => `${column} = $${index + 2}`)]
  const values = changed.map((column) => stored(column, (patch as Record<string, unknown>)[column]))
  return first(
    await tx.sql<RequestRow>(`update beds.request r set ${sets.join(', ')} where r.id = $1 returning ${SELECTED}`, [
      id,
      ...values,
    ]),
  )
}

/** Which requests a person's list is about; null members do not restrict. */
export interface QueueFilter {
  readonly sido: string
  readonly closed: boolean
  /** Requests made by this person or for this facility. */
  readonly mine: { readonly personId: string; readonly facilityId: string | null } | null
  /** Requests this hospital was asked about and may still answer, or holds a bed for. */
  readonly forHospital: string | null
  readonly inStates: readonly RequestState[] | null
  readonly limit: number
}

const QUEUED = `${SELECTED},
            (select count(*)::int
               from beds.offer o
              where o.request_id = r.id
                and o.state in ('sent', 'delivered', 'seen', 'acked'))
            + (select count(*)::int from beds.ask a where a.request_id = r.id and a.state = 'asked') as open_offers,
            coalesce((select h.hospital_id
               from beds.hold h
              where h.request_id = r.id
                and h.state in ('granted', 'confirmed', 'occupied')),
                     (select a.slot_hospital_id
                        from beds.ask a
                       where a.request_id = r.id
                         and a.state in ('accepted', 'confirmed'))) as holding_hospital_id`

export const queueRowOf = async (db: Queries, id: string): Promise<QueueRow | null> =>
  (await db.sql<QueueRow>(`select ${QUEUED} from beds.request r where r.id = $1`, [id]))[0] ?? null

export const queue = (db: Queries, filter: QueueFilter): Promise<QueueRow[]> =>
  db.sql<QueueRow>(
    `select ${QUEUED}
       from beds.request r
      where r.sido = $1
        and (r.state in ${CLOSED}) = $2
        and ($6::text[] is null or r.state = any($6))
        and (($3::text is null and $5::text is null)
             or r.created_by = $3
             or r.owner_hospital_id = $4
             or exists (select from beds.offer o
                         where o.request_id = r.id
                           and o.hospital_id = $5
                           and o.state in ('sent', 'delivered', 'seen', 'acked'))
             or exists (select from beds.hold h
                         where h.request_id = r.id
                           and h.hospital_id = $5
                           and h.state in ('granted', 'confirmed', 'occupied')))
      order by case when $2 then r.closed_at end desc nulls last, r.waiting_since, r.id
      limit $7`,
    [
      filter.sido,
      filter.closed,
      filter.mine?.personId ?? null,
      filter.mine?.facilityId ?? null,
      filter.forHospital,
      filter.inStates,
      filter.limit,
    ],
  )

export interface NewEvent {
  readonly requestId: string
  readonly kind: string
  readonly from?: RequestState
  readonly to?: RequestState
  readonly by: By
  /** Never what identifies the patient. */
  readonly data?: Readonly<Record<string, unknown>>
}

/** Written with the others of the transaction, just before it commits. */
export const addEvent = (tx: Tx, event: NewEvent, now: Date): void => tx.collect(EVENTS, { ...event, now })

const EVENTS: Collector<NewEvent & { readonly now: Date }> = {
  statement: (events) => ({
    text: `insert into beds.request_event
             (request_id, at, kind, from_state, to_state, by_person, by_name, by_role, by_hospital, channel, heard_from, data)
           select e.request_id, e.at, e.kind, e.from_state, e.to_state, e.by_person, e.by_name, e.by_role, e.by_hospital, e.channel,
                  e.heard_from, e.data
             from rows from (
                    jsonb_to_recordset($1::jsonb) as (request_id text, at timestamptz, kind text, from_state text, to_state text,
                      by_person text, by_name text, by_role text, by_hospital text, channel text, heard_from text, data jsonb)
                  ) with ordinality as e (request_id, at, kind, from_state, to_state, by_person, by_name, by_role, by_hospital, channel,
                    heard_from, data, place)
            order by e.place`,
    values: [
      JSON.stringify(
        events.map(({ requestId, now, kind, from, to, by, data = {} }) => ({
          ...{ request_id: requestId, at: now, kind, from_state: from, to_state: to, data },
          ...{ by_person: by.personId, by_name: by.name, by_role: by.role, by_hospital: by.facilityId },
          ...{ channel: by.channel, heard_from: by.heardFrom },
        })),
      ),
    ],
  }),
}

/** In the order in which it was written: every writer holds the request's lock, so ids follow commits. */
export const eventsOf = (db: Queries, requestId: string): Promise<EventRow[]> =>
  db.sql<EventRow>(
    `select e.id, e.at, e.kind, e.from_state, e.to_state, e.by_name, e.by_hospital, e.channel, e.heard_from, e.data
       from beds.request_event e
      where e.request_id = $1
      order by e.id`,
    [requestId],
  )

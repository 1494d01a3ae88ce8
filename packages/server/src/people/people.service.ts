import type { AccountEventKind, ProblemCode, Refusal } from '@dure/contract'
import type { Clock } from '../platform/clock.ts'
import type { Config } from '../platform/config.ts'
import type { Db, Queries, Tx } from '../platform/db.ts'
import type { Entry, FacilityNames } from '../platform/entry.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import { type Audience, appendOp } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { err } from '../platform/result.ts'
import type { PeopleSecrets } from './secrets.service.ts'

/** A hospital as the sign-up form names it. */
export interface SignUpPlaceRow {
  readonly id: string
  readonly name: string
  readonly address: string | null
}

/** What the slice asks of others, so that it need not know them. */
export interface Neighbours {
  readonly names: FacilityNames
  /** Hospitals of this region whose name contains the words. */
  findPlaces(words: string): Promise<readonly SignUpPlaceRow[]>
  /** A hospital of this region that is not closed. */
  isPlace(facilityId: string): Promise<boolean>
  /** A request by its id, or by the spoken code while it is open. */
  request(idOrCode: string): Promise<{ readonly id: string; readonly code: string } | null>
  /** The codes of these requests. */
  codes(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
}

/** What the slice stands on. */
export interface People extends Neighbours {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly config: Config
  readonly entry: Entry
  readonly secrets: () => Promise<PeopleSecrets>
  /** Says something to the other cells, and to nobody's screen. */
  publish(tx: Tx, kind: string, body: Readonly<Record<string, unknown>>, now: Date): Promise<void>
}

/** Who did it. */
export interface Doer {
  readonly id: string | null
  readonly name: string
}

export const SYSTEM: Doer = { id: null, name: 'Dure' }

export const refuse = <C extends ProblemCode>(
  code: C,
  detail?: string,
  pointer?: string,
): { readonly ok: false; readonly error: Refusal<C> } =>
  err({ code, ...(detail === undefined ? {} : { detail }), ...(pointer === undefined ? {} : { pointer }) })

/** Writes down what happened to a person's access, and tells their screens. */
export const noteAccount = async (
  tx: Tx,
  personId: string,
  kind: AccountEventKind,
  by: Doer,
  now: Date,
  detail: string | null = null,
): Promise<void> => {
  await tx.sql(
    `insert into people.account_event (person_id, at, kind, by_person, by_name, detail) values ($1, $2, $3, $4, $5, $6)`,
    [personId, now, kind, by.id, by.name, detail],
  )
}

/** Tells live screens that something of the people slice changed. Ids only: names stay in this cell. */
export const tell = (tx: Tx, kind: string, subject: string, audience: Audience, at: Date): Promise<void> =>
  appendOp(tx, { kind, subject, body: {}, audience, at })

export const iso = (at: Date): string => at.toISOString()
export const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null
export const minutesAfter = (at: Date, minutes: number): Date => new Date(at.getTime() + minutes * 60_000)

export const doer = (person: Person): Doer => ({ id: person.id, name: person.name })

export interface PersonRow {
  readonly id: string
  readonly name: string
  readonly roles: Person['roles']
  readonly region: string
  readonly facilityId: string | null
  readonly disabled: boolean
  readonly homeRegion: string | null
}

/** A person of this cell, also a disabled one. */
export const personById = async (db: Queries, id: string): Promise<PersonRow | undefined> =>
  (
    await db.sql<PersonRow>(
      `select p.id, p.name, p.roles, p.region, p.facility_id as "facilityId", p.disabled_at is not null as disabled,
              p.home_region as "homeRegion"
         from platform.person p
        where p.id = $1`,
      [id],
    )
  )[0]

/** The address people use. Absent a configured one, this machine's own: right for a demo, and for nothing else. */
export const publicAddress = ({ publicUrl, host, port }: Config): string => publicUrl ?? `http://${host}:${port}`

import type { Role } from '@dure/contract'
import type { Tx } from './db.ts'
import type { Person } from './person.ts'

/**
 * Who may be told that an op happened: a person who fits any of the lists. An empty audience is told nobody.
 * Live screens receive kind, subject and body of the ops meant for them and fetch the rest through the routes.
 */
export interface Audience {
  /** Everyone of these roles in this cell. */
  readonly roles?: readonly Role[]
  /** Everyone who works for these facilities. */
  readonly facilities?: readonly string[]
  readonly people?: readonly string[]
  /** Every signed-in person. */
  readonly all?: boolean
}

/** Something this cell decided, as others are told. Never what identifies a patient. */
export interface Op {
  /** `slot-offered`: small letters, past participle. */
  readonly kind: string
  /** Id of the thing it is about. */
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  readonly audience: Audience
  readonly at: Date
}

/** NOTIFY channel that tells every server process of a new highest number. */
export const OPLOG_CHANNEL = 'dure_oplog'

/** Appends an op in the caller's transaction; the sequencer numbers it after the commit. */
export const appendOp = async (tx: Tx, op: Op): Promise<void> => {
  await tx.sql(`insert into platform.outbox (kind, at, subject, body, audience) values ($1, $2, $3, $4, $5)`, [
    op.kind,
    op.at,
    op.subject,
    JSON.stringify(op.body),
    JSON.stringify(op.audience),
  ])
  tx.signal('outbox')
}

/** Is this op meant for this person? */
export const mayHear = (person: Person, audience: Audience): boolean =>
  audience.all === true ||
  audience.people?.includes(person.id) === true ||
  audience.roles?.some((role) => person.roles.includes(role)) === true ||
  (person.facilityId !== null && audience.facilities?.includes(person.facilityId) === true)

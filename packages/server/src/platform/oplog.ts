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
  /** Stays in this cell: other cells know their own people. */
  readonly audience: Audience
  readonly at: Date
  /** The region whose log it belongs to; absent: this cell's own. Another one only while standing in for it. */
  readonly origin?: string
}

/** NOTIFY channel that tells every server process of a new highest number; the payload is the log's origin. */
export const OPLOG_CHANNEL = 'dure_oplog'

/** Characters of an op's body as JSON. Longer things belong in a table of their slice, with a reference here. */
export const OP_BODY_LIMIT = 64 * 1024

/**
 * This cell may not decide: another one writes the log (`stood-in`), or it was restored and does not know yet what it had
 * decided (`recovering`). The transaction is to be given up; the routes answer with the problem of this name.
 */
export class NotWriting extends Error {
  readonly state: 'stood-in' | 'recovering'
  constructor(state: 'stood-in' | 'recovering') {
    super(`This cell does not write now: ${state}`)
    this.state = state
  }
}

/**
 * Appends an op in the caller's transaction; the sequencer numbers it after the commit.
 * @throws NotWriting when the log is not this cell's to write
 */
export const appendOp = async (tx: Tx, op: Op): Promise<void> => {
  const body = JSON.stringify(op.body)
  if (body.length > OP_BODY_LIMIT) throw new Error(`The body of ${op.kind} has ${body.length} characters`)
  const rows = await tx.sql(
    `insert into platform.outbox (origin, kind, at, subject, body, audience)
     select w.origin, $1, $2, $3, $4, $5
       from platform.writing w
      where case when $6::text is null then w.own else w.origin = $6 end
     returning id`,
    [op.kind, op.at, op.subject, body, JSON.stringify(op.audience), op.origin ?? null],
  )
  if (rows.length === 0) throw new NotWriting(await whyNotWriting(tx, op.origin))
  tx.signal('outbox')
}

const whyNotWriting = async (tx: Tx, origin: string | undefined): Promise<'stood-in' | 'recovering'> => {
  if (origin !== undefined) return 'stood-in'
  const [cell] = await tx.sql<{ state: string }>(`select state from platform.cell`)
  return cell?.state === 'stood-in' ? 'stood-in' : 'recovering'
}

/** Is this op meant for this person? */
export const mayHear = (person: Person, audience: Audience): boolean =>
  audience.all === true ||
  audience.people?.includes(person.id) === true ||
  audience.roles?.some((role) => person.roles.includes(role)) === true ||
  (person.facilityId !== null && audience.facilities?.includes(person.facilityId) === true)

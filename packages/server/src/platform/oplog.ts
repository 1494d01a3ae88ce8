import type { Role } from '@dure/contract'
import { type Collector, codeOf, type Statement, type Tx } from './db.ts'
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
  const { text, values } = appending([withinLimit(op)])
  try {
    await tx.sql(text, values)
  } catch (error) {
    throw notWriting(error)
  }
  tx.signal('outbox')
}

/**
 * The same, written with others of the transaction when it commits, in the order in which they were told: after every op that a table
 * tells by itself. For ops that nobody folds into tables. The transaction then throws {@link NotWriting}.
 */
export const tellOp = (tx: Tx, op: Op): void => {
  tx.collect(TOLD_OPS, withinLimit(op))
  tx.signal('outbox')
}

const withinLimit = (op: Op): Op => {
  const { length } = JSON.stringify(op.body)
  if (length > OP_BODY_LIMIT) throw new Error(`The body of ${op.kind} has ${length} characters`)
  return op
}

/**
 * Most transactions tell one op of this cell's own log: a statement that is planned once, whatever its values. Several are one JSON text,
 * a quarter dearer.
 */
const appending = (ops: readonly Op[]): Statement => {
  const [op] = ops
  return op !== undefined && ops.length === 1 && op.origin === undefined
    ? {
        text: `insert into platform.outbox (origin, kind, at, subject, body, audience)
               values (coalesce((select w.origin from platform.writing w where w.own), platform.not_writing(null)), $1, $2, $3, $4, $5)`,
        values: [op.kind, op.at, op.subject, JSON.stringify(op.body), JSON.stringify(op.audience)],
      }
    : {
        text: `insert into platform.outbox (origin, kind, at, subject, body, audience)
               select coalesce(w.origin, platform.not_writing(o.origin)), o.kind, o.at, o.subject, o.body, o.audience
                 from rows from (
                        jsonb_to_recordset($1::jsonb)
                          as (kind text, at timestamptz, subject text, body jsonb, audience jsonb, origin text)
                      ) with ordinality as o (kind, at, subject, body, audience, origin, place)
                 left join platform.writing w on case when o.origin is null then w.own else w.origin = o.origin end
                order by o.place`,
        values: [JSON.stringify(ops)],
      }
}

/** SQLSTATE of `platform.not_writing` (0084-platform-refusing.sql). */
const NOT_WRITING = 'DU002'

const notWriting = (error: unknown): unknown =>
  codeOf(error) === NOT_WRITING
    ? new NotWriting((error as { readonly detail?: string }).detail === 'stood-in' ? 'stood-in' : 'recovering')
    : error

const TOLD_OPS: Collector<Op> = { statement: appending, refusal: notWriting }

/** Is this op meant for this person? */
export const mayHear = (person: Person, audience: Audience): boolean =>
  audience.all === true ||
  audience.people?.includes(person.id) === true ||
  audience.roles?.some((role) => person.roles.includes(role)) === true ||
  (person.facilityId !== null && audience.facilities?.includes(person.facilityId) === true)

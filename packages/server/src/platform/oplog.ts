import type { Role } from '@dure/contract'
import type { Collector, Tx } from './db.ts'
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
export const appendOp = (tx: Tx, op: Op): Promise<void> => appendOps(tx, [withinLimit(op)])

/**
 * The same, written with others of the transaction just before it commits, in the order in which they were told: after every op that
 * a table tells by itself. For ops that nobody folds into tables.
 */
export const tellOp = (tx: Tx, op: Op): void => tx.collect(TOLD_OPS, withinLimit(op))

const withinLimit = (op: Op): Op => {
  const { length } = JSON.stringify(op.body)
  if (length > OP_BODY_LIMIT) throw new Error(`The body of ${op.kind} has ${length} characters`)
  return op
}

const appendOps = async (tx: Tx, ops: readonly Op[]): Promise<void> => {
  // One JSON text: lists as parameters would be planned anew for each call, which costs twice the work itself.
  const rows = await tx.sql(
    `insert into platform.outbox (origin, kind, at, subject, body, audience)
     select w.origin, o.kind, o.at, o.subject, o.body, o.audience
       from rows from (jsonb_to_recordset($1::jsonb) as (kind text, at timestamptz, subject text, body jsonb, audience jsonb, origin text))
            with ordinality as o (kind, at, subject, body, audience, origin, place)
       join platform.writing w on case when o.origin is null then w.own else w.origin = o.origin end
      order by o.place
     returning id`,
    [JSON.stringify(ops)],
  )
  if (rows.length < ops.length) throw new NotWriting(await whyNotWriting(tx, ops))
  tx.signal('outbox')
}
const TOLD_OPS: Collector<Op> = { write: appendOps }

const whyNotWriting = async (tx: Tx, ops: readonly Op[]): Promise<'stood-in' | 'recovering'> => {
  if (ops.every(({ origin }) => origin !== undefined)) return 'stood-in'
  const [cell] = await tx.sql<{ state: string }>(`select state from platform.cell`)
  return cell?.state === 'stood-in' ? 'stood-in' : 'recovering'
}

/** Is this op meant for this person? */
export const mayHear = (person: Person, audience: Audience): boolean =>
  audience.all === true ||
  audience.people?.includes(person.id) === true ||
  audience.roles?.some((role) => person.roles.includes(role)) === true ||
  (person.facilityId !== null && audience.facilities?.includes(person.facilityId) === true)

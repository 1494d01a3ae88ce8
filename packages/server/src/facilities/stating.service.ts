import type { Channel, HospitalStatement, Refusal } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { appendOp, NotWriting } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { err, ok, type Result } from '../platform/result.ts'
import { schedule } from '../platform/timers.ts'
import type { Directory } from './directory.service.ts'
import { touchDirectory } from './directory.sql.ts'
import { addStatements, dropOwnAnswer, isSpokenHere, lockHospital, saveOwnAnswer, stopsAt } from './statement.sql.ts'
import { linesOf } from './stating.ts'
import { OP_KINDS } from './words.ts'

/** What a hospital says of itself, kept: its own desk says it, or the region's desk types what it heard. */

export type StatingProblem = 'invalid-input' | 'not-found' | 'not-allowed' | 'wrong-state'
type Needs = Pick<Deps, 'db' | 'clock' | 'ids'>

export interface Said {
  readonly statement: HospitalStatement
  readonly channel: Channel
  readonly heardFrom?: string | undefined
}

/** Says that the time of a word is over, so that screens and rankings change by themselves. */
export const WORD_TIMER = 'hospital-word-over'

export const stateHospital = async (
  deps: Needs,
  directory: Directory,
  person: Person,
  hospitalId: string,
  said: Said,
): Promise<Result<null, Refusal<StatingProblem>>> => {
  const { statement, channel } = said
  return deps.db.tx(async (tx) => {
    const hospital = await lockHospital(tx, hospitalId)
    if (hospital === undefined) return err({ code: 'not-found', pointer: '/params/id' })
    const refused = refusedSpeaker(person, hospitalId, hospital.sidoCode, said)
    if (refused !== null) return err(refused)
    if (!(await isSpokenHere(tx, hospital.sidoCode))) throw new NotWriting('stood-in')
    const now = deps.clock.now()
    const standing = await stopsAt(tx, [hospitalId], now)
    const lines = linesOf(
      statement,
      standing.map(({ bedClass }) => bedClass),
      now,
    )
    if (!lines.ok) return lines
    if (statement.say === 'capability_withdrawn' && !(await dropOwnAnswer(tx, hospitalId, statement.code)))
      return err({ code: 'wrong-state', detail: 'the hospital said nothing of this', pointer: '/body/statement/code' })
    const heardFrom = said.heardFrom === undefined || said.heardFrom === '' ? null : said.heardFrom
    const by = { personId: person.id, name: person.name, channel, heardFrom }
    // Listeners lock requests; the directory's version, which everybody writes, is touched last.
    await directory.heard(tx, { hospitalId, statement, at: now, by })
    const common = { hospitalId, at: now, byPerson: person.id, byName: person.name, channel, heardFrom }
    await addStatements(
      tx,
      lines.value.map((line) => ({ ...line, ...common })),
    )
    const until = lines.value[0]?.until ?? null
    if (statement.say === 'capability') await saveOwnAnswer(tx, hospitalId, { ...statement, until }, now)
    await tellWord(tx, hospital.sidoCode, hospitalId, statement, now)
    if (until !== null)
      await schedule(tx, { id: deps.ids.next(), kind: WORD_TIMER, subject: hospitalId, dueAt: until, payload: {} }, now)
    return ok(null)
  })
}

/** The hospital's own desk speaks for it; the region's desk writes down a call and says who was on the other end. */
const refusedSpeaker = (
  person: Person,
  hospitalId: string,
  sidoCode: string,
  { channel, heardFrom }: Said,
): Refusal<StatingProblem> | null => {
  const own = person.roles.includes('hospital_desk') && person.facilityId === hospitalId
  const desk = (person.roles.includes('placement_desk') || person.roles.includes('admin')) && person.region === sidoCode
  if (!own && !desk)
    return { code: 'not-allowed', detail: 'a hospital speaks for itself, or to the desk of its region' }
  const heard = channel === 'phone' || channel === 'sms'
  return (heard || !own) && (!heard || (heardFrom ?? '') === '')
    ? { code: 'invalid-input', detail: 'say who of the hospital said so, by phone or SMS', pointer: '/body/heardFrom' }
    : null
}

/** In the log of the hospital's region. The directory is everybody's: every screen that shows it reads it again. */
export const tellWord = (
  tx: Tx,
  sido: string,
  hospitalId: string,
  { say, ...rest }: HospitalStatement,
  now: Date,
): Promise<void> => {
  const { note: _, ...body } = rest as typeof rest & { readonly note?: string }
  return appendOp(tx, {
    origin: sido,
    kind: OP_KINDS[say],
    subject: hospitalId,
    body: { hospitalId, ...body },
    audience: { all: true },
    at: now,
  })
}

/** The time of a word is over. Whether it was replaced meanwhile does not matter: what stands is worked out anew. */
export const wordOver = async (tx: Tx, directory: Directory, hospitalId: string, now: Date): Promise<void> => {
  const hospital = await lockHospital(tx, hospitalId)
  // This cell stood in when it was said, and does not any more.
  if (hospital === undefined || !(await isSpokenHere(tx, hospital.sidoCode))) return
  await touchDirectory(tx)
  directory.renew(tx)
  const op = { kind: 'hospital-word-ended', subject: hospitalId, body: { hospitalId }, audience: { all: true } }
  await appendOp(tx, { ...op, origin: hospital.sidoCode, at: now })
}

import { hospitalStatement } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import type { Ids } from '../platform/ids.ts'
import { schedule } from '../platform/timers.ts'
import type { Directory } from './directory.service.ts'
import { touchDirectory } from './directory.sql.ts'
import { addStatements, dropOwnAnswer, lockHospital, saveOwnAnswer, stopsAt } from './statement.sql.ts'
import { OP_KINDS, WORD_TIMER } from './stating.service.ts'
import { linesOf } from './stating.ts'

/** An epoch of the own log opened here, as far as this slice asks. */
interface Opened {
  readonly origin: string
  readonly isRegained: boolean
  regained(kinds: readonly string[]): AsyncIterable<Word>
}
interface Word {
  readonly kind: string
  readonly at: string
  readonly body: Readonly<Record<string, unknown>>
}
export interface OwnLog {
  onOpened(handler: (tx: Tx, opened: Opened, now: Date) => Promise<void>): void
}

const SAYS = new Map(Object.entries(OP_KINDS).map(([say, kind]) => [kind, say]))

/**
 * What hospitals said of themselves and these tables have forgotten, from the own log that came back. Who said it and the note beside it
 * did not travel.
 */
export const takeRegainedWords = (
  deps: { readonly ids: Ids; readonly region: string },
  directory: Directory,
  log: OwnLog,
) =>
  log.onOpened(async (tx, opened, now) => {
    if (opened.origin !== deps.region || !opened.isRegained) return
    let taken = 0
    for await (const word of opened.regained([...SAYS.keys()])) if (await take(tx, deps.ids, word, now)) taken += 1
    if (taken === 0) return
    await touchDirectory(tx)
    directory.renew(tx)
  })

const take = async (tx: Tx, ids: Ids, { kind, at: said, body }: Word, now: Date): Promise<boolean> => {
  const { hospitalId, ...rest } = body
  const read = hospitalStatement.safeParse({ say: SAYS.get(kind), ...rest })
  if (!read.success || typeof hospitalId !== 'string' || (await lockHospital(tx, hospitalId)) === undefined)
    return false
  const { data: statement } = read
  const at = new Date(said)
  const standing = await stopsAt(tx, [hospitalId], at)
  const lines = linesOf(
    statement,
    standing.map(({ bedClass }) => bedClass),
    at,
  )
  if (!lines.ok) return false
  const by = { byPerson: 'log', byName: 'Dure', channel: 'system', heardFrom: null } as const
  await addStatements(
    tx,
    lines.value.map((line) => ({ ...line, ...by, hospitalId, at })),
  )
  const until = lines.value[0]?.until ?? null
  if (statement.say === 'capability') await saveOwnAnswer(tx, hospitalId, { ...statement, until }, at)
  if (statement.say === 'capability_withdrawn') await dropOwnAnswer(tx, hospitalId, statement.code)
  if (until !== null && until > now)
    await schedule(tx, { id: ids.next(), kind: WORD_TIMER, subject: hospitalId, dueAt: until, payload: {} }, now)
  return true
}

import type { Tx } from '../platform/db.ts'
import type { Ids } from '../platform/ids.ts'
import { schedule } from '../platform/timers.ts'
import type { Directory } from './directory.service.ts'
import { touchDirectory } from './directory.sql.ts'
import { addStatements, dropOwnAnswer, lockHospital, saveOwnAnswer, stopsAt, wordsOfRegion } from './statement.sql.ts'
import { tellWord, WORD_TIMER } from './stating.service.ts'
import {
  foldWord,
  linesTaken,
  noWords,
  readWord,
  type SaidWord,
  standingWords,
  WORD_KINDS,
  type WordRecord,
  type Words,
  wordsBetween,
} from './words.ts'

/** An epoch that opened here, as far as this slice asks. */
interface Opened {
  readonly origin: string
  readonly isRegained: boolean
  readonly reason: string
  regained(kinds: readonly string[]): AsyncIterable<WordRecord>
  said(kinds: readonly string[]): AsyncIterable<WordRecord>
  afterwards(step: () => Promise<void>): void
}
export interface OwnLog {
  onOpened(handler: (tx: Tx, opened: Opened, now: Date) => Promise<void>): void
}

interface Needs {
  readonly ids: Ids
  readonly region: string
}

/**
 * What hospitals said of themselves, when this cell begins to write a log. Of the own region: what these tables have forgotten, or a
 * neighbour was told, comes from the log; and what they know that the log does not, is told anew. Of a region this cell begins to
 * stand in for: what stands by its log. Who said it and the note beside it did not travel.
 */
export const takeRegainedWords = (needs: Needs, directory: Directory, log: OwnLog) =>
  log.onOpened(async (tx, opened, now) => {
    const own = opened.origin === needs.region
    const taken = own ? await takeOwn(tx, needs.ids, opened, now) : await standIn(tx, needs.ids, opened, now)
    // A promoted database has all that the log has, and what it says besides gets its number by itself.
    if (own && opened.reason !== 'promoted') opened.afterwards(() => tellUnsaid(tx, opened, now))
    if (taken === 0) return
    await touchDirectory(tx)
    directory.renew(tx)
  })

const takeOwn = async (tx: Tx, ids: Ids, opened: Opened, now: Date): Promise<number> => {
  if (!opened.isRegained) return 0
  let taken = 0
  for await (const record of opened.regained(WORD_KINDS)) {
    const word = readWord(record)
    if (word !== undefined && (await take(tx, ids, word, now))) taken += 1
  }
  return taken
}

/** What was said here when this cell stood in before is in the log too, as far as it stands. */
const standIn = async (tx: Tx, ids: Ids, opened: Opened, now: Date): Promise<number> => {
  const byLog = await saidIn(opened, now)
  const here = await wordsOfRegion(tx, opened.origin)
  let taken = 0
  for (const hospitalId of new Set([...here.keys(), ...byLog.keys()]))
    for (const { statement, at } of wordsBetween(here.get(hospitalId) ?? noWords(), byLog.get(hospitalId) ?? noWords()))
      if (await take(tx, ids, { hospitalId, statement, at: at ?? now }, now)) taken += 1
  return taken
}

/** By hospital, what stands once everything in the log was said. */
const saidIn = async (opened: Opened, now: Date): Promise<ReadonlyMap<string, Words>> => {
  const words = new Map<string, Words>()
  for await (const record of opened.said(WORD_KINDS)) {
    const said = readWord(record)
    if (said === undefined) continue
    const known = words.get(said.hospitalId) ?? noWords()
    words.set(said.hospitalId, known)
    foldWord(known, said)
  }
  return new Map([...words].map(([hospitalId, known]) => [hospitalId, standingWords(known, now)]))
}

const take = async (tx: Tx, ids: Ids, word: SaidWord, now: Date): Promise<boolean> => {
  const { hospitalId, statement, at } = word
  if ((await lockHospital(tx, hospitalId)) === undefined) return false
  const standing = await stopsAt(tx, [hospitalId], at)
  const lines = linesTaken(
    word,
    standing.map(({ bedClass }) => bedClass),
  )
  const by = { byPerson: 'log', byName: 'Dure', channel: 'system', heardFrom: null } as const
  await addStatements(
    tx,
    lines.map((line) => ({ ...line, ...by, hospitalId, at })),
  )
  const until = lines[0]?.until ?? null
  if (statement.say === 'capability' && lines.length > 0)
    await saveOwnAnswer(tx, hospitalId, { ...statement, until }, at)
  if (statement.say === 'capability_withdrawn') await dropOwnAnswer(tx, hospitalId, statement.code)
  if (until !== null && until > now)
    await schedule(tx, { id: ids.next(), kind: WORD_TIMER, subject: hospitalId, dueAt: until, payload: {} }, now)
  return lines.length > 0
}

/**
 * What stands in these tables and not in the log that goes on: said while the cell was cut off and another wrote its log, or put
 * here before a log was open. Whoever stands in next has only the log.
 */
const tellUnsaid = async (tx: Tx, opened: Opened, now: Date): Promise<void> => {
  const byLog = await saidIn(opened, now)
  const here = await wordsOfRegion(tx, opened.origin)
  for (const hospitalId of new Set([...here.keys(), ...byLog.keys()]))
    for (const { statement } of wordsBetween(
      byLog.get(hospitalId) ?? noWords(),
      standingWords(here.get(hospitalId) ?? noWords(), now),
    ))
      await tellWord(tx, opened.origin, hospitalId, statement, now)
}

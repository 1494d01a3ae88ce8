import type { ProblemCode, Refusal } from '@dure/contract'
import { canonicalJson, sha256 } from './canonical.ts'
import { type Db, GivenUp, type Isolation, type Queries } from './db.ts'

/** What a route answers: the body of a success or of a refusal, with its status. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface KeyedRequest {
  readonly personId: string
  readonly route: string
  readonly key: string
  /** What was asked: params, query and body. */
  readonly input: unknown
  readonly now: Date
}

/** Refusals that say nothing about the request itself: the same request may be answered differently in a moment. */
const PASSING: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'overloaded',
  'storage-full',
  'too-many-requests',
  'internal',
])

export interface Decided {
  readonly answer: Answer
  readonly refusal?: Refusal | undefined
}

/** What was answered under a key before. */
export interface KeptAnswer {
  readonly inputHash: Buffer
  readonly answer: Answer
}

export const hashOfInput = (input: unknown): Buffer => sha256(canonicalJson(input ?? null))

/** The answer given before, if the same was asked then. */
export const replayed = (kept: KeptAnswer, input: unknown): Decided | 'other-input' =>
  hashOfInput(input).equals(kept.inputHash) ? { answer: kept.answer } : 'other-input'

/**
 * Answers a request that carries a key, once: the work and its answer are kept by the same transaction, so a repetition
 * gets the first answer and changes nothing, also when the server died between commit and answer.
 *
 * Most repetitions are found before the work begins (with the session, `findSession`). Of two at once both work, and the one that
 * comes second to the primary key is rolled back and gets the first one's answer; so does one that fails because the first is done.
 * A refusal that undid the transaction is kept by itself: nothing of the work is left that would have to go with it.
 */
export const answerOnce = async (
  db: Db,
  request: KeyedRequest,
  isolation: Isolation,
  work: () => Promise<Decided>,
): Promise<Decided | 'other-input'> => {
  const inputHash = hashOfInput(request.input)
  let decided: Decided | undefined
  try {
    return await db.tx(
      async (tx) => {
        decided = await work()
        if (isPassing(decided)) throw new NotKept()
        if (tx.open && !(await keep(tx, request, inputHash, decided.answer))) throw new Repeated()
        return decided
      },
      { isolation, joinable: true },
    )
  } catch (error) {
    if (error instanceof NotKept && decided !== undefined) return decided
    if (error instanceof GivenUp && decided !== undefined) {
      if (await keep(db, request, inputHash, decided.answer)) return decided
    }
    // Should the database be gone, the first error says more.
    const kept = await keptAnswer(db, request).catch(() => undefined)
    if (kept !== undefined) return replayed(kept, request.input)
    throw error
  }
}

/** Refusals that say nothing about the request itself are not kept. */
const isPassing = ({ refusal }: Decided): boolean => refusal !== undefined && PASSING.has(refusal.code)

/** Rolls back without being an error. */
class NotKept extends Error {}
class Repeated extends Error {}

/** False when something was answered under this key already. */
const keep = async (
  db: Queries,
  { personId, route, key, now }: KeyedRequest,
  inputHash: Buffer,
  { status, body }: Answer,
): Promise<boolean> => {
  const rows = await db.sql(
    `insert into platform.answer (person_id, route, key, input_hash, status, body, at)
     values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing
     returning key`,
    [personId, route, key, inputHash, status, JSON.stringify(body ?? null), now],
  )
  return rows.length > 0
}

const keptAnswer = async (db: Queries, { personId, route, key }: KeyedRequest): Promise<KeptAnswer | undefined> => {
  const [row] = await db.sql<{ input_hash: Buffer; status: number; body: unknown }>(
    `select input_hash, status, body from platform.answer where person_id = $1 and route = $2 and key = $3`,
    [personId, route, key],
  )
  return row === undefined ? undefined : { inputHash: row.input_hash, answer: { status: row.status, body: row.body } }
}

/** How long a repetition is recognised. */
export const ANSWERS_KEPT_HOURS = 48

export const sweepAnswers = async (db: Queries, now: Date): Promise<void> => {
  await db.sql(`delete from platform.answer where at < $1`, [new Date(now.getTime() - ANSWERS_KEPT_HOURS * 3_600_000)])
}

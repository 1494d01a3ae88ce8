import type { ProblemCode, Refusal } from '@dure/contract'
import { canonicalJson, sha256 } from './canonical.ts'
import type { Db, Isolation, Queries } from './db.ts'

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

/**
 * Answers a request that carries a key, once: the work and its answer are kept by the same transaction, so a repetition
 * gets the first answer and changes nothing, also when the server died between commit and answer.
 * Two at once: the second waits on the primary key until the first is decided.
 */
export const answerOnce = async (
  db: Db,
  request: KeyedRequest,
  isolation: Isolation,
  work: () => Promise<Decided>,
): Promise<Decided | 'other-input'> => {
  const inputHash = sha256(canonicalJson(request.input ?? null))
  try {
    return await db.tx(
      async (tx) => {
        const known = await claim(tx, request, inputHash)
        if (known !== undefined) return known
        const decided = await work()
        if (decided.refusal !== undefined && PASSING.has(decided.refusal.code)) throw new Passing(decided)
        await tx.sql(
          `update platform.answer set status = $4, body = $5 where person_id = $1 and route = $2 and key = $3`,
          [
            request.personId,
            request.route,
            request.key,
            decided.answer.status,
            JSON.stringify(decided.answer.body ?? null),
          ],
        )
        return decided
      },
      { isolation },
    )
  } catch (error) {
    if (error instanceof Passing) return error.decided
    throw error
  }
}

/** Rolls the claim back without being an error. */
class Passing extends Error {
  readonly decided: Decided
  constructor(decided: Decided) {
    super('not kept')
    this.decided = decided
  }
}

const claim = async (
  tx: Queries,
  request: KeyedRequest,
  inputHash: Buffer,
): Promise<Decided | 'other-input' | undefined> => {
  const { personId, route, key, now } = request
  const claimed = await tx.sql(
    `insert into platform.answer (person_id, route, key, input_hash, at) values ($1, $2, $3, $4, $5)
         on conflict do nothing
       returning key`,
    [personId, route, key, inputHash, now],
  )
  if (claimed.length > 0) return undefined
  const [row] = await tx.sql<{ input_hash: Buffer; status: number; body: unknown }>(
    `select input_hash, status, body from platform.answer where person_id = $1 and route = $2 and key = $3`,
    [personId, route, key],
  )
  if (row === undefined) throw new Error('An answer was swept while it was being asked for again')
  return inputHash.equals(row.input_hash) ? { answer: { status: row.status, body: row.body } } : 'other-input'
}

/** How long a repetition is recognised. */
export const ANSWERS_KEPT_HOURS = 48

export const sweepAnswers = async (db: Queries, now: Date): Promise<void> => {
  await db.sql(`delete from platform.answer where at < $1`, [new Date(now.getTime() - ANSWERS_KEPT_HOURS * 3_600_000)])
}

import type { Refusal } from '@dure/contract'
import type { ExchangePort } from '../exchange/index.ts'
import type { Clock } from '../platform/clock.ts'
import { codeOf, type Db, type Tx } from '../platform/db.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import { NotWriting } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { err, type Result } from '../platform/result.ts'
import type { By } from './by.ts'
import type { Finder } from './candidates.service.ts'
import type { RequestFollower } from './following.service.ts'
import type { IdentityKey } from './identity-key.service.ts'
import { BED_REFUSALS, type BedRefusal } from './refusals.ts'

/** What the slice stands on. */
export interface Beds {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  /** Region code of this cell. */
  readonly region: string
  readonly finder: Finder
  readonly identityKey: () => Promise<IdentityKey>
  /** Told of every change of a request, in its transaction: the rooms. */
  readonly followers?: RequestFollower[]
  /** Shared by all regions; absent: the same patient in two regions is not looked for. */
  readonly nationKey?: Buffer | undefined
  /** What this cell has with the others; nothing, for a cell alone. */
  readonly exchange: ExchangePort
}

/** One transaction on behalf of somebody. */
export interface Work {
  readonly beds: Beds
  readonly tx: Tx
  readonly now: Date
  readonly by: By
}

export type BedProblem =
  | 'invalid-input'
  | 'not-found'
  | 'not-allowed'
  | 'wrong-state'
  | 'conflict'
  | 'slot-taken'
  | 'already-placed'
  | 'no-candidate'
export type BedResult<T> = Result<T, Refusal<BedProblem>>

/**
 * Runs a decision in a transaction; a refusal rolls back whatever was done before it was found: with a keyed request, the transaction
 * of the whole request.
 */
export const inWork = async <T>(
  beds: Beds,
  by: By,
  decide: (work: Work) => Promise<BedResult<T>>,
): Promise<BedResult<T>> => {
  try {
    return await beds.db.tx(
      async (tx) => {
        const result = await decide({ beds, tx, now: beds.clock.now(), by })
        if (!result.ok) throw new Refused(result.error)
        return result
      },
      { join: true },
    )
  } catch (error) {
    if (error instanceof Refused) return err(error.refusal)
    // A region this cell stood in for and does not any more (0011-crossing.sql): decided by who writes it now.
    if (codeOf(error) === 'DU001') throw new NotWriting('stood-in')
    throw error
  }
}

/** Leaves the transaction without being a fault. */
class Refused extends Error {
  readonly refusal: Refusal<BedProblem>
  constructor(refusal: Refusal<BedProblem>) {
    super('refused')
    this.refusal = refusal
  }
}

/** @param at where the event's details are in the input: `/body/act` */
export const toRefusal = (refused: BedRefusal, at = '/body'): Refusal<BedProblem> => ({
  code: BED_REFUSALS[refused.code],
  detail: `${refused.code}: ${refused.reason}`,
  ...(refused.pointer === undefined ? {} : { pointer: `${at}${refused.pointer}` }),
})

export const refuse = (code: BedProblem, detail: string, pointer?: string): { ok: false; error: Refusal<BedProblem> } =>
  err({ code, detail, ...(pointer === undefined ? {} : { pointer }) })

export const notFound = (what: string) => refuse('not-found', `no such ${what}`, '/params/id')

/** The person as the one who acts; `heard` when a desk types what it was told. */
export const byPerson = (
  person: Person,
  heard: { readonly channel?: By['channel']; readonly heardFrom?: string | null | undefined } = {},
): By => ({
  personId: person.id,
  name: person.name,
  role: person.roles[0] ?? 'requester',
  facilityId: person.facilityId,
  channel: heard.channel ?? 'web',
  heardFrom: heard.heardFrom ?? null,
})

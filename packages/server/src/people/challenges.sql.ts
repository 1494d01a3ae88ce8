import { randomBytes } from 'node:crypto'
import { hashOf } from '../platform/auth.sql.ts'
import type { Queries } from '../platform/db.ts'

export type ChallengePurpose =
  | 'passkey-registration'
  | 'passkey-sign-in'
  | 'credential-sign-in'
  | 'oidc-sign-in'
  | 'oidc-link'

/** Minutes; a person who is asked for a finger answers within one, an organisation's sign-in page takes longer. */
export const CHALLENGE_MIN: Record<ChallengePurpose, number> = {
  'passkey-registration': 5,
  'passkey-sign-in': 5,
  'credential-sign-in': 5,
  'oidc-sign-in': 10,
  'oidc-link': 10,
}

/** A new challenge, 256 bits in base64url: handed out, and kept as its hash. */
export const newChallenge = async (
  db: Queries,
  purpose: ChallengePurpose,
  now: Date,
  { personId = null, data = {} }: { readonly personId?: string | null; readonly data?: object } = {},
): Promise<string> => {
  const challenge = randomBytes(32).toString('base64url')
  const expiresAt = new Date(now.getTime() + CHALLENGE_MIN[purpose] * 60_000)
  await db.sql(
    `insert into people.challenge (hash, purpose, person_id, data, expires_at) values ($1, $2, $3, $4, $5)`,
    [hashOf(challenge), purpose, personId, JSON.stringify(data), expiresAt],
  )
  return challenge
}

export interface Challenge {
  readonly personId: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** Spends a challenge, whatever comes of it: the delete takes the row, so of two answers one finds it. */
export const spendChallenge = async (
  db: Queries,
  challenge: string,
  purpose: ChallengePurpose,
  now: Date,
): Promise<Challenge | undefined> =>
  (
    await db.sql<Challenge>(
      `delete from people.challenge
        where hash = $1
          and purpose = $2
          and expires_at > $3
       returning person_id as "personId", data`,
      [hashOf(challenge), purpose, now],
    )
  )[0]

export const sweepChallenges = async (db: Queries, now: Date): Promise<void> => {
  await db.sql(`delete from people.challenge where expires_at <= $1`, [now])
}

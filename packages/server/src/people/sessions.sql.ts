import type { SessionKind } from '@dure/contract'
import type { Queries } from '../platform/db.ts'

export interface SessionRow {
  readonly id: string
  readonly kind: SessionKind
  readonly device: string
  readonly address: string
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly expiresAt: Date
  readonly idleMin: number
}

export const sessionsOf = (db: Queries, personId: string, now: Date): Promise<SessionRow[]> =>
  db.sql<SessionRow>(
    `select id, kind, device, address, created_at as "createdAt", last_seen_at as "lastSeenAt",
            expires_at as "expiresAt", idle_min as "idleMin"
       from platform.session
      where person_id = $1
        and expires_at > $2
        and last_seen_at + idle_min * interval '1 minute' > $2
      order by last_seen_at desc, id
      limit 200`,
    [personId, now],
  )

/** Ends one session of this person; false when it is not theirs or has ended. */
export const endSessionById = async (db: Queries, personId: string, id: string): Promise<boolean> =>
  (await db.sql(`delete from platform.session where person_id = $1 and id = $2 returning id`, [personId, id])).length >
  0

import type { Queries } from '../platform/db.ts'
import { type FollowedRequest, followed } from './following.service.ts'
import { loadPlacement } from './loading.service.ts'

/** Every open request of a region as its followers see it: for who has to make up for changes it was not told of. */
export const followedRequests = async (db: Queries, sido: string): Promise<readonly FollowedRequest[]> => {
  const rows = await db.sql<{ id: string }>(
    `select r.id from beds.request r where r.sido = $1 and r.closed_at is null and r.state <> 'draft' order by r.id`,
    [sido],
  )
  const found: FollowedRequest[] = []
  for (const { id } of rows) {
    const placement = await loadPlacement(db, id)
    if (placement !== null) found.push(followed(placement))
  }
  return found
}

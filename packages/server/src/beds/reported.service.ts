import type { BedClass, BedCountView } from '@dure/contract'
import { latestBedCounts, toCountView } from '../facilities/index.ts'
import type { Queries } from '../platform/db.ts'
import type { Ranking } from './ranking-types.ts'

/** Of hospitals that keep no beds here, by id, what a source says is free of a class: the desk may telephone there. */
export const reportedWhereNoBedIsKept = async (
  db: Queries,
  { whyNot }: Pick<Ranking, 'whyNot'>,
  bedClass: BedClass,
  now: Date,
): Promise<ReadonlyMap<string, BedCountView>> => {
  const ids = whyNot.filter(({ reasons }) => reasons.includes('no-slot-known')).map(({ hospitalId }) => hospitalId)
  if (ids.length === 0) return new Map()
  const counts = await latestBedCounts(db, { ids, bedClass })
  const known = counts.filter(({ reading }) => reading === 'known')
  return new Map(known.map((count) => [count.hospitalId, toCountView(count, now)]))
}

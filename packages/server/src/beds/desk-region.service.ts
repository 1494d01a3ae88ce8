import type { Person } from '../platform/person.ts'
import type { Beds } from './beds.service.ts'

/** The region a person's desk works for here: their own while this cell writes for it, standing in, else the cell's. */
export const deskRegion = async ({ db, region }: Pick<Beds, 'db' | 'region'>, person: Person): Promise<string> => {
  if (person.region === region) return region
  const rows = await db.sql(`select from platform.writing w where w.origin = $1`, [person.region])
  return rows.length > 0 ? person.region : region
}

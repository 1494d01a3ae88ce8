import type { Queries } from '../platform/db.ts'

/** Postal addresses of all hospitals by id, for those who need a part of them: the ranking's copy of the directory has none. */
export const hospitalAddresses = async (db: Queries): Promise<ReadonlyMap<string, string>> => {
  const rows = await db.sql<{ id: string; address: string | null }>(`select id, address from facilities.hospital`)
  return new Map(rows.flatMap(({ id, address }) => (address === null ? [] : [[id, address]])))
}

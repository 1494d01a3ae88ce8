import type { Queries } from '../platform/db.ts'

export interface NamedPlace {
  readonly id: string
  readonly name: string
  readonly address: string | null
}

/** Hospitals of a region whose name contains the words, shortest name first: for choosing one by typing. */
export const placesNamed = (db: Queries, sido: string, words: string): Promise<NamedPlace[]> =>
  db.sql<NamedPlace>(
    `select id, name, address
       from facilities.hospital
      where sido_code = $1
        and state <> 'closed'
        and name ilike $2 escape '\\'
      order by length(name), name, id
      limit 20`,
    [sido, `%${words.replace(/[\\%_]/g, '\\$&')}%`],
  )

/** A hospital of this region that has not closed. */
export const isPlaceOf = async (db: Queries, sido: string, id: string): Promise<boolean> =>
  (await db.sql(`select from facilities.hospital where id = $1 and sido_code = $2 and state <> 'closed'`, [id, sido]))
    .length > 0

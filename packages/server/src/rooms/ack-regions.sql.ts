import type { Queries, Tx } from '../platform/db.ts'

/** Regions whose cells were asked to reach their desk about a message, and who asked: one fact, in both cells. */
export interface AskedRegion {
  readonly region: string
  readonly asked_by: string
}

export const askedRegions = (db: Queries, messageId: string): Promise<AskedRegion[]> =>
  db.sql<AskedRegion>(`select region, asked_by from rooms.ack_region where message_id = $1 order by region`, [
    messageId,
  ])

/** Gives those that were not asked before. */
export const noteAsked = async (
  tx: Tx,
  messageId: string,
  regions: readonly string[],
  askedBy: string,
  now: Date,
): Promise<readonly string[]> =>
  (
    await tx.sql<{ region: string }>(
      `insert into rooms.ack_region (message_id, region, asked_by, at) select $1, r, $3, $4 from unnest($2::text[]) r
           on conflict do nothing
       returning region`,
      [messageId, regions, askedBy, now],
    )
  ).map(({ region }) => region)

/** Cells that have to hear how a pursuit ends although nobody there reads the room. */
export const pursuingCells = async (db: Queries, messageId: string): Promise<readonly string[]> =>
  (await askedRegions(db, messageId)).flatMap(({ region, asked_by }) => [region, asked_by])

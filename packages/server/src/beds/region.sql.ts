import type { RegionMode } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import { first } from './rows.ts'

export interface RegionModeRow {
  readonly mode: RegionMode
  readonly since: Date
}

/** Peace until somebody says otherwise. */
export const regionMode = async (db: Queries, sido: string): Promise<RegionModeRow> =>
  (await db.sql<RegionModeRow>(`select m.mode, m.since from beds.region_mode m where m.sido = $1`, [sido]))[0] ?? {
    mode: 'peace',
    since: new Date(0),
  }

export const saveRegionMode = async (
  tx: Tx,
  sido: string,
  mode: RegionMode,
  why: string,
  by: { readonly id: string; readonly name: string },
  now: Date,
): Promise<RegionModeRow> =>
  first(
    await tx.sql<RegionModeRow>(
      `insert into beds.region_mode as m (sido, mode, since, why, set_by, set_by_name)
       values ($1, $2, $3, $4, $5, $6)
           on conflict (sido) do update
              set mode = excluded.mode,
                  since = case when m.mode = excluded.mode then m.since else excluded.since end,
                  why = excluded.why,
                  set_by = excluded.set_by,
                  set_by_name = excluded.set_by_name
       returning m.mode, m.since`,
      [sido, mode, now, why, by.id, by.name],
    ),
  )

export const MODE_SET = 'mode-set'

export const tellMode = (tx: Tx, sido: string, mode: RegionMode, now: Date): Promise<void> =>
  appendOp(tx, { origin: sido, kind: MODE_SET, subject: sido, body: { mode }, audience: { all: true }, at: now })

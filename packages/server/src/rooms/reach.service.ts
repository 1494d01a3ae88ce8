import type { Deps } from '../platform/deps.ts'
import { appendOp } from '../platform/oplog.ts'
import { startWorker } from '../platform/worker.ts'
import { reachChanges } from './reach.ts'
import type { Rooms } from './rooms.service.ts'

const LOOK_EVERY_MS = 15_000

/** Watches which regions are heard, and writes it into the rooms their people read. */
export const watchReach = ({ onReady, onClose }: Pick<Deps, 'onReady' | 'onClose'>, rooms: Rooms): void => {
  if (rooms.exchange === undefined) return
  onReady(() => {
    const worker = startWorker('rooms-reach', LOOK_EVERY_MS, () => noteReach(rooms), rooms.log)
    onClose(() => worker.close())
  })
}

/** One look. Several processes may look at once: the open line of a region is there once. */
export const noteReach = async (rooms: Pick<Rooms, 'exchange' | 'clock' | 'db' | 'ids'>): Promise<false> => {
  const standings = (await rooms.exchange?.standings()) ?? []
  const now = rooms.clock.now()
  await rooms.db.tx(async (tx) => {
    const rows = await tx.sql<{ region: string }>(`select region from rooms.reach where until is null for update`)
    for (const change of reachChanges(standings, new Set(rows.map(({ region }) => region)), now)) {
      const done =
        change.change === 'lost'
          ? await tx.sql(
              `insert into rooms.reach (id, region, since) values ($1, $2, $3)
                   on conflict (region) where until is null do nothing returning id`,
              [rooms.ids.next(), change.region, change.since],
            )
          : await tx.sql(
              `update rooms.reach set until = greatest(since, $2) where region = $1 and until is null returning id`,
              [change.region, change.at],
            )
      if (done.length === 0) continue
      const touched = await tx.sql<{ room_id: string }>(
        `select distinct o.room_id
           from rooms.reader o
           join rooms.room r on r.id = o.room_id and r.closed_at is null
          where o.until is null
            and o.key like 'role:%'
            and split_part(o.key, ':', 3) in ($1, '*')
          limit 1000`,
        [change.region],
      )
      for (const { room_id } of touched)
        await appendOp(tx, {
          kind: 'room-reach-changed',
          subject: room_id,
          body: { roomId: room_id },
          audience: {},
          at: now,
        })
    }
  })
  return false
}

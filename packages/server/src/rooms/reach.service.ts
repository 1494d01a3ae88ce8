import type { Deps } from '../platform/deps.ts'
import { appendOp } from '../platform/oplog.ts'
import { startWorker } from '../platform/worker.ts'
import { reachChanges } from './reach.ts'
import type { Rooms } from './rooms.service.ts'

/** A silence that was long enough is missed if it ended between two looks: they are close together, and cost one read. */
const LOOK_EVERY_MS = 5_000

/** Watches which regions are heard, and writes it into the rooms their people read. */
export const watchReach = ({ onReady, onClose }: Pick<Deps, 'onReady' | 'onClose'>, rooms: Rooms): void => {
  if (rooms.exchange === undefined) return
  onReady(() => {
    const watchedSince = rooms.clock.now()
    const worker = startWorker('rooms-reach', LOOK_EVERY_MS, () => noteReach(rooms, watchedSince), rooms.log)
    onClose(() => worker.close())
  })
}

/** One look. Several processes may look at once: the open line of a region is there once. */
export const noteReach = async (
  rooms: Pick<Rooms, 'exchange' | 'clock' | 'db' | 'ids'>,
  watchedSince: Date,
): Promise<false> => {
  const standings = (await rooms.exchange?.standings()) ?? []
  const now = rooms.clock.now()
  const changesBy = (rows: readonly { readonly region: string }[]) =>
    reachChanges(standings, new Set(rows.map(({ region }) => region)), watchedSince, now)
  const OPEN = `select region from rooms.reach where until is null`
  if (changesBy(await rooms.db.sql<{ region: string }>(OPEN)).length === 0) return false
  await rooms.db.tx(async (tx) => {
    for (const change of changesBy(await tx.sql<{ region: string }>(`${OPEN} for update`))) {
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

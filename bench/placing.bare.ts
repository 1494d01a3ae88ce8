import type { Db, Tx } from '../packages/server/src/platform/db.ts'
import { makeIds } from '../packages/server/src/platform/ids.ts'

/**
 * The least that must be written for a confirmed bed, in as many transactions as there are acts, without any rule, check,
 * ranking or HTTP: what the database alone can do on this machine.
 */
export const barePlacements = async (
  db: Db,
  workers: number,
  seconds: number,
): Promise<{ placed: number[]; tookMs: number }> => {
  const free = await db.sql<Slot>(`select id, hospital_id from beds.slot where state = 'available' order by id`)
  const codes = await unusedCodes(db)
  const placed: number[] = []
  const started = performance.now()
  const until = started + seconds * 1_000
  const one = async () => {
    while (performance.now() < until) {
      const [slot, code] = [free.pop(), codes.pop()]
      if (slot === undefined || code === undefined) return
      const begun = performance.now()
      await bare(db, slot, code.code)
      placed.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: workers }, one))
  return { placed, tookMs: performance.now() - started }
}

interface Slot {
  readonly id: string
  readonly hospital_id: string
}

/** Spoken codes that no request of this cell has. */
const unusedCodes = (db: Db) =>
  db.sql<{ code: string }>(
    `select lpad(n::text, 4, '0') as code
       from generate_series(0, 9999) n
      where not exists (select from beds.request r where r.code = lpad(n::text, 4, '0'))
      order by n`,
  )

const ids = makeIds(() => new Date())

const event = async (tx: Tx, id: string, kind: string): Promise<void> => {
  const now = new Date()
  await tx.sql(
    `insert into beds.request_event (request_id, at, kind, by_name, channel) values ($1, $2, $3, 'bare', 'system')`,
    [id, now, kind],
  )
  await tx.sql(
    `insert into platform.outbox (origin, kind, at, subject, body, audience)
     select w.origin, $1, $2, $3, '{}', '{}' from platform.writing w`,
    [`bare-${kind}`, now, id],
  )
}

const timer = (tx: Tx, subject: string) =>
  tx.sql(
    `insert into platform.timer (id, kind, subject, due_at, payload, created_at)
     values ($1, 'bare', $2, $3, '{}', $4)`,
    [ids.next(), subject, new Date(Date.now() + 3_600_000), new Date()],
  )

const bare = async (db: Db, slot: Slot, code: string): Promise<void> => {
  const id = ids.next()
  const move = (state: string) =>
    db.tx(async (tx) => {
      await tx.sql(`select id from beds.request where id = $1 for update`, [id])
      await tx.sql(`update beds.request set state = $2, version = version + 1 where id = $1`, [id, state])
      await event(tx, id, state)
    })
  await db.tx(async (tx) => {
    await insertRequest(tx, id, code)
    await event(tx, id, 'created')
  })
  await move('triaged')
  await move('matching')
  const offers = [ids.next(), ids.next(), ids.next()]
  await db.tx(async (tx) => {
    await tx.sql(`select id from beds.request where id = $1 for update`, [id])
    for (const [at, offer] of offers.entries()) {
      await insertOffer(tx, offer, id, `${slot.hospital_id}-${at}`)
      await timer(tx, offer)
    }
    await tx.sql(`update beds.request set state = 'offered', version = version + 1 where id = $1`, [id])
    await event(tx, id, 'offered')
  })
  await db.tx((tx) => hold(tx, id, offers, slot))
  await db.tx(async (tx) => {
    await tx.sql(`select id from beds.request where id = $1 for update`, [id])
    await tx.sql(
      `update beds.hold set state = 'confirmed', expires_at = null, confirmed_at = $2 where request_id = $1`,
      [id, new Date()],
    )
    await tx.sql(`update beds.request set state = 'confirmed', version = version + 1 where id = $1`, [id])
    await event(tx, id, 'confirmed')
  })
}

const insertRequest = (tx: Tx, id: string, code: string) =>
  tx.sql(
    `insert into beds.request (id, sido, code, state, state_since, created_at, waiting_since, created_by, created_by_name,
        created_by_role, origin_type, callback_phone, age_years, sex, complaint, isolation_need, oxygen, requested_class,
        urgency, stability, details, pseudonym)
     select $1, w.origin, $2, 'submitted', $3, $3, $3, 'bare', 'bare', 'requester', 'emergency_room', '119', 54, 'male', 'x',
            'airborne_negative', 'hfnc', 'CRITICAL', 'immediate', 'stable', '{}', 'P'
       from platform.writing w`,
    [id, code, new Date()],
  )

const insertOffer = (tx: Tx, offer: string, id: string, hospital: string) =>
  tx.sql(
    `insert into beds.offer (id, request_id, hospital_id, round, rank, state, bed_class, sent_at, expires_at)
     values ($1, $2, $3, 1, 1, 'sent', 'CRITICAL', $4, $5)`,
    [offer, id, hospital, new Date(), new Date(Date.now() + 300_000)],
  )

const hold = async (tx: Tx, id: string, [accepted, ...others]: readonly string[], slot: Slot): Promise<void> => {
  const now = new Date()
  await tx.sql(`select id from beds.request where id = $1 for update`, [id])
  await tx.sql(`select id from beds.slot where id = $1 for update`, [slot.id])
  await tx.sql(`update beds.offer set state = 'accepted', answered_at = $2 where id = $1`, [accepted, now])
  for (const other of others) await tx.sql(`update beds.offer set state = 'withdrawn' where id = $1`, [other])
  await tx.sql(`update beds.slot set state = 'held', fencing = fencing + 1, version = version + 1 where id = $1`, [
    slot.id,
  ])
  const holdId = ids.next()
  await tx.sql(
    `insert into beds.hold (id, request_id, slot_id, hospital_id, offer_id, state, granted_at, expires_at, fencing)
     select $1, $2, $3, $4, $5, 'granted', $6, $7, fencing from beds.slot where id = $3`,
    [holdId, id, slot.id, slot.hospital_id, accepted, now, new Date(now.getTime() + 1_800_000)],
  )
  await timer(tx, holdId)
  await tx.sql(`update beds.request set state = 'held', version = version + 1 where id = $1`, [id])
  await event(tx, id, 'held')
}

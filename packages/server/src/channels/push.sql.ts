import type { Queries, Tx } from '../platform/db.ts'

export interface SubscriptionRow {
  readonly id: string
  readonly person_id: string
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
  readonly label: string
  readonly created_at: Date
  readonly last_sent_at: Date | null
}

const SELECTED = `s.id, s.person_id, s.endpoint, s.p256dh, s.auth, s.label, s.created_at, s.last_sent_at`

export const subscriptionsOf = (db: Queries, personId: string): Promise<SubscriptionRow[]> =>
  db.sql<SubscriptionRow>(
    `select ${SELECTED} from channels.push_subscription s where s.person_id = $1 order by s.created_at, s.id`,
    [personId],
  )

/** A device belongs to whoever subscribed last: two people who share one each see only what is theirs. */
export const saveSubscription = async (
  tx: Tx,
  one: Pick<SubscriptionRow, 'id' | 'person_id' | 'endpoint' | 'p256dh' | 'auth' | 'label'>,
  now: Date,
): Promise<SubscriptionRow> => {
  const [row] = await tx.sql<SubscriptionRow>(
    `insert into channels.push_subscription as s (id, person_id, endpoint, p256dh, auth, label, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (endpoint) do update
        set person_id = excluded.person_id, p256dh = excluded.p256dh, auth = excluded.auth, label = excluded.label
     returning ${SELECTED}`,
    [one.id, one.person_id, one.endpoint, one.p256dh, one.auth, one.label, now],
  )
  if (row === undefined) throw new Error('a subscription was written and is not there')
  return row
}

export const removeSubscription = async (tx: Tx, id: string, personId: string): Promise<boolean> =>
  (await tx.sql(`delete from channels.push_subscription where id = $1 and person_id = $2 returning id`, [id, personId]))
    .length > 0

/** The push service says that it is gone: it is not asked again. */
export const forgetSubscription = async (tx: Tx, id: string): Promise<void> => {
  await tx.sql(`delete from channels.push_subscription where id = $1`, [id])
}

/** People who answer for a hospital's beds and have a device to be woken. */
export const peopleOfDesk = async (db: Queries, facilityId: string): Promise<readonly string[]> =>
  (
    await db.sql<{ id: string }>(
      `select distinct p.id
         from platform.person p
         join channels.push_subscription s on s.person_id = p.id
        where p.facility_id = $1
          and p.disabled_at is null
          and 'hospital_desk' = any(p.roles)
        order by p.id`,
      [facilityId],
    )
  ).map(({ id }) => id)

/** One job per device of these people; the same reason wakes a device once. Gives how many are new. */
export const insertJobs = async (
  tx: Tx,
  job: { readonly people: readonly string[]; readonly reason: string; readonly newId: () => string },
  expiresAt: Date,
  now: Date,
): Promise<number> => {
  const devices = await tx.sql<{ id: string }>(
    `select s.id
       from channels.push_subscription s
       join platform.person p on p.id = s.person_id
      where s.person_id = any($1) and p.disabled_at is null
      order by s.id`,
    [job.people],
  )
  let made = 0
  for (const { id } of devices) {
    const rows = await tx.sql(
      `insert into channels.push_job (id, reason, subscription_id, state, next_try_at, expires_at, created_at)
       values ($1, $2, $3, 'queued', $4, $5, $4)
       on conflict (subscription_id, reason) do nothing
       returning id`,
      [job.newId(), job.reason, id, now, expiresAt],
    )
    made += rows.length
  }
  return made
}

export interface JobRow extends SubscriptionRow {
  readonly job_id: string
  readonly attempts: number
  readonly expires_at: Date
}

/** The job that is due, taken by moving its time on: if this process dies, another tries again. */
export const takeJob = async (tx: Tx, now: Date, retryAt: Date): Promise<JobRow | null> =>
  (
    await tx.sql<JobRow>(
      `with due as (
         select j.id
           from channels.push_job j
          where j.state = 'queued' and j.next_try_at <= $1
          order by j.next_try_at, j.id
          limit 1
            for update skip locked
       )
       update channels.push_job j
          set next_try_at = $2, attempts = j.attempts + 1
         from due, channels.push_subscription s
        where j.id = due.id and s.id = j.subscription_id
       returning j.id as job_id, j.attempts, j.expires_at, ${SELECTED}`,
      [now, retryAt],
    )
  )[0] ?? null

export const settleJob = async (
  tx: Tx,
  job: JobRow,
  state: 'queued' | 'sent' | 'failed',
  nextTryAt: Date,
  now: Date,
): Promise<void> => {
  await tx.sql(`update channels.push_job set state = $2, next_try_at = $3 where id = $1`, [
    job.job_id,
    state,
    nextTryAt,
  ])
  if (state === 'sent')
    await tx.sql(`update channels.push_subscription set last_sent_at = $2 where id = $1`, [job.id, now])
}

export const sweepJobs = async (db: Queries, before: Date): Promise<void> => {
  await db.sql(`delete from channels.push_job where created_at < $1`, [before])
}

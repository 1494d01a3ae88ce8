import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { sha256 } from './canonical.ts'
import type { Logger } from './logger.ts'

/**
 * The database login the program works with: it reads and writes rows, and owns nothing. Tables that are append-only it can only
 * read and add to, and no code of ours, and no query somebody smuggles into ours, changes that: PostgreSQL refuses.
 */
export const APP_ROLE = 'dure_app'

/**
 * A table is append-only when its migration says so by a trigger whose function is called `append_only`; beside these the oplog,
 * whose copies of other cells the exchange may cut back, is never updated.
 */
const GRANTS = `
do $$
declare
  one record;
begin
  for one in
    select n.nspname
      from pg_namespace n
     where n.nspname not in ('public', 'information_schema') and n.nspname !~ '^pg_'
     order by n.nspname
  loop
    execute format('grant usage on schema %I to ${APP_ROLE}', one.nspname);
    execute format('grant select, insert, update, delete on all tables in schema %I to ${APP_ROLE}', one.nspname);
    execute format('grant usage, select on all sequences in schema %I to ${APP_ROLE}', one.nspname);
  end loop;
  for one in
    select distinct n.nspname, c.relname
      from pg_trigger t
      join pg_proc f on f.oid = t.tgfoid and f.proname = 'append_only'
      join pg_class c on c.oid = t.tgrelid
      join pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal
  loop
    execute format('revoke update, delete, truncate on %I.%I from ${APP_ROLE}', one.nspname, one.relname);
  end loop;
  if to_regclass('platform.oplog') is not null then
    revoke update, delete, truncate on platform.oplog from ${APP_ROLE};
  end if;
  grant select on public.migration to ${APP_ROLE};
end
$$`

/** Changes whenever the grants do: then they are given anew. */
const PLAN = sha256(GRANTS).toString('hex')

/**
 * Makes the role where the owner may, and gives it its rights. Run by the owner behind every migration, under its lock.
 * @param changed migrations were just applied
 * @returns false when there is no such role and the owner may not make one
 */
export const grantApplication = async (client: pg.Client, changed: boolean): Promise<boolean> => {
  if (!(await ensureRole(client))) return false
  await client.query(`create table if not exists public.application_rights (
    one boolean primary key default true check (one), plan text not null)`)
  const { rows } = await client.query<{ plan: string }>('select plan from public.application_rights')
  if (!changed && rows[0]?.plan === PLAN) return true
  await client.query('begin')
  await client.query(GRANTS)
  await client.query(
    `insert into public.application_rights (plan) values ($1) on conflict (one) do update set plan = excluded.plan`,
    [PLAN],
  )
  await client.query('commit')
  return true
}

const ensureRole = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query<{ exists: boolean; may: boolean }>(
    `select exists (select from pg_roles where rolname = $1) as exists,
            (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as may`,
    [APP_ROLE],
  )
  if (rows[0]?.exists === true) return true
  if (rows[0]?.may !== true) return false
  await patiently(() => client.query(`create role ${APP_ROLE} login noinherit`))
  return true
}

/** Roles belong to the whole server: another database's start may be making the same one. */
const patiently = async (work: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work()
      return
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === '42710' || (code === '23505' && attempt > 1)) return
      if (attempt >= 20 || (code !== 'XX000' && code !== '23505')) throw error
      await wait(20 * attempt)
    }
  }
}

/**
 * The connection the program works with, from the owner's. Its password follows from the owner's by a keyed hash: every process
 * that may be the owner knows it, and nothing has to be kept. Without a right to make logins, the owner's own connection.
 */
export const applicationConnection = async (owner: pg.ClientConfig, log: Logger): Promise<pg.ClientConfig> => {
  const secret = ownerPassword(owner)
  if (secret === undefined) return warned(owner, log, 'the owner connects without a password')
  const password = createHmac('sha256', secret).update(APP_ROLE).digest('base64url')
  const connection = as(owner, APP_ROLE, password)
  if (await connects(connection)) return connection
  const client = new pg.Client({ application_name: 'dure-role', connectionTimeoutMillis: 8_000, ...owner })
  await client.connect()
  try {
    const { rows } = await client.query<{ may: boolean }>(
      `select (select rolsuper or rolcreaterole from pg_roles where rolname = current_user)
              and exists (select from pg_roles where rolname = $1) as may`,
      [APP_ROLE],
    )
    if (rows[0]?.may !== true) return warned(owner, log, 'the owner may not make logins')
    // The password has no quote: it is base64url.
    await patiently(() => client.query(`alter role ${APP_ROLE} login password '${password}'`))
  } finally {
    await client.end()
  }
  return (await connects(connection)) ? connection : warned(owner, log, `${APP_ROLE} cannot log in`)
}

const warned = (owner: pg.ClientConfig, log: Logger, why: string): pg.ClientConfig => {
  log.warn({ why }, 'application-works-with-the-owners-rights')
  return owner
}

const AUTHORITY = /^(postgres(?:ql)?:\/\/)(?:([^:@/?]*)(?::([^@/?]*))?@)?/

const ownerPassword = ({ connectionString, password }: pg.ClientConfig): string | undefined => {
  if (connectionString === undefined) return typeof password === 'string' && password !== '' ? password : undefined
  const given = AUTHORITY.exec(connectionString)?.[3]
  return given === undefined || given === '' ? undefined : given
}

/** The same database as somebody else. */
const as = (owner: pg.ClientConfig, user: string, password: string): pg.ClientConfig =>
  owner.connectionString === undefined
    ? { ...owner, user, password }
    : { ...owner, connectionString: owner.connectionString.replace(AUTHORITY, `$1${user}:${password}@`) }

/** 28000, 28P01: the role or its password is not as we think. */
const connects = async (connection: pg.ClientConfig): Promise<boolean> => {
  const client = new pg.Client({ application_name: 'dure-role', connectionTimeoutMillis: 8_000, ...connection })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch (error) {
    if (/^(28|42501|42704)/.test((error as { code?: string }).code ?? '')) return false
    throw error
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Whether a connection could rewrite what is append-only: told at the start when the operator set both connections. */
export const mayRewrite = async (connection: pg.ClientConfig): Promise<boolean> => {
  const client = new pg.Client({ application_name: 'dure-role', connectionTimeoutMillis: 8_000, ...connection })
  await client.connect()
  try {
    const { rows } = await client.query<{ may: boolean }>(
      `select has_table_privilege('people.access_log', 'update')
           or has_table_privilege('people.access_log', 'delete')
           or has_table_privilege('people.access_log', 'truncate')
           or has_table_privilege('platform.oplog', 'update') as may`,
    )
    return rows[0]?.may === true
  } finally {
    await client.end()
  }
}

import pg from 'pg'

const nameOf = (url: string): string => /@[^/]*\/([^?]*)/.exec(url)?.[1] ?? ''

const asAdmin = async (url: string, work: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: url.replace(/(@[^/]*\/)[^?]*/, '$1postgres') })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

const freeOf = (client: pg.Client, name: string) =>
  client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
    [name],
  )

let copies = 0
/** A backup, as a database beside it. Nobody may be connected: connections are ended. */
export const copyDatabase = async (url: string): Promise<string> => {
  const name = nameOf(url)
  copies += 1
  const copy = `${name}_b${copies}`
  await asAdmin(url, async (client) => {
    await freeOf(client, name)
    await client.query(`create database ${copy} template ${name}`)
  })
  return copy
}

/** The database as it was when the backup was made. */
export const replaceDatabase = (url: string, backup: string): Promise<void> =>
  asAdmin(url, async (client) => {
    const name = nameOf(url)
    await freeOf(client, name)
    await client.query(`drop database ${name} with (force)`)
    await client.query(`create database ${name} template ${backup}`)
  })

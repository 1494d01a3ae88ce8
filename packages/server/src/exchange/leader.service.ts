import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '../platform/logger.ts'

export interface Leading {
  close(): Promise<void>
}

const AGAIN_MS = 2_000
const LOOK_MS = 5_000
/** Two-key advisory lock: this program, and which duty. */
const LOCK = [7_382, 3]

/** One server process of a cell at a time runs `lead`, for as long as its connection lives; then another takes over. */
export const startLeading = (
  connection: pg.ClientConfig,
  lead: () => Promise<{ close(): Promise<void> }>,
  log: Logger,
): Leading => {
  const closing = new AbortController()
  const stay = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await once().catch((error: unknown) => log.warn({ err: error }, 'leading-interrupted'))
      await wait(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }
  const once = async (): Promise<void> => {
    const client = new pg.Client({ application_name: 'dure-exchange', connectionTimeoutMillis: 8_000, ...connection })
    let lost = false
    client.on('error', () => {
      lost = true
    })
    await client.connect()
    let led: { close(): Promise<void> } | undefined
    try {
      while (!lost && !closing.signal.aborted) {
        if (led === undefined && (await take(client))) led = await lead()
        await wait(led === undefined ? AGAIN_MS : LOOK_MS, undefined, { signal: closing.signal }).catch(() => undefined)
        // A connection that died without a word is found here.
        if (!closing.signal.aborted) await client.query('select 1')
      }
    } finally {
      await led?.close()
      await client.end().catch(() => undefined)
    }
  }
  const ended = stay()
  return {
    close: () => {
      closing.abort()
      return ended
    },
  }
}

const take = async (client: pg.Client): Promise<boolean> => {
  const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1, $2) as mine', LOCK)
  return rows[0]?.mine === true
}

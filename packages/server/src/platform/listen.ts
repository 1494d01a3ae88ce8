import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from './logger.ts'

export interface Listening {
  close(): Promise<void>
}

const AGAIN_MS = 1_000

/**
 * LISTEN on a connection of its own, for as long as the cell lives: a lost connection is made again. What was said meanwhile
 * is lost, so `onWake` is called after every connect, and whoever waits here also looks by itself now and then.
 */
export const listen = (
  connection: pg.ClientConfig,
  channels: readonly string[],
  onWake: (channel: string | undefined, payload: string) => void,
  log: Logger,
): Listening => {
  const closing = new AbortController()
  const stay = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await stayConnected(connection, channels, onWake, closing.signal).catch((error: unknown) =>
        log.warn({ err: error }, 'listening-interrupted'),
      )
      await wait(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined)
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

/** Returns when told to close, throws when the connection is lost. */
const stayConnected = async (
  connection: pg.ClientConfig,
  channels: readonly string[],
  onWake: (channel: string | undefined, payload: string) => void,
  closing: AbortSignal,
): Promise<void> => {
  const client = new pg.Client({ application_name: 'dure-listen', connectionTimeoutMillis: 8_000, ...connection })
  try {
    const lost = new Promise<never>((_, reject) => {
      client.on('error', reject)
      client.on('end', () => reject(new Error('the connection ended')))
    })
    lost.catch(() => undefined)
    await Promise.race([client.connect(), lost])
    client.on('notification', ({ channel, payload }) => onWake(channel, payload ?? ''))
    for (const channel of channels) await client.query(`listen ${channel}`)
    onWake(undefined, '')
    await Promise.race([lost, whenAborted(closing)])
  } finally {
    await client.end().catch(() => undefined)
  }
}

const whenAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

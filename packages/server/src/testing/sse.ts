import { request } from 'node:http'

export interface SseEvent {
  readonly id: string
  /** `message` when the stream names none. */
  readonly event: string
  readonly data: string
}

/** A listener as a browser is one: it remembers the last id and comes back with it by itself. */
export interface SseListener {
  readonly events: readonly SseEvent[]
  /** When it was let in, by `performance.now()`, each time. */
  readonly hellos: readonly { readonly at: number; readonly known: boolean }[]
  lastId(): string | undefined
  /** Resolves once an event fits; looks at those that were heard already too. */
  until(what: string, fits: (event: SseEvent) => boolean, limitMs?: number): Promise<SseEvent>
  close(): void
}

export interface SseOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly lastId?: string
  /** Comes back this long after the line broke; absent: does not come back. */
  readonly retryMs?: number
}

export const listenTo = (url: string, options: SseOptions): SseListener => {
  const events: SseEvent[] = []
  const hellos: { at: number; known: boolean }[] = []
  const waiting = new Set<() => void>()
  let lastId = options.lastId
  let closed = false
  let abort = (): void => undefined

  const take = (block: string): void => {
    let event = 'message'
    const data: string[] = []
    for (const line of block.split('\n')) {
      if (line.startsWith('id: ')) lastId = line.slice(4)
      else if (line.startsWith('event: ')) event = line.slice(7)
      else if (line.startsWith('data: ')) data.push(line.slice(6))
    }
    if (event === 'hello' || event === 'reset') hellos.push({ at: performance.now(), known: event === 'hello' })
    if (data.length === 0) return
    events.push({ id: lastId ?? '', event, data: data.join('\n') })
    for (const look of [...waiting]) look()
  }

  const connect = (): void => {
    if (closed) return
    let rest = ''
    const headers = { ...options.headers, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) }
    const asked = request(url, { headers, agent: false }, (answer) => {
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) take(block)
      })
      answer.on('error', () => undefined)
    })
    asked.on('error', () => undefined)
    asked.on('close', () => {
      if (!closed && options.retryMs !== undefined) setTimeout(connect, options.retryMs)
    })
    abort = () => void asked.destroy()
    asked.end()
  }
  connect()

  const until = (what: string, fits: (event: SseEvent) => boolean, limitMs = 10_000): Promise<SseEvent> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        waiting.delete(look)
        reject(new Error(`not heard within ${limitMs} ms: ${what}`))
      }, limitMs)
      const look = () => {
        const found = events.find(fits)
        if (found === undefined) return
        clearTimeout(late)
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })

  return {
    events,
    hellos,
    lastId: () => lastId,
    until,
    close: () => {
      closed = true
      abort()
    },
  }
}

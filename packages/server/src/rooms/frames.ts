import type { RoomEvent } from '@dure/contract'

/**
 * One event, encoded once for all who hear it: already a chunk of HTTP/1.1's chunked transfer, so that a connection costs one write
 * of shared bytes and nothing is framed again for each of them.
 */
export interface Frame {
  /** Number of the op it comes from: what Last-Event-ID names. Several frames may have one. */
  readonly seq: bigint
  /** Who hears it. */
  readonly keys: ReadonlySet<string>
  readonly bytes: Buffer
}

export const frameOf = (seq: bigint, keys: ReadonlySet<string>, event: RoomEvent): Frame => ({
  seq,
  keys,
  bytes: chunk(`id: ${seq}\ndata: ${JSON.stringify(event)}\n\n`),
})

/** `hello` or `reset`, with the number the stream starts after. */
export const opening = (seq: bigint, known: boolean): Buffer =>
  chunk(`retry: 1000\nid: ${seq}\nevent: ${known ? 'hello' : 'reset'}\ndata: {"seq":"${seq}"}\n\n`)

/** Moves Last-Event-ID past what was for others, and shows that the line is alive. */
export const beat = (seq: bigint): Buffer => chunk(`: still here\nid: ${seq}\n\n`)

export const LAST_CHUNK = Buffer.from('0\r\n\r\n')

const chunk = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** The newest frames, for those who come back: kept by number, the oldest forgotten first. */
export class FrameRing {
  #frames: Frame[] = []
  /** Frames with higher numbers than this are here, all of them. */
  #since: bigint
  readonly #most: number

  constructor(since: bigint, most: number) {
    this.#since = since
    this.#most = most
  }

  add(frames: readonly Frame[]): void {
    this.#frames.push(...frames)
    if (this.#frames.length <= this.#most * 2) return
    const gone = this.#frames.splice(0, this.#frames.length - this.#most)
    this.#since = gone.at(-1)?.seq ?? this.#since
    // A number is kept whole or not at all.
    while (this.#frames[0]?.seq === this.#since) this.#frames.shift()
  }

  covers(seq: bigint): boolean {
    return seq >= this.#since
  }

  /** The frames after a number that somebody with these keys hears. */
  after(seq: bigint, keys: readonly string[]): Frame[] {
    const from = this.#firstAfter(seq)
    return this.#frames.slice(from).filter((frame) => keys.some((key) => frame.keys.has(key)))
  }

  #firstAfter(seq: bigint): number {
    let low = 0
    let high = this.#frames.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#frames[middle]?.seq ?? 0n) <= seq) low = middle + 1
      else high = middle
    }
    return low
  }
}

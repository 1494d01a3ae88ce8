import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * The small binary alphabet of the revocation lists: LEB128 varints up to 2^53-1, byte runs, and rising number lists
 * stored as gaps. A reader never trusts a length: a list cannot be longer than the bytes that are left.
 */
export class ByteWriter {
  private readonly chunks: Uint8Array[] = []
  private small: number[] = []

  varint(value: number): this {
    let left = value
    while (left >= 0x80) {
      this.small.push((left % 0x80) | 0x80)
      left = Math.floor(left / 0x80)
    }
    this.small.push(left)
    return this
  }

  bytes(run: Uint8Array): this {
    this.flush()
    this.chunks.push(run)
    return this
  }

  /** Numbers in rising order (equal neighbours allowed), as a count and gaps. */
  rising(numbers: ArrayLike<number>): this {
    this.varint(numbers.length)
    let last = 0
    for (let i = 0; i < numbers.length; i++) {
      const value = numbers[i] as number
      this.varint(value - last)
      last = value
      if (this.small.length > 65_536) this.flush()
    }
    return this
  }

  private flush(): void {
    if (this.small.length > 0) this.chunks.push(Uint8Array.from(this.small))
    this.small = []
  }

  done(): Uint8Array {
    this.flush()
    const whole = new Uint8Array(this.chunks.reduce((sum, chunk) => sum + chunk.length, 0))
    let at = 0
    for (const chunk of this.chunks) {
      whole.set(chunk, at)
      at += chunk.length
    }
    return whole
  }
}

/** Reads what the writer wrote. After a fault every answer is 0 or empty and `failed` stays true: check it once. */
export class ByteReader {
  at = 0
  failed = false
  readonly data: Uint8Array
  constructor(data: Uint8Array) {
    this.data = data
  }

  get left(): number {
    return this.data.length - this.at
  }

  varint(max = Number.MAX_SAFE_INTEGER): number {
    let value = 0
    for (let scale = 1, i = 0; i < 8; i++, scale *= 0x80) {
      const byte = this.data[this.at++]
      if (byte === undefined) break
      value += (byte & 0x7f) * scale
      if (byte >= 0x80) continue
      if (value > max || (byte === 0 && i > 0)) break
      return value
    }
    return this.fail()
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    if (length > this.left) this.fail()
    const run = this.failed ? new Uint8Array(0) : this.data.subarray(this.at, this.at + length)
    this.at += length
    return run
  }

  rising(max: number): Float64Array {
    const count = this.varint(this.left)
    const numbers = new Float64Array(this.failed ? 0 : count)
    let last = 0
    for (let i = 0; i < numbers.length && !this.failed; i++) {
      last += this.varint(max - last)
      numbers[i] = last
    }
    return numbers
  }

  private fail(): 0 {
    this.failed = true
    return 0
  }

  /** The value built from what was read, or a refusal if anything was short, too large or left over. */
  finish<T>(value: T): Checked<T> {
    return this.failed || this.left !== 0 ? refuse('revocation-malformed', `at byte ${this.at}`) : ok(value)
  }
}

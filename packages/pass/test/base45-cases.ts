import { decodeBase45, encodeBase45 } from '../src/base45.ts'
import { fromHex, toHex, utf8 } from '../src/bytes.ts'
import { type Base45Vector, type Case, expectEqual } from './suite.ts'

const bytesOf = ({ text, hex }: Base45Vector): Uint8Array | undefined =>
  text === undefined ? fromHex(hex ?? '') : utf8(text)

export const base45Cases = (vectors: readonly Base45Vector[]): readonly Case[] =>
  vectors.map((vector) => ({
    name: `base45 ${JSON.stringify(vector.base45)} ${vector.error ? `is refused: ${vector.why ?? ''}` : 'is read and written'}`,
    run: () => {
      const decoded = decodeBase45(vector.base45)
      expectEqual(decoded.ok, vector.error !== true, 'decoded')
      const bytes = bytesOf(vector)
      if (!decoded.ok || !bytes) return
      expectEqual(toHex(decoded.value), toHex(bytes), 'bytes')
      expectEqual(encodeBase45(bytes), vector.base45, 'text')
    },
  }))

import { unzlibSync } from 'fflate'
import type { Frame } from '../src/qr.ts'

/**
 * Just enough PNG for the pictures of the public vectors: every colour type, 1 to 8 bits, not interlaced; undefined for
 * anything else. Pixels become RGBA on white. No reader of untrusted pictures: for tests.
 */
export const readPng = (bytes: Uint8Array): Frame | undefined => {
  const chunks = readChunks(bytes)
  const head = chunks.find(({ type }) => type === 'IHDR')?.data
  if (head === undefined || head.length < 13) return undefined
  const view = new DataView(head.buffer, head.byteOffset)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const [depth = 0, colour = 0, , , interlaced = 1] = head.subarray(8)
  const channels = CHANNELS[colour]
  if (channels === undefined || depth > 8 || interlaced !== 0) return undefined
  const packed = join(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  const rows = unfilter(
    unzlibSync(packed),
    Math.ceil((width * channels * depth) / 8),
    height,
    Math.max(1, (channels * depth) >> 3),
  )
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data
  return { width, height, data: toRgba(rows, { width, height, depth, channels, palette }) }
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

type Chunk = { readonly type: string; readonly data: Uint8Array }

const readChunks = (bytes: Uint8Array): Chunk[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Chunk[] = []
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

const join = (parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const unfilter = (raw: Uint8Array, stride: number, height: number, step: number): Uint8Array => {
  const out = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const left = x >= step ? (out[y * stride + x - step] ?? 0) : 0
      const up = y > 0 ? (out[(y - 1) * stride + x] ?? 0) : 0
      const corner = x >= step && y > 0 ? (out[(y - 1) * stride + x - step] ?? 0) : 0
      out[y * stride + x] = (raw[y * (stride + 1) + 1 + x] ?? 0) + predict(filter, left, up, corner)
    }
  }
  return out
}

const predict = (filter: number, left: number, up: number, corner: number): number => {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) return 0
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

type Shape = {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly channels: number
  readonly palette: Uint8Array | undefined
}

const toRgba = (rows: Uint8Array, shape: Shape): Uint8ClampedArray => {
  const { width, height, depth, channels, palette } = shape
  const stride = Math.ceil((width * channels * depth) / 8)
  const data = new Uint8ClampedArray(width * height * 4).fill(255)
  const sample = (x: number, y: number, channel: number) => {
    const bit = (x * channels + channel) * depth
    const byte = rows[y * stride + (bit >> 3)] ?? 0
    return (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
  }
  const scale = 255 / ((1 << depth) - 1)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const alpha = channels % 2 === 0 ? sample(x, y, channels - 1) / 255 : 1
      for (let c = 0; c < 3; c++) {
        const value = palette ? (palette[sample(x, y, 0) * 3 + c] ?? 0) : sample(x, y, channels < 3 ? 0 : c) * scale
        data[(y * width + x) * 4 + c] = value * alpha + 255 * (1 - alpha)
      }
    }
  return data
}

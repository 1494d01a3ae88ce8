import encodeQR from 'qr'
import { decodeQR } from 'qr/decode.js'

/**
 * QR codes in and out. Kept apart from the verifier core (`@dure/pass/qr`), because a reader is larger than everything
 * it feeds. Nothing here is fetched: the WebAssembly reader gets its bytes from the caller, who serves them from its
 * own origin (`zxing-wasm/reader/zxing_reader.wasm`); without them a reader in plain JavaScript answers.
 */

export type QrLevel = 'low' | 'medium' | 'quartile' | 'high'

/** `modules[y][x]`, true = dark, without the quiet zone; `size` is the number of modules on a side. */
export type QrCode = { readonly size: number; readonly modules: readonly (readonly boolean[])[] }

/** RGBA pixels, 4 bytes each, row by row: the shape of `ImageData`. */
export type Frame = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray }

export type QrReader = {
  readonly kind: 'wasm' | 'plain'
  /** The text of the first code in the frame, or undefined when there is none. Never throws on a frame. */
  readonly read: (frame: Frame) => Promise<string | undefined>
}

/** Modules of quiet zone on each side that readers need. @see docs/sources/pass.md#qr */
export const QUIET_ZONE_MODULES = 4

/** The smallest code for a text, or undefined when it fits no version at that level. Upper-case text is much smaller. */
export const encodeQr = (text: string, level: QrLevel = 'medium'): QrCode | undefined => {
  try {
    const bordered = encodeQR(text, 'raw', { ecc: level, border: 1 })
    const modules = bordered.slice(1, -1).map((row) => row.slice(1, -1))
    return { size: modules.length, modules }
  } catch {
    return undefined
  }
}

/** A code as one SVG path in a square of `size + 8` units, dark on white whatever the page's colours are. */
export const qrSvg = (code: QrCode): string => {
  const side = code.size + 2 * QUIET_ZONE_MODULES
  const runs = code.modules.flatMap((row, y) => darkRuns(row).map(([x, n]) => `M${x + 4} ${y + 4}h${n}v1h-${n}z`))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path d="${runs.join('')}"/></svg>`
}

const darkRuns = (row: readonly boolean[]): [at: number, length: number][] => {
  const runs: [number, number][] = []
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue
    const start = x
    while (row[x + 1]) x++
    runs.push([start, x - start + 1])
  }
  return runs
}

/** A code as a frame of pixels with its quiet zone, `scale` pixels a module: for canvases and for tests. */
export const qrFrame = (code: QrCode, scale = 4): Frame => {
  const side = (code.size + 2 * QUIET_ZONE_MODULES) * scale
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  const pixels = new Uint32Array(data.buffer)
  const dark = new Uint32Array(new Uint8Array([0, 0, 0, 255]).buffer)[0] ?? 0
  for (let y = 0; y < side; y++) {
    const row = code.modules[Math.floor(y / scale) - QUIET_ZONE_MODULES]
    if (row === undefined) continue
    for (let x = 0; x < side; x++) if (row[Math.floor(x / scale) - QUIET_ZONE_MODULES]) pixels[y * side + x] = dark
  }
  return { width: side, height: side, data }
}

/**
 * A reader for camera frames. With the bytes of `zxing_reader.wasm` it is the WebAssembly reader, with the plain one
 * behind it for frames the first cannot read when `thorough`; without them, or if they do not start, the plain one.
 */
export const createQrReader = async (options: {
  readonly wasm?: ArrayBuffer | Uint8Array
  readonly thorough?: boolean
}): Promise<QrReader> => {
  const wasm = options.wasm === undefined ? undefined : await startWasm(options.wasm)
  if (wasm === undefined) return { kind: 'plain', read: async (frame) => readPlain(frame) }
  const read = async (frame: Frame) => {
    const text = await wasm(frame).catch(() => readPlain(frame))
    return text ?? (options.thorough ? readPlain(frame) : undefined)
  }
  return { kind: 'wasm', read }
}

const readPlain = (frame: Frame): string | undefined => {
  if (!isWhole(frame)) return undefined
  try {
    return decodeQR(frame, { format: 'RGBA' })
  } catch {
    return undefined
  }
}

type FrameReader = (frame: Frame) => Promise<string | undefined>

/** The module is one for the whole page: bytes that are no WebAssembly must not reach it and break a reader that works. */
const startWasm = async (bytes: ArrayBuffer | Uint8Array): Promise<FrameReader | undefined> => {
  const wasmBinary = bytes instanceof Uint8Array ? bytes.slice().buffer : bytes
  if (!WebAssembly.validate(wasmBinary)) return undefined
  try {
    const zxing = await import('zxing-wasm/reader')
    await zxing.prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
    const look = async (frame: Frame, options: object) => {
      const [found] = await zxing.readBarcodes(frame as ImageData, options)
      return found?.isValid ? found.text : undefined
    }
    return async (frame) => {
      if (!isWhole(frame)) return undefined
      return (await look(frame, QUICK_LOOK)) ?? look(frame, CLOSE_LOOK)
    }
  } catch {
    return undefined
  }
}

/** One threshold for the whole frame: a third of the time, and enough for most frames of a lit screen. */
const QUICK_LOOK = {
  formats: ['QRCode'],
  maxNumberOfSymbols: 1,
  binarizer: 'GlobalHistogram',
  tryRotate: false,
  tryInvert: false,
  tryDownscale: false,
}
/** Thresholds by neighbourhood, for shade and glare, and light codes on dark paper. */
const CLOSE_LOOK = { formats: ['QRCode'], maxNumberOfSymbols: 1, tryHarder: true, tryRotate: false }

const MAX_FRAME_PIXELS = 4096 * 4096

const isWhole = ({ width, height, data }: Frame): boolean =>
  Number.isInteger(width) &&
  width > 0 &&
  height > 0 &&
  width * height <= MAX_FRAME_PIXELS &&
  data.length === width * height * 4

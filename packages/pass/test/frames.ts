import { encodeQr, type Frame } from '../src/qr.ts'

/**
 * Camera frames made by calculation: a code at an angle, slightly tilted, blurred, unevenly lit and noisy. The same seed
 * gives the same frame on every machine. No picture file is kept.
 */
export type Scene = {
  readonly seed: number
  readonly width?: number
  readonly height?: number
  /** Side of the code with its quiet zone, as a part of the frame's height. */
  readonly fill?: number
  /** Degrees. */
  readonly angle?: number
  /** Perspective: how much nearer one edge is; 0 = none. */
  readonly tilt?: number
  /** Width of the noise, of 255; its standard deviation is 0.58 of it. */
  readonly noise?: number
  /** How much darker the left edge is than the right one; 0 = evenly lit. */
  readonly shade?: number
}

export const cameraFrame = (text: string, scene: Scene): Frame => {
  const { seed, width = 640, height = 480, fill = 0.8, angle = 0, tilt = 0, noise = 0, shade = 0.25 } = scene
  const code = encodeQr(text)
  if (code === undefined) throw new Error('no code for this text')
  const random = generator(seed)
  const side = code.size + 8
  const scale = (height * fill) / side
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]
  const isDark = (px: number, py: number): boolean => {
    const [dx, dy] = [px - width / 2, py - height / 2]
    const [rx, ry] = [cos * dx + sin * dy, cos * dy - sin * dx]
    const depth = 1 + (tilt * ry) / height
    return (
      code.modules[Math.floor((ry * depth) / scale + code.size / 2)]?.[
        Math.floor((rx * depth) / scale + code.size / 2)
      ] ?? false
    )
  }
  const isPaper = (px: number, py: number): boolean => {
    const [dx, dy] = [px - width / 2, py - height / 2]
    return Math.max(Math.abs(cos * dx + sin * dy), Math.abs(cos * dy - sin * dx)) < (side * scale) / 2
  }
  const data = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const dark = SAMPLES.filter(([sx, sy]) => isDark(x + sx, y + sy)).length / SAMPLES.length
      const light = 1 - shade + (shade * x) / width
      const base = (isPaper(x, y) ? 235 - 200 * dark : 120) * light
      const value = base + noise * gauss(random)
      const at = (y * width + x) * 4
      data[at] = data[at + 1] = data[at + 2] = value
      data[at + 3] = 255
    }
  return { width, height, data }
}

/** Four points in a pixel: what a lens blurs together. */
const SAMPLES = [
  [0.2, 0.2],
  [0.8, 0.2],
  [0.2, 0.8],
  [0.8, 0.8],
] as const

/** mulberry32: a small generator of numbers in [0, 1). */
const generator = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const gauss = (random: () => number): number => random() + random() + random() + random() - 2

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundle, launch, serve } from '../packages/pass/test/browser/chromium.ts'
import type { FrameTimes } from '../packages/pass/test/browser/frame-page.ts'
import type { Scene } from '../packages/pass/test/frames.ts'
import type { Row } from './pass.ts'

const THROTTLE = 6
const AIM_MS = 50
const FRAMES = 60
const WASM = '/zxing_reader.wasm'

/** Whole codes at up to 34° with perspective, shade and noise, 640 × 480. */
const SCENES: readonly Scene[] = Array.from({ length: FRAMES }, (_, i) => ({
  seed: i + 1,
  angle: ((i * 7) % 69) - 34,
  tilt: (i % 7) * 0.04,
  noise: 8 + (i % 10),
  fill: 0.58 + (i % 4) * 0.04,
  shade: 0.1 * (i % 6),
}))

/** A phone six times slower than this machine: from the camera's picture to the door's answer. */
export const frameRow = async (): Promise<Row[]> => {
  const page = fileURLToPath(new URL('../packages/pass/test/browser/frame-page.ts', import.meta.url))
  const wasm = readFileSync(new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')))
  const site = await serve({ ...(await bundle('frames', page)), [WASM]: { type: 'application/wasm', body: wasm } })
  const browser = await launch()
  try {
    const tab = await browser.newPage()
    await tab.goto(`http://127.0.0.1:${site.port}/`)
    await tab.evaluate(
      async ([scenes, url]) => {
        await import(String('/frames.js'))
        const { startFrames } = globalThis as unknown as {
          startFrames: (scenes: readonly Scene[], url: string) => Promise<string>
        }
        return startFrames(scenes, url)
      },
      [SCENES, WASM] as const,
    )
    const judge = () =>
      tab.evaluate(() => (globalThis as unknown as { runFrames: () => Promise<FrameTimes> }).runFrames())
    const plain = await judgeAll(judge)
    const session = await tab.context().newCDPSession(tab)
    await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE })
    const slow = await judgeAll(judge)
    return [rowOf(slow, plain)]
  } finally {
    await browser.close()
    await site.close()
  }
}

const ROUNDS = 7

/** Every frame is judged seven times and its middle time counts: a busy machine does not look like a slow phone. */
const judgeAll = async (judge: () => Promise<FrameTimes>): Promise<FrameTimes> => {
  const rounds: FrameTimes[] = []
  for (let i = 0; i < ROUNDS; i++) rounds.push(await judge())
  const middle = (times: (round: FrameTimes) => readonly number[]) =>
    Array.from({ length: FRAMES }, (_, frame) =>
      percentile(
        rounds.map((round) => times(round)[frame] ?? Number.NaN),
        0.5,
      ),
    )
  const { answers } = rounds[0] as FrameTimes
  return { times: middle((round) => round.times), readTimes: middle((round) => round.readTimes), answers }
}

const percentile = (times: readonly number[], part: number): number =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN

const rowOf = (slow: FrameTimes, plain: FrameTimes): Row => {
  const p95 = percentile(slow.times, 0.95)
  const passed = slow.answers.pass ?? 0
  const ms = (value: number) => `${value.toFixed(1)} ms`
  return {
    what: `camera frame → verdict, CPU ÷ ${THROTTLE}, p95 (${passed} of ${FRAMES} frames read and passed)`,
    ours: `${ms(p95)} (p50 ${ms(percentile(slow.times, 0.5))}, reading alone p95 ${ms(percentile(slow.readTimes, 0.95))})`,
    limit: `unthrottled p95 ${ms(percentile(plain.times, 0.95))}`,
    ratio: null,
    aim: `≤ ${AIM_MS} ms`,
    ok: p95 <= AIM_MS && passed >= FRAMES * 0.9,
  }
}

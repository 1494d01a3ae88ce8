import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Scene } from '../frames.ts'
import { bundle, launch, serve } from './chromium.ts'
import type { FrameTimes } from './frame-page.ts'

const SCENES: readonly Scene[] = [0, 9, -21, 33].map((angle, i) => ({
  seed: i,
  angle,
  tilt: 0.05 * i,
  noise: 10,
  fill: 0.65,
}))
const WASM = '/zxing_reader.wasm'

test('a camera’s pictures become answers in the browser, and nothing is fetched from elsewhere', async () => {
  const wasm = readFileSync(new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')))
  const files = await bundle('frames', fileURLToPath(new URL('frame-page.ts', import.meta.url)))
  const site = await serve({ ...files, [WASM]: { type: 'application/wasm', body: wasm } })
  const browser = await launch()
  try {
    const page = await browser.newPage()
    const origins = new Set<string>()
    page.on('request', (request) => origins.add(new URL(request.url()).origin))
    await page.goto(`http://127.0.0.1:${site.port}/`)
    const { answers } = await page.evaluate(
      async ([scenes, url]) => {
        await import(String('/frames.js'))
        const { startFrames } = globalThis as unknown as {
          startFrames: (scenes: readonly Scene[], url: string) => Promise<string>
        }
        await startFrames(scenes, url)
        return (globalThis as unknown as { runFrames: () => Promise<FrameTimes> }).runFrames()
      },
      [SCENES, WASM] as const,
    )
    assert.deepEqual(answers, { pass: SCENES.length })
    assert.deepEqual([...origins], [`http://127.0.0.1:${site.port}`])
  } finally {
    await browser.close()
    await site.close()
  }
})

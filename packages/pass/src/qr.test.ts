import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { cameraFrame } from '../test/frames.ts'
import { readPictures } from '../test/pictures.ts'
import { readPng } from '../test/png.ts'
import { createQrReader, encodeQr, qrFrame, qrSvg } from './qr.ts'

const wasm = readFileSync(new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')))
const wasmReader = await createQrReader({ wasm, thorough: true })
const plainReader = await createQrReader({})
const TEXT = `KR1:${'6BFOXN%TS3DH'.repeat(30)}`.slice(0, 351)

test('the reader with WebAssembly starts from given bytes, without them the plain one reads', async () => {
  assert.deepEqual([wasmReader.kind, plainReader.kind], ['wasm', 'plain'])
  assert.equal((await createQrReader({ wasm: new Uint8Array(8) })).kind, 'plain', 'bytes that are no module')
})

test('what is written is read, by both readers', async () => {
  const alphanumeric = fc.stringMatching(/^[0-9A-Z $%*+\-./:]{1,700}$/)
  await fc.assert(
    fc.asyncProperty(alphanumeric, async (text) => {
      const code = encodeQr(text)
      assert.ok(code)
      for (const reader of [wasmReader, plainReader]) assert.equal(await reader.read(qrFrame(code)), text)
    }),
    { numRuns: 25 },
  )
})

test('a code at an angle, tilted and noisy is read', async () => {
  let read = 0
  const scenes = Array.from({ length: 12 }, (_, i) => ({
    seed: i,
    angle: -33 + 6 * i,
    tilt: (i % 5) * 0.05,
    noise: 12 + i,
  }))
  for (const scene of scenes) if ((await wasmReader.read(cameraFrame(TEXT, scene))) === TEXT) read++
  assert.ok(read >= 11, `${read} of ${scenes.length}`)
})

test('a frame without a code, of a wrong length or of no size gives nothing', async () => {
  for (const reader of [wasmReader, plainReader]) {
    const blank = { width: 64, height: 64, data: new Uint8ClampedArray(64 * 64 * 4).fill(200) }
    for (const frame of [
      blank,
      { ...blank, width: 65 },
      { ...blank, width: 0, data: new Uint8ClampedArray() },
      { ...blank, width: 1e9 },
    ])
      assert.equal(await reader.read(frame), undefined)
  }
})

test('a text that fits no code is undefined, and a proof’s text needs 61 modules at the most', () => {
  assert.equal(encodeQr('A'.repeat(9_000)), undefined)
  assert.equal(encodeQr('A'.repeat(366))?.size, 61)
  assert.equal(encodeQr('A'.repeat(367))?.size, 65)
})

test('the SVG of a code draws exactly its dark modules', () => {
  const code = encodeQr('KR1:HELLO')
  assert.ok(code)
  const drawn = code.modules.map((row) => row.map(() => false))
  for (const [, x, y, length] of qrSvg(code).matchAll(/M(\d+) (\d+)h(\d+)v1/g))
    for (let i = 0; i < Number(length); i++) (drawn[Number(y) - 4] as boolean[])[Number(x) - 4 + i] = true
  assert.deepEqual(drawn, code.modules)
})

const { pictures, missing } = readPictures()
if (missing > 0) console.log(`${missing} cases of pictures not present (../shared absent)`)

for (const { name, png, prefix, isReadable } of pictures) {
  if (png === undefined)
    test(`${name} expects a picture and holds none: its text, written and read by us, is the same`, async () => {
      const code = encodeQr(prefix)
      assert.equal(code && (await wasmReader.read(qrFrame(code))), prefix)
    })
  else
    test(`the picture of ${name} ${isReadable ? 'reads as its text' : 'does not read as its text'}`, async () => {
      const frame = readPng(png)
      const text = frame && (await wasmReader.read(frame))
      assert.equal(text === prefix, isReadable)
    })
}

import { createCrypto } from '../../src/crypto-default.ts'
import { checkAtDoor, type DoorQuestion } from '../../src/door.ts'
import { createQrReader } from '../../src/qr.ts'
import { cameraFrame, type Scene } from '../frames.ts'
import { holderOf, issuedWorld } from '../world.ts'

/** Runs in the page: from a picture of the camera to the door's answer, again and again. */
export type FrameTimes = {
  readonly times: readonly number[]
  readonly readTimes: readonly number[]
  readonly answers: Readonly<Record<string, number>>
}

const prepare = async (scenes: readonly Scene[], wasmUrl: string) => {
  const crypto = createCrypto()
  const { content, at, strip, device } = await issuedWorld(crypto)
  const wasm = await (await fetch(wasmUrl)).arrayBuffer()
  const reader = await createQrReader({ wasm })
  const pictures: ImageBitmap[] = []
  for (const scene of scenes) {
    const frame = cameraFrame(await holderOf(crypto, strip, device, at), scene)
    pictures.push(await createImageBitmap(new ImageData(new Uint8ClampedArray(frame.data), frame.width, frame.height)))
  }
  const canvas = new OffscreenCanvas(640, 480)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('no canvas')
  const question: DoorQuestion = { at, venue: { facilityType: 'restaurant-cafe', sido: '11' } }
  const judge = async (picture: ImageBitmap) => {
    const started = performance.now()
    context.drawImage(picture, 0, 0)
    const text = await reader.read(context.getImageData(0, 0, 640, 480))
    const read = performance.now()
    const answer = text === undefined ? 'unreadable' : (await checkAtDoor(crypto, content, text, question)).answer
    return { answer, time: performance.now() - started, readTime: read - started }
  }
  return { pictures, judge }
}

const startFrames = async (scenes: readonly Scene[], wasmUrl: string): Promise<string> => {
  const { pictures, judge } = await prepare(scenes, wasmUrl)
  const runFrames = async (): Promise<FrameTimes> => {
    const runs = []
    for (const picture of pictures) runs.push(await judge(picture))
    const answers: Record<string, number> = {}
    for (const { answer } of runs) answers[answer] = (answers[answer] ?? 0) + 1
    return { times: runs.map(({ time }) => time), readTimes: runs.map(({ readTime }) => readTime), answers }
  }
  Object.assign(globalThis, { runFrames })
  return `${pictures.length} frames`
}

Object.assign(globalThis, { startFrames })

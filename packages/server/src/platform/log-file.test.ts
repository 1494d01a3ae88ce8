import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linesTo, logFile } from './log-file.ts'
import { makeLogger } from './logger.ts'

/** A disk of so many bytes. */
const disk = (room: number) => {
  const state = { room, text: '' }
  const put = (bytes: Buffer): number => {
    if (state.room === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    const part = bytes.subarray(0, state.room)
    state.room -= part.length
    state.text += part.toString()
    return part.length
  }
  return { state, put }
}

test('a log whose disk is full loses lines, says how many when there is room again, and never a line in two halves', () => {
  const { state, put } = disk(25)
  const log = linesTo(put)
  for (let n = 1; n <= 5; n += 1) log.write(`{"line":${n},"msg":"m"}\n`)
  state.room = 1_000
  for (let n = 6; n <= 7; n += 1) log.write(`{"line":${n},"msg":"m"}\n`)
  const lines = state.text.split('\n').filter((line) => line !== '')
  assert.deepEqual([lines[0], lines[1]], ['{"line":1,"msg":"m"}', '{"li'])
  const whole = lines.slice(2).map((line) => JSON.parse(line))
  assert.deepEqual(
    whole.map(({ line, lost }) => line ?? `${lost} lost`),
    ['4 lost', 6, 7],
  )
})

test('the program goes on when the system refuses every line of its log', () => {
  const log = makeLogger('info', logFile('/dev/full'))
  for (let n = 0; n < 100; n += 1) log.info({ n }, 'nowhere')
})

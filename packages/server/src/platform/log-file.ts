import { fstatSync, openSync, writeSync } from 'node:fs'
import pino, { type DestinationStream } from 'pino'

/**
 * A log file whose disk may be full. A log that cannot be written is no reason to stop, nor to keep lines until memory is full too: lines
 * without room are lost, and counted by the first line that finds room again. Each is written at once, so that none is lost with the process.
 */
export const logFile = (path: string): DestinationStream => linesToFile(openSync(path, 'a', 0o600))

/** Standard error, which somebody may have led into a file. */
export const logStderr = (): DestinationStream =>
  fstatSync(STDERR).isFile() ? linesToFile(STDERR) : pino.destination(STDERR)

const STDERR = 2
const linesToFile = (file: number): DestinationStream => linesTo((bytes) => writeSync(file, bytes))

/** @param put writes a beginning of the bytes and tells how many, or throws */
export const linesTo = (put: (bytes: Buffer) => number): DestinationStream => {
  let lost = 0
  /** A line of which only the beginning is there. */
  let torn = false
  const write = (text: string): boolean => {
    const bytes = Buffer.from(torn ? `\n${text}` : text)
    try {
      const written = put(bytes)
      torn = written === 0 ? torn : written < bytes.length
      return written === bytes.length
    } catch {
      return false
    }
  }
  return {
    write: (line) => {
      if (lost > 0 && !write(`{"level":40,"lost":${lost},"msg":"log-lines-lost"}\n`)) {
        lost += 1
        return
      }
      lost = write(line) ? 0 : 1
    },
  }
}

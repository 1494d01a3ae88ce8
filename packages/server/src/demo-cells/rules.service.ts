import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../platform/clock.ts'
import type { CommandIo } from '../platform/command.ts'

const FIRST = 'first.pack'
const packsOf = (folder: string): string => join(folder, 'packs')

/** Public root keys of the demo's packs of rules. In a real nation the private ones are in several safes, and in none of the cells. */
export const rootsFileOf = (folder: string): string => join(packsOf(folder), 'roots.json')

/** Made once, and the first pack with them: the Korean rules. The library is loaded on that one start only. */
export const foundRules = async (folder: string): Promise<void> => {
  if (existsSync(packsOf(folder))) return
  const { packsCommand } = await import('../national/index.ts')
  const making = `${packsOf(folder)}.new`
  const said: string[] = []
  const io = withoutCell(said)
  const keys = ['--key', join(making, 'root-1.jwk'), '--key', join(making, 'root-2.jwk')]
  const made = await packsCommand(['keys', '--out', making], io)
  const roots = join(making, 'roots.json')
  const built = await packsCommand(['build', '--roots', roots, ...keys, '--out', join(making, FIRST)], io)
  if (made + built !== 0) throw new Error(said.join(' '))
  await rename(making, packsOf(folder))
}

const withoutCell = (said: string[]): CommandIo => ({
  out: () => undefined,
  error: (text) => void said.push(text),
  clock: systemClock,
  config: () => {
    throw new Error('packs are made far from any cell')
  },
  openDb: () => Promise.reject(new Error('packs are made far from any cell')),
})

/** What an operator needs of a running nation. */
interface Operated {
  ask(code: string, sql: string): Promise<readonly unknown[]>
  operate(code: string, command: (io: CommandIo) => Promise<number>): Promise<unknown>
}

/** What an operator of the national cell does once; nothing when it was done before. */
export const publishRules = async (nation: Operated, folder: string): Promise<void> => {
  const held = await nation.ask('00', 'select from national.pack limit 1')
  if (held.length > 0) return
  const { packsCommand } = await import('../national/index.ts')
  await nation.operate('00', (io) => packsCommand(['publish', join(packsOf(folder), FIRST)], io))
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cellCommand } from '../exchange/cell.command.ts'
import { systemClock } from '../platform/clock.ts'
import type { CommandIo } from '../platform/command.ts'
import type { Config } from '../platform/config.ts'
import { type Db, openDatabase } from '../platform/db.ts'
import { makeLogger } from '../platform/logger.ts'
import { OPERATORS, operatorId, operatorKeyFile } from './founding.service.ts'

/** What was refused, or null: done. */
export type Outcome = string | null

interface Place {
  readonly folder: string
  readonly config: Config
  readonly databaseUrl: string
}

/** The operators' own procedure, command by command: propose, two signatures, stand in. The cell itself does it, and may refuse. */
export const standIn = (place: Place, writer: string, origin: string): Promise<Outcome> =>
  atCell(place, async (run) => {
    const papers = await mkdtemp(join(tmpdir(), 'dure-stand-in-'))
    try {
      const proposal = join(papers, 'proposal.json')
      const proposed = await run(['propose', '--for', origin, '--out', proposal])
      if (proposed !== null) return proposed
      const approvals: string[] = []
      for (const which of OPERATORS) {
        const out = join(papers, `${which}.json`)
        const key = operatorKeyFile(place.folder, writer, which)
        const who = operatorId(writer, which)
        const signed = await run(['approve', '--key', key, '--operator', who, '--out', out, proposal])
        if (signed !== null) return signed
        approvals.push(out)
      }
      return await run(['stand-in', '--proposal', proposal, ...approvals])
    } finally {
      await rm(papers, { recursive: true, force: true })
    }
  })

/** The cell takes its own log back. */
export const comeBack = (place: Place): Promise<Outcome> => atCell(place, (run) => run(['return']))

/** Says that the database was restored: the cell asks the others before it writes again. */
export const sayRestored = (place: Place): Promise<Outcome> => atCell(place, (run) => run(['restore']))

type Run = (argv: readonly string[]) => Promise<Outcome>

const atCell = (place: Place, work: (run: Run) => Promise<Outcome>): Promise<Outcome> =>
  operateAt(place, (operator) => work((argv) => operator((io) => cellCommand(argv, io))))

type Command = (io: CommandIo) => Promise<number>

/** Commands as an operator gives them at the cell: each tells what was refused, or null. */
export const operateAt = async <T>(
  { config, databaseUrl }: Pick<Place, 'config' | 'databaseUrl'>,
  work: (operator: (command: Command) => Promise<Outcome>) => Promise<T>,
): Promise<T> => {
  let db: Db | undefined
  const operator = async (command: Command): Promise<Outcome> => {
    const said: string[] = []
    const io: CommandIo = {
      out: () => undefined,
      error: (text) => void said.push(text),
      clock: systemClock,
      config: () => config,
      openDb: async () => {
        db ??= openDatabase({
          connection: { connectionString: databaseUrl },
          poolSize: 2,
          log: makeLogger('silent', undefined),
        })
        return db
      },
    }
    return (await command(io)) === 0 ? null : (said.join(' ') || 'refused').replace(/^refused: /, '')
  }
  try {
    return await work(operator)
  } finally {
    await db?.close()
  }
}

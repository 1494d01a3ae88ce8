import { parseArgs } from 'node:util'
import type { CommandIo } from '../platform/command.ts'
import type { Db } from '../platform/db.ts'
import { makeLogger } from '../platform/logger.ts'
import type { TakenBy } from './carried.service.ts'
import { exportLogs, importFile } from './carry.service.ts'
import { makeDirectoryKeeper } from './directory.service.ts'
import { type Directory, EMPTY_DIRECTORY } from './directory.ts'
import { makeMarkKeeper } from './mark.service.ts'
import { verifyLogs } from './verify.service.ts'

const USAGE = `usage:
  dure oplog verify [--origin 28]                 the whole chain, every signature; says where it first breaks
  dure oplog export [--origin 28] [--from N] DIR  logs as files to carry; --from: the other side has up to N (with --origin)
  dure oplog import FILE…                         takes carried files, with the same checks as over the network

exit: 0 done · 1 a fault was found, or something refused · 2 wrong usage`

/** Who hands carried records to this cell's slices, for as long as it takes. */
export type OpenTaking = (db: Db) => Promise<{ readonly taking: TakenBy; close(): Promise<void> }>
type Io = CommandIo & { readonly openTaking: OpenTaking }

/** @param argv what follows `dure oplog` */
export const oplogCommand = async (argv: readonly string[], io: Io): Promise<number> => {
  const [action = '', ...rest] = argv
  const args = read(rest)
  const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined
  const status = act === undefined || args === undefined ? undefined : await act(args, io)
  if (status !== undefined) return status
  io.error(USAGE)
  return 2
}

type Args = NonNullable<ReturnType<typeof read>>
const read = (argv: readonly string[]) => {
  try {
    const options = { origin: { type: 'string' }, from: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const origin = values.origin
    if (origin !== undefined && !/^\d{2}$/.test(origin)) return undefined
    if (values.from !== undefined && (!/^\d{1,15}$/.test(values.from) || origin === undefined)) return undefined
    return { origin, from: Number(values.from ?? 0), files: positionals }
  } catch {
    return undefined
  }
}

const directoryOf = async (db: Db, io: CommandIo): Promise<Directory> => {
  const { exchange } = io.config()
  if (exchange === undefined) return EMPTY_DIRECTORY
  const keeper = makeDirectoryKeeper(db, exchange, io.clock, makeLogger('warn', undefined))
  await keeper.begin()
  return keeper.current()
}

const verify = async ({ origin, files }: Args, io: CommandIo): Promise<number | undefined> => {
  if (files.length > 0) return undefined
  const { region } = io.config()
  const db = await io.openDb()
  const [cell] = await db.sql<{ public_key: Buffer }>(`select public_key from platform.cell`)
  const logs = await verifyLogs(db, await directoryOf(db, io), region, cell?.public_key ?? Buffer.alloc(32), origin)
  for (const { origin: of, records, from, vouched, signatures, openings, fault } of logs) {
    const whole = from === 0 ? 'whole' : `whole from ${from}, before it a snapshot of ${vouched} records`
    const found = fault === null ? whole : `BROKEN at ${fault.seq}: ${fault.what}`
    io.out(`${of}  ${records} records, ${openings} epochs, ${signatures} signatures  ${found}`)
  }
  if (logs.length === 0) io.out('no log is here')
  return logs.some(({ fault }) => fault !== null) ? 1 : 0
}

const exportTo = async (
  { origin, from, files: [folder, ...more] }: Args,
  io: CommandIo,
): Promise<number | undefined> => {
  if (folder === undefined || more.length > 0) return undefined
  const { region, dataDir } = io.config()
  const db = await io.openDb()
  const origins = origin === undefined ? undefined : [origin]
  const after = new Map(origin === undefined ? [] : [[origin, from]])
  const { files, lacking } = await exportLogs(db, makeMarkKeeper(dataDir, 'export'), region, origins, after, folder)
  for (const { what, file, from: first, to } of files)
    io.out(`${file}  ${what === 'snapshot' ? `snapshot up to ${to}` : `${first}–${to}`}`)
  for (const { origin: of, upto } of lacking)
    io.out(
      `${of} begins at ${upto + 1} here, and no snapshot of what is before it can be given yet: only who has ${upto} can use this`,
    )
  return lacking.length === 0 ? 0 : 1
}

const importFrom = async ({ files }: Args, io: Io): Promise<number | undefined> => {
  if (files.length === 0) return undefined
  const { taking, close } = await io.openTaking(await io.openDb())
  try {
    let faults = 0
    for (const file of files) {
      const { took, fault } = await importFile(file, taking)
      io.out(`${file}  ${took} new records${fault === null ? '' : `  STOPPED: ${said(fault)}`}`)
      if (fault !== null) faults += 1
    }
    return faults === 0 ? 0 : 1
  } finally {
    await close()
  }
}

/** What an operator can do about it. */
const MEANING: Readonly<Record<string, string>> = {
  gap: 'it goes on behind what is here. Take the files before it first, the snapshot among them',
  'cut-off': 'the file ends in the middle. What was whole of it is taken; of a snapshot, nothing',
  'snapshot-of-own-log': 'the own log is taken as a snapshot only over the network, once nobody has the whole of it',
  'snapshot-of-another-branch': 'it is of a life of that log that was given up',
  'written-here': 'this cell writes that log itself',
}
const said = (fault: string): string => {
  const meaning = Object.hasOwn(MEANING, fault) ? MEANING[fault] : undefined
  return meaning === undefined ? fault : `${fault}: ${meaning}`
}

const ACTIONS: Readonly<Record<string, (args: Args, io: Io) => Promise<number | undefined>>> = {
  verify,
  export: exportTo,
  import: importFrom,
}

import { readFile, stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { CommandIo } from '../platform/command.ts'
import { err, ok, type Result } from '../platform/result.ts'
import { linkByList } from './hpid-link.service.ts'
import { LIST_LIMIT_BYTES, readHpidList, readHpidMap } from './hpid-map.ts'
import type { HpidLink } from './hpid-match.ts'
import { describeHpids, describeNemc, describeRefusal, describeRegister } from './import-report.ts'
import { DOCUMENT_LIMIT_BYTES } from './nemc-document.ts'
import { importNemcFiles, type NemcFile } from './nemc-import.service.ts'
import { importRegister } from './register-import.service.ts'
import { CLOCK_TOLERANCE_MIN } from './staleness.ts'

export const IMPORT_USAGE = `usage:
  dure import hospitals FILE.csv [--dry-run] [--strict] [--allow-missing] [--json]
  dure import hpids LIST.csv [--dry-run] [--json]
  dure import nemc FILE.xml… [--at INSTANT] [--map hpid-map.csv] [--dry-run] [--json]

hospitals  the register of hospitals (UTF-8 CSV)
hpids      the Center's list of hospitals, to link its ids (hpid) with the directory by place and name or telephone
nemc       responses of the National Emergency Medical Center, any number, all or none
--dry-run        do everything, report it, write nothing
--strict         refuse the file when a row is refused
--allow-missing  take a file in which many known hospitals are missing
--at             when the responses were received, e.g. 2022-10-15T18:00:00+09:00 (default: now)
--map            CSV with hpid and hospital_id, to link the Center's ids with the directory
--json           the whole report as JSON
exit: 0 imported · 1 refused, nothing imported · 2 wrong usage`

/**
 * Imports a file from the terminal.
 * @param argv what follows `dure import`
 */
export const importCommand = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  const [what, ...rest] = argv
  if (argv.includes('--help')) {
    io.out(IMPORT_USAGE)
    return 0
  }
  const command = Object.hasOwn(COMMANDS, what ?? '') ? COMMANDS[what as keyof typeof COMMANDS] : undefined
  const outcome = command === undefined ? err('usage' as const) : await command(rest, io)
  if (outcome.ok) return outcome.value
  if (outcome.error !== 'usage') io.error(outcome.error)
  io.error(IMPORT_USAGE)
  return 2
}

type Outcome = Result<number, string>

const importHospitals = async (argv: readonly string[], io: CommandIo): Promise<Outcome> => {
  const args = readArgs(argv, { 'dry-run': BOOLEAN, strict: BOOLEAN, 'allow-missing': BOOLEAN, json: BOOLEAN })
  if (!args.ok) return args
  const { files, flags } = args.value
  const [path] = files
  if (path === undefined || files.length > 1) return err('one FILE.csv is needed')
  const ask = {
    path,
    now: io.clock.now(),
    dryRun: flags['dry-run'] === true,
    strict: flags.strict === true,
    allowMissing: flags['allow-missing'] === true,
  }
  const outcome = await importRegister({ db: await io.openDb(), elapsedMs }, ask)
  return ok(tell(io, flags.json === true, outcome, describeRegister))
}

const importNemc = async (argv: readonly string[], io: CommandIo): Promise<Outcome> => {
  const args = readArgs(argv, { 'dry-run': BOOLEAN, json: BOOLEAN, at: TEXT, map: TEXT })
  if (!args.ok) return args
  const { files, flags } = args.value
  if (files.length === 0) return err('at least one FILE.xml is needed')
  const at = flags.at === undefined ? io.clock.now() : readInstant(String(flags.at))
  if (at === undefined) return err('--at needs a time with its zone, e.g. 2022-10-15T18:00:00+09:00')
  // Every later answer would count as older than this one.
  if (at.getTime() - io.clock.now().getTime() > CLOCK_TOLERANCE_MIN * 60_000) return err('--at is still to come')
  const links = await readLinks(flags.map)
  const bytes = links.ok ? await readFiles(files) : links
  if (!links.ok || !bytes.ok) {
    io.error(`Refused, nothing was imported: ${bytes.ok ? '' : bytes.error}`)
    return ok(1)
  }
  const ask = { files: bytes.value, at, links: links.value, dryRun: flags['dry-run'] === true }
  return ok(
    tell(io, flags.json === true, await importNemcFiles({ db: await io.openDb(), elapsedMs }, ask), describeNemc),
  )
}

const importHpids = async (argv: readonly string[], io: CommandIo): Promise<Outcome> => {
  const args = readArgs(argv, { 'dry-run': BOOLEAN, json: BOOLEAN })
  if (!args.ok) return args
  const { files, flags } = args.value
  const [file] = files
  if (file === undefined || files.length > 1) return err('one LIST.csv is needed')
  const bytes = await readWhole(file, LIST_LIMIT_BYTES)
  const list = bytes.ok ? readHpidList(bytes.value) : bytes
  if (!list.ok) {
    const why = typeof list.error === 'string' ? list.error : `${file} line ${list.error.line}: ${list.error.detail}`
    io.error(`Refused, nothing was linked: ${why}`)
    return ok(1)
  }
  const ask = { file, ...list.value, dryRun: flags['dry-run'] === true }
  return ok(tell(io, flags.json === true, ok(await linkByList({ db: await io.openDb() }, ask)), describeHpids))
}

const COMMANDS = { hospitals: importHospitals, hpids: importHpids, nemc: importNemc }

const tell = <R extends object>(
  io: CommandIo,
  json: boolean,
  outcome: Result<R, Parameters<typeof describeRefusal>[0]>,
  describe: (report: R) => string,
): number => {
  if (outcome.ok) io.out(json ? JSON.stringify(outcome.value, null, 2) : describe(outcome.value))
  else if (json) io.out(JSON.stringify({ refused: outcome.error }, null, 2))
  else io.error(describeRefusal(outcome.error))
  return outcome.ok ? 0 : 1
}

const BOOLEAN = { type: 'boolean' } as const
const TEXT = { type: 'string' } as const
type Options = Record<string, typeof BOOLEAN | typeof TEXT>
type Flags = Readonly<Record<string, string | boolean | undefined>>

const readArgs = (
  argv: readonly string[],
  options: Options,
): Result<{ files: readonly string[]; flags: Flags }, string> => {
  try {
    const { positionals, values } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
    return ok({ files: positionals, flags: values as Flags })
  } catch (error) {
    return err(error instanceof Error ? error.message : 'unreadable arguments')
  }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/
const readInstant = (text: string): Date | undefined => {
  const at = INSTANT.test(text) ? new Date(text) : undefined
  return at === undefined || Number.isNaN(at.getTime()) ? undefined : at
}

const readLinks = async (path: string | boolean | undefined): Promise<Result<readonly HpidLink[], string>> => {
  if (typeof path !== 'string') return ok([])
  const bytes = await readWhole(path)
  if (!bytes.ok) return bytes
  const links = readHpidMap(bytes.value)
  return links.ok ? links : err(`${path} line ${links.error.line}: ${links.error.detail}`)
}

const readFiles = async (paths: readonly string[]): Promise<Result<readonly NemcFile[], string>> => {
  const files: NemcFile[] = []
  for (const name of paths) {
    const bytes = await readWhole(name)
    if (!bytes.ok) return bytes
    files.push({ name, bytes: bytes.value })
  }
  return ok(files)
}

const readWhole = async (path: string, limit = DOCUMENT_LIMIT_BYTES): Promise<Result<Uint8Array, string>> => {
  try {
    const { size } = await stat(path)
    // Looked at before reading: a wrong file name must not fill the memory.
    if (size > limit) return err(`${path}: ${size} bytes, at most ${limit}`)
    return ok(await readFile(path))
  } catch (error) {
    return err(`${path}: ${error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'}`)
  }
}

const elapsedMs = (): number => performance.now()

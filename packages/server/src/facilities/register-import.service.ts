import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import type { Db, Tx } from '../platform/db.ts'
import { err, ok, type Result } from '../platform/result.ts'
import { capabilitiesOfDepartments } from './departments.ts'
import {
  type CsvRow,
  doubledColumns,
  missingColumns,
  type RegisteredHospital,
  readHospitalRow,
} from './hospital-row.ts'
import {
  countMissing,
  forgetCapabilities,
  type HospitalSource,
  lockImports,
  markMissing,
  saveCapabilities,
  saveHospitals,
} from './import.sql.ts'
import type { ImportRefusal, RefusedRow, RegisterReport } from './import-report.ts'
import { recordFailure, recordSuccess } from './sources.sql.ts'
import type { SourceName } from './stated.ts'

export const REGISTER_SOURCE: SourceName = { key: 'register', kind: 'register', sidoCode: null, operation: null }

/** More hospitals gone from a province at once than this share, and the file is taken for a part of the register. */
export const MISSING_SHARE_LIMIT = 0.1
const FILE_LIMIT_BYTES = 200 * 1024 * 1024
const RECORD_LIMIT_BYTES = 64 * 1024

export type RegisterImport = {
  readonly path: string
  readonly now: Date
  readonly dryRun?: boolean
  /** Any refused row refuses the file. */
  readonly strict?: boolean
  /** Take a file in which many known hospitals are missing. */
  readonly allowMissing?: boolean
}

/**
 * Imports a register file in one transaction. Refused rows are left out and reported by line; a file that is not a whole
 * register (not CSV, not UTF-8, columns missing, too many known hospitals gone) is refused and nothing is written.
 */
export const importRegister = async (
  deps: { readonly db: Db; readonly elapsedMs: () => number },
  ask: RegisterImport,
): Promise<Result<RegisterReport, ImportRefusal>> => {
  const started = deps.elapsedMs()
  const read = await readRegister(ask.path)
  const written = read.ok ? await writeRegister(deps.db, read.value, ask) : read
  if (!written.ok) {
    if (ask.dryRun !== true) await recordFailure(deps.db, REGISTER_SOURCE, written.error, ask.now)
    return written
  }
  return ok({ ...written.value, tookMs: Math.round(deps.elapsedMs() - started) })
}

type RegisterFile = {
  readonly rows: number
  readonly hospitals: readonly RegisteredHospital[]
  readonly leftOut: { legacyRegister: number; duplicate: number }
  readonly refused: readonly RefusedRow[]
  readonly notes: RegisterReport['notes']
  /** Also of refused rows: a hospital with a broken row is not missing. */
  readonly present: readonly string[]
}

/** Reads the file as a stream; only what is kept of a row stays in memory. */
const readRegister = async (path: string): Promise<Result<RegisterFile, ImportRefusal>> => {
  const refuse = (code: ImportRefusal['code'], detail: string, line?: number) =>
    err<ImportRefusal>({ code, file: path, detail, ...(line === undefined ? {} : { line }) })
  const reading = new RegisterReading()
  try {
    const parser = parse({
      bom: true,
      info: true,
      relax_column_count: true,
      max_record_size: RECORD_LIMIT_BYTES,
      // Named, since one that is found out by the first line splits no file that mixes them.
      record_delimiter: ['\r\n', '\n', '\r'],
      skip_empty_lines: true,
    })
    const source = Readable.from(utf8(createReadStream(path)))
    source.on('error', (error) => parser.destroy(error))
    for await (const { record, info } of source.pipe(parser) as AsyncIterable<CsvRecord>) {
      const fault = reading.take(record, info.lines)
      if (fault !== undefined) return refuse(fault.code, fault.detail, info.lines)
    }
  } catch (error) {
    if (error instanceof CsvError) return refuse('not_csv', error.message, Number(error.lines) || undefined)
    if (error instanceof NotUtf8) return refuse('not_utf8', error.message)
    if (error instanceof TooLarge) return refuse('too_large', error.message)
    if (isFileError(error)) return refuse('unreadable', error.code)
    throw error
  }
  const file = reading.file()
  return file.hospitals.length === 0 ? refuse('no_hospital', `${file.rows} rows, no hospital among them`) : ok(file)
}

type CsvRecord = { readonly record: readonly string[]; readonly info: { readonly lines: number } }

type HeaderFault = { readonly code: 'columns_missing' | 'columns_twice'; readonly detail: string }

const headerFault = (header: readonly string[]): HeaderFault | undefined => {
  const [gone, twice] = [missingColumns(header), doubledColumns(header)]
  if (gone.length > 0) return { code: 'columns_missing', detail: `no column ${gone.join(', ')}` }
  return twice.length > 0 ? { code: 'columns_twice', detail: `two columns ${twice.join(', ')}` } : undefined
}

class RegisterReading {
  private header: readonly string[] | undefined
  private rows = 0
  private readonly hospitals = new Map<string, RegisteredHospital>()
  private readonly leftOut = { legacyRegister: 0, duplicate: 0 }
  private readonly refused: RefusedRow[] = []
  private readonly notes: RegisterReport['notes'][number][] = []
  private readonly present = new Set<string>()

  /** Gives what is wrong with the columns, if the record was the header. */
  take(record: readonly string[], line: number): HeaderFault | undefined {
    if (this.header === undefined) {
      this.header = record.map((name) => name.trim())
      return headerFault(this.header)
    }
    this.rows += 1
    this.takeRow(this.header, record, line)
    return undefined
  }

  private takeRow(header: readonly string[], record: readonly string[], line: number): void {
    const row: CsvRow = Object.fromEntries(header.map((name, index) => [name, record[index]]))
    const id = row.id?.trim().slice(0, 40) ?? ''
    const refuse = (column: string, why: string, raw: string) => this.refused.push({ line, id, column, why, raw })
    if (record.length !== header.length) {
      refuse('', 'column_count', String(record.length))
      this.present.add(id)
      return
    }
    const reading = readHospitalRow(row)
    if (!reading.ok) {
      refuse(reading.error.column, reading.error.why, reading.error.raw)
      this.present.add(id)
    } else if (reading.value.kind === 'left_out') {
      this.leftOut[reading.value.why === 'duplicate' ? 'duplicate' : 'legacyRegister'] += 1
    } else if (this.hospitals.has(id)) {
      refuse('id', 'id_twice', id)
    } else {
      this.hospitals.set(id, reading.value.hospital)
      this.present.add(id)
      for (const note of reading.value.notes) this.notes.push({ line, id, ...note })
    }
  }

  file(): RegisterFile {
    const { leftOut, refused, notes } = this
    const [hospitals, present] = [[...this.hospitals.values()], [...this.present]]
    return { rows: this.rows, leftOut, refused, notes, hospitals, present }
  }
}

class NotUtf8 extends Error {}
class TooLarge extends Error {}

async function* utf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let size = 0
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch {
      throw new NotUtf8('the file is not UTF-8 (an older file may be CP949: convert it first)')
    }
  }
  for await (const chunk of bytes) {
    size += chunk.byteLength
    if (size > FILE_LIMIT_BYTES) throw new TooLarge(`more than ${FILE_LIMIT_BYTES} bytes`)
    yield decode(chunk)
  }
  yield decode()
}

const isFileError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code)

class RolledBack extends Error {
  readonly outcome: Result<RegisterReport, ImportRefusal>
  constructor(outcome: Result<RegisterReport, ImportRefusal>) {
    super('rolled back')
    this.outcome = outcome
  }
}

/** A dry run does all of it and takes it back, so that it tells what would really happen. */
const writeRegister = async (
  db: Db,
  file: RegisterFile,
  ask: RegisterImport,
): Promise<Result<RegisterReport, ImportRefusal>> => {
  if (ask.strict === true && file.refused.length > 0) {
    return err({ code: 'refused_rows', file: ask.path, detail: `${file.refused.length} rows are refused` })
  }
  try {
    return await db.tx(async (tx) => {
      const outcome = await writeIn(tx, file, ask)
      if (!outcome.ok || ask.dryRun === true) throw new RolledBack(outcome)
      return outcome
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.outcome
    throw error
  }
}

const writeIn = async (
  tx: Tx,
  file: RegisterFile,
  ask: RegisterImport,
): Promise<Result<RegisterReport, ImportRefusal>> => {
  await lockImports(tx)
  const provinces = [...new Set(file.hospitals.map(({ sidoCode }) => sidoCode))]
  const { known, missing: gone } = await countMissing(tx, 'register', provinces, file.present)
  if (ask.allowMissing !== true && gone > known * MISSING_SHARE_LIMIT) {
    const detail = `${gone} of ${known} known hospitals are not in it: is it a part of the register? (--allow-missing takes it)`
    return err({ code: 'too_many_missing', file: ask.path, detail })
  }
  const saved = await saveHospitals(tx, file.hospitals, 'register', ask.now)
  await saveDepartmentCapabilities(tx, file.hospitals, 'register', ask.now)
  const missing = await markMissing(tx, 'register', provinces, file.present, ask.now)
  const counts = { items: file.hospitals.length, refused: file.refused.length, flagged: file.notes.length }
  await recordSuccess(tx, REGISTER_SOURCE, counts, ask.now)
  const { rows, leftOut, refused, notes } = file
  const told = { rows, leftOut, refused, notes, missing, hospitals: file.hospitals.length }
  return ok({ kind: 'hospitals', file: ask.path, dryRun: ask.dryRun === true, ...told, ...saved, tookMs: 0 })
}

export const saveDepartmentCapabilities = async (
  tx: Tx,
  hospitals: readonly RegisteredHospital[],
  source: Extract<HospitalSource, 'register' | 'demo'>,
  now: Date,
): Promise<void> => {
  const facts = hospitals.flatMap(({ id, departments, sourceUpdatedOn }) =>
    capabilitiesOfDepartments(departments).map((code) => ({
      hospitalId: id,
      code,
      answer: 'yes',
      raw: null,
      flags: [],
      asOf: sourceUpdatedOn === null ? null : new Date(`${sourceUpdatedOn}T00:00:00+09:00`),
    })),
  )
  await saveCapabilities(tx, source, facts, now)
  const ids = hospitals.map(({ id }) => id)
  await forgetCapabilities(tx, source, ids, facts, now)
}

import type { HpidMatch } from './hpid-match.ts'
import type { DocumentRefusal, ItemRefusal, NemcOperation } from './nemc-document.ts'

/** Why a whole import was refused: nothing of it was written. */
export type ImportRefusal = {
  readonly code:
    | DocumentRefusal['code']
    | 'unreadable'
    | 'not_csv'
    | 'columns_missing'
    | 'no_hospital'
    | 'too_many_missing'
    | 'columns_twice'
    | 'refused_rows'
  readonly file: string
  readonly detail: string
  readonly line?: number
}

export type RefusedRow = {
  /** Line of the file on which the record ends; the header is line 1. */
  readonly line: number
  readonly id: string
  readonly column: string
  readonly why: string
  readonly raw: string
}

export type RegisterReport = {
  readonly kind: 'hospitals'
  readonly file: string
  readonly dryRun: boolean
  readonly rows: number
  readonly hospitals: number
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  readonly leftOut: { readonly legacyRegister: number; readonly duplicate: number }
  readonly refused: readonly RefusedRow[]
  /** Taken, with one cell read as unknown. */
  readonly notes: readonly {
    readonly line: number
    readonly id: string
    readonly column: string
    readonly why: string
  }[]
  /** Were in an earlier file for the same provinces and are not in this one: marked, not deleted. */
  readonly missing: readonly { readonly id: string; readonly name: string }[]
  readonly tookMs: number
}

export type HpidReport = {
  readonly kind: 'hpids'
  readonly file: string
  readonly dryRun: boolean
  readonly rows: number
  readonly linked: number
  /** Were linked before, with this or with another: left as they are. */
  readonly standing: number
  readonly doubtful: HpidMatch['doubtful']
  /** Lines. */
  readonly unusable: readonly number[]
  /** Hospitals of the directory without an hpid. */
  readonly unlinked: number
}

export type FlaggedFigure = {
  readonly file: string
  readonly hpid: string
  readonly field: string
  readonly raw: string | null
  readonly flag: string
}

export type NemcFileReport = {
  readonly file: string
  readonly operation: NemcOperation | null
  readonly items: number
  /** Figures written: counts and answers. */
  readonly figures: number
  /** Figures not written because what is known is newer. */
  readonly older: number
  readonly notEntered: number
  readonly overCapacity: number
  /** Given as the response's own count when it is not the number of its items. */
  readonly announced: number | null
}

export type NemcReport = {
  readonly kind: 'nemc'
  readonly dryRun: boolean
  readonly at: string
  readonly files: readonly NemcFileReport[]
  readonly linked: number
  readonly refusedLinks: readonly { readonly hpid: string; readonly hospitalId: string; readonly why: string }[]
  readonly refused: readonly {
    readonly file: string
    readonly item: number | null
    readonly hpid: string | null
    readonly why: ItemRefusal | 'not_in_directory'
  }[]
  readonly flagged: readonly FlaggedFigure[]
  readonly tookMs: number
}

const WHY: Readonly<Record<string, string>> = {
  missing: 'the cell is empty',
  malformed: 'the cell is malformed',
  too_long: 'the text is too long',
  unknown_province: 'no province has this code',
  not_a_number: 'not a number',
  outside_korea: 'the position is outside Korea',
  not_a_date: 'not a date (YYYY-MM-DD)',
  unknown_register: 'neither current nor legacy',
  column_count: 'the row has another number of cells than the header',
  id_twice: 'this id stood in an earlier row',
  phone_unusable: 'not a telephone number: read as unknown',
  sigungu_of_another_province: 'not a district of this province: read as unknown',
  hpid_missing: 'the item has no hpid',
  hpid_malformed: 'the hpid is malformed',
  hpid_twice: 'the hpid stood in an earlier item',
  not_an_item: 'not an item',
  other_operation: 'an item of the other operation',
  not_in_directory: 'no hospital of the directory has this hpid (give --map)',
  no_such_hospital: 'the directory has no such hospital',
  hpid_of_another: 'another hospital has this hpid',
  over_capacity: 'over capacity: a real figure',
  count_above_total: 'more free beds than beds: unusable',
  implausible: 'beyond any hospital: unusable',
  total_unusable: 'the total is unusable: unknown',
  total_not_entered: 'the total was not entered: unknown',
  clock_ahead: 'entered in the future: the age is unknown',
  clock_unreadable: 'no readable time of entry: the age is unknown',
  unknown_answer: 'a word nobody described: unknown',
}
const because = (code: string): string => WHY[code] ?? code

/** A list for a terminal; what is cut off is counted. The whole is in `--json`. */
const list = <T>(title: string, all: readonly T[], line: (one: T) => string, most = 40): readonly string[] => {
  if (all.length === 0) return []
  const rest = all.length > most ? [`  … and ${all.length - most} more (--json shows all)`] : []
  return [`${title}: ${all.length}`, ...all.slice(0, most).map((one) => `  ${line(one)}`), ...rest]
}

export const describeRefusal = ({ code, file, detail, line }: ImportRefusal): string =>
  `Refused, nothing was imported: ${file}${line === undefined ? '' : ` line ${line}`}: ${code}: ${detail}`

export const describeRegister = (report: RegisterReport): string =>
  [
    `${report.hospitals} hospitals of ${report.rows} rows ${report.dryRun ? 'would be' : 'were'} imported in ${seconds(report.tookMs)}: ${report.added} added, ${report.changed} changed, ${report.unchanged} unchanged`,
    `left out: ${report.leftOut.legacyRegister} of the old register, ${report.leftOut.duplicate} doubles`,
    ...list(
      'refused rows',
      report.refused,
      (row) => `line ${row.line} ${row.id} ${row.column} '${row.raw}': ${because(row.why)}`,
    ),
    ...list(
      'cells read as unknown',
      report.notes,
      (note) => `line ${note.line} ${note.id} ${note.column}: ${because(note.why)}`,
    ),
    ...list('missing from this file, marked', report.missing, ({ id, name }) => `${id} ${name}`),
  ].join('\n')

export const describeNemc = (report: NemcReport): string =>
  [
    ...report.files.map(describeFile),
    `${report.dryRun ? 'would be imported' : 'imported'} as received at ${report.at} in ${seconds(report.tookMs)}; ${report.linked} hpids linked`,
    ...list(
      'refused links',
      report.refusedLinks,
      ({ hpid, hospitalId, why }) => `${hpid} → ${hospitalId}: ${because(why)}`,
    ),
    ...list(
      'refused items',
      report.refused,
      (one) => `${one.file} ${one.hpid ?? `item ${one.item}`}: ${because(one.why)}`,
    ),
    ...list(
      'flagged figures',
      report.flagged,
      (one) => `${one.file} ${one.hpid} ${one.field} '${one.raw ?? ''}': ${because(one.flag)}`,
    ),
  ].join('\n')

export const describeHpids = (report: HpidReport): string =>
  [
    `${report.linked} of ${report.rows} rows ${report.dryRun ? 'would be' : 'were'} linked with a hospital; ${report.standing} were linked already`,
    `hospitals without an hpid: ${report.unlinked}`,
    ...list(
      'more than one could be meant, nobody was linked (give a map)',
      report.doubtful,
      ({ hpid, name, hospitalIds }) => `${hpid} ${name}: ${hospitalIds.join(', ')}`,
    ),
    ...list('rows without a usable hpid, name or position', report.unusable, (line) => `line ${line}`, 10),
  ].join('\n')

const describeFile = (file: NemcFileReport): string =>
  `${file.file}: ${file.operation ?? 'empty'}, ${file.items} hospitals${announced(file)}, ${file.figures} figures, ${file.notEntered} not entered, ${file.overCapacity} over capacity, ${file.older} older than known`

const announced = ({ announced: told }: NemcFileReport): string => (told === null ? '' : ` (of ${told} announced)`)
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

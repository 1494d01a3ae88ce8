import { type HospitalKind, SIDO_CODES } from '@dure/contract'
import { err, ok, type Result } from '../platform/result.ts'
import { type HospitalId, parseHospitalId } from './types.ts'

/** Columns without which a file is not a hospital register. Further columns are ignored. */
export const REQUIRED_COLUMNS = [
  'id',
  'name',
  'type',
  'sido_code',
  'sigungu_code',
  'address',
  'phone',
  'lat',
  'lon',
  'beds',
  'inpatient_rooms',
  'medical_staff',
  'departments',
  'source_updated_on',
  'register',
  'duplicate_of',
] as const

/** A hospital as the register states it. null = the cell was empty: not known, never 0. */
export type RegisteredHospital = {
  readonly id: HospitalId
  readonly name: string
  readonly type: string
  readonly kind: HospitalKind
  readonly sidoCode: string
  readonly sigunguCode: string | null
  readonly address: string
  readonly phone: string | null
  readonly lat: number
  readonly lon: number
  readonly licensedBeds: number | null
  readonly inpatientRooms: number | null
  readonly medicalStaff: number | null
  readonly departments: readonly string[]
  /** YYYY-MM-DD */
  readonly sourceUpdatedOn: string | null
}

/** left_out: an old register's row or a double, no fault of the row. */
export type RowReading =
  | { readonly kind: 'hospital'; readonly hospital: RegisteredHospital; readonly notes: readonly RowNote[] }
  | { readonly kind: 'left_out'; readonly why: 'legacy_register' | 'duplicate' }

/** Taken, with one cell read as unknown. */
export type RowNote = { readonly column: string; readonly why: 'phone_unusable' | 'sigungu_of_another_province' }

export type RowRefusal = {
  readonly column: string
  readonly why:
    | 'missing'
    | 'malformed'
    | 'too_long'
    | 'unknown_province'
    | 'not_a_number'
    | 'outside_korea'
    | 'not_a_date'
    | 'unknown_register'
  readonly raw: string
}

export type CsvRow = Readonly<Record<string, string | undefined>>

/** The box of the Republic's territory with its islands, WGS84. */
export const KOREA_BOX = { south: 32.5, north: 39, west: 124, east: 132 } as const
const COUNT_LIMIT = 100_000

export const missingColumns = (header: readonly string[]): readonly string[] =>
  REQUIRED_COLUMNS.filter((column) => !header.includes(column))

/** With one of our columns twice nobody knows which of the two is meant. */
export const doubledColumns = (header: readonly string[]): readonly string[] =>
  REQUIRED_COLUMNS.filter((column) => header.indexOf(column) !== header.lastIndexOf(column))

/** One row of the register: a hospital, a row that is rightly left out, or a refusal that names the cell. */
export const readHospitalRow = (row: CsvRow): Result<RowReading, RowRefusal> => {
  const register = cell(row, 'register')
  if (register === 'legacy') return ok({ kind: 'left_out', why: 'legacy_register' })
  if (register !== 'current') return refuse(row, 'register', register === '' ? 'missing' : 'unknown_register')
  if (cell(row, 'duplicate_of') !== '') return ok({ kind: 'left_out', why: 'duplicate' })
  return readCurrentRow(row)
}

const readCurrentRow = (row: CsvRow): Result<RowReading, RowRefusal> => {
  const id = parseHospitalId(cell(row, 'id'))
  if (id === undefined) return refuse(row, 'id', cell(row, 'id') === '' ? 'missing' : 'malformed')
  const text = readTexts(row)
  if (!text.ok) return text
  const numbers = readNumbers(row)
  if (!numbers.ok) return numbers
  const updated = cell(row, 'source_updated_on')
  if (updated !== '' && !isDate(updated)) return refuse(row, 'source_updated_on', 'not_a_date')
  const { sigunguCode, phone, notes } = readLenient(row, text.value.sidoCode)
  const departments = cell(row, 'departments')
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  return ok({
    kind: 'hospital',
    notes,
    hospital: {
      id,
      ...text.value,
      kind: kindOf(text.value.type),
      ...numbers.value,
      sigunguCode,
      phone,
      departments: [...new Set(departments)].slice(0, 100),
      sourceUpdatedOn: updated === '' ? null : updated,
    },
  })
}

const TEXT_LIMITS = { name: 200, type: 60, address: 300 } as const
// A control character in a text is a broken file, and PostgreSQL refuses NUL.
const CONTROL = /\p{Cc}/u

const readTexts = (row: CsvRow) => {
  for (const [column, most] of Object.entries(TEXT_LIMITS)) {
    const value = cell(row, column)
    if (value === '') return refuse(row, column, 'missing')
    if (value.length > most) return refuse(row, column, 'too_long')
    if (CONTROL.test(value)) return refuse(row, column, 'malformed')
  }
  if (CONTROL.test(cell(row, 'departments'))) return refuse(row, 'departments', 'malformed')
  const sidoCode = cell(row, 'sido_code')
  if (!SIDO_CODES.some((code) => code === sidoCode)) return refuse(row, 'sido_code', 'unknown_province')
  return ok({ name: cell(row, 'name'), type: cell(row, 'type'), address: cell(row, 'address'), sidoCode })
}

const readNumbers = (row: CsvRow) => {
  const [lat, lon] = [degrees(row, 'lat'), degrees(row, 'lon')]
  if (lat === undefined) return refuse(row, 'lat', 'not_a_number')
  if (lon === undefined) return refuse(row, 'lon', 'not_a_number')
  if (lat < KOREA_BOX.south || lat > KOREA_BOX.north) return refuse(row, 'lat', 'outside_korea')
  if (lon < KOREA_BOX.west || lon > KOREA_BOX.east) return refuse(row, 'lon', 'outside_korea')
  const counts = { beds: count(row, 'beds'), rooms: count(row, 'inpatient_rooms'), staff: count(row, 'medical_staff') }
  if (counts.beds === undefined) return refuse(row, 'beds', 'not_a_number')
  if (counts.rooms === undefined) return refuse(row, 'inpatient_rooms', 'not_a_number')
  if (counts.staff === undefined) return refuse(row, 'medical_staff', 'not_a_number')
  return ok({ lat, lon, licensedBeds: counts.beds, inpatientRooms: counts.rooms, medicalStaff: counts.staff })
}

/** Cells whose fault costs the cell and not the hospital. */
const readLenient = (row: CsvRow, sidoCode: string) => {
  const notes: RowNote[] = []
  const sigungu = cell(row, 'sigungu_code')
  const sigunguFits = sigungu === '' || (/^[0-9]{5}$/.test(sigungu) && sigungu.startsWith(sidoCode))
  if (!sigunguFits) notes.push({ column: 'sigungu_code', why: 'sigungu_of_another_province' })
  const phone = cell(row, 'phone')
  const phoneFits =
    phone === '' || (phone.length <= 60 && phone.replace(/[^0-9]/g, '').length >= 7 && !CONTROL.test(phone))
  if (!phoneFits) notes.push({ column: 'phone', why: 'phone_unusable' })
  return {
    notes,
    sigunguCode: sigungu !== '' && sigunguFits ? sigungu : null,
    phone: phone !== '' && phoneFits ? phone : null,
  }
}

/** null = empty cell; undefined = not a count. */
const count = (row: CsvRow, column: string): number | null | undefined => {
  const raw = cell(row, column)
  if (raw === '') return null
  return /^[0-9]{1,6}$/.test(raw) && Number(raw) <= COUNT_LIMIT ? Number(raw) : undefined
}

const degrees = (row: CsvRow, column: string): number | undefined => {
  const raw = cell(row, column)
  return /^-?[0-9]{1,3}(\.[0-9]{1,12})?$/.test(raw) ? Number(raw) : undefined
}

const isDate = (text: string): boolean => {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** The register's 업태 as our code. A word we do not know is `other`, and the word itself is kept. */
export const kindOf = (type: string): HospitalKind => {
  if (type === '종합병원' || type === '상급종합병원') return 'general'
  if (type === '병원') return 'hospital'
  if (type === '정신병원' || type === '요양병원(정신병원)') return 'psychiatric'
  if (type.startsWith('요양병원')) return 'long_term_care'
  if (type === '한방병원') return 'korean_medicine'
  return type === '치과병원' ? 'dental' : 'other'
}

const cell = (row: CsvRow, column: string): string => row[column]?.trim().normalize('NFC') ?? ''

const refuse = (row: CsvRow, column: string, why: RowRefusal['why']) =>
  err<RowRefusal>({ column, why, raw: cell(row, column).slice(0, 80) })

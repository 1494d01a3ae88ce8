import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { err, ok, type Result } from '../platform/result.ts'
import type { HpidLink, Listed } from './hpid-match.ts'
import { parseHospitalId } from './types.ts'

export type MapFault = { readonly line: number; readonly detail: string }

/** The list of the whole country with its clinics has some 80,000 rows. */
export const LIST_LIMIT_BYTES = 64 * 1024 * 1024
const HPID = /^[A-Z][0-9]{7}$/

/** Reads `hpid,hospital_id[,…]`. A map with one wrong line is refused whole: a wrong link shows one hospital's beds at another. */
export const readHpidMap = (bytes: Uint8Array): Result<readonly HpidLink[], MapFault> => {
  const records = parseCsv(bytes)
  if (!records.ok) return records
  const [header = [], ...rows] = records.value
  const [hpidAt, idAt] = [header.indexOf('hpid'), header.indexOf('hospital_id')]
  if (hpidAt < 0 || idAt < 0) return err({ line: 1, detail: 'needs the columns hpid and hospital_id' })
  const links: { hpid: string; hospitalId: string }[] = []
  const [hpids, ids] = [new Set<string>(), new Set<string>()]
  for (const [index, row] of rows.entries()) {
    const line = index + 2
    const [hpid, hospitalId] = [row[hpidAt] ?? '', parseHospitalId(row[idAt] ?? '')]
    if (!HPID.test(hpid)) return err({ line, detail: 'the hpid is malformed' })
    if (hospitalId === undefined) return err({ line, detail: 'the hospital_id is malformed' })
    if (hpids.has(hpid) || ids.has(hospitalId)) return err({ line, detail: 'linked twice' })
    hpids.add(hpid)
    ids.add(hospitalId)
    links.push({ hpid, hospitalId })
  }
  return ok(links)
}

/** As data.go.kr gives the columns, as the service names its fields, and plainly. */
const COLUMNS = {
  hpid: ['hpid', '기관ID', 'id'],
  name: ['name', '기관명', 'dutyName'],
  phone: ['phone', '대표전화1', 'dutyTel1'],
  lat: ['lat', '병원위도', 'wgs84Lat'],
  lon: ['lon', '병원경도', 'wgs84Lon'],
} as const

export interface HpidList {
  readonly listed: readonly Listed[]
  /** Lines without a usable hpid, name or position. */
  readonly unusable: readonly number[]
}

/** Reads the emergency centre's list of hospitals and clinics: hpid, name, telephone, position. */
export const readHpidList = (bytes: Uint8Array): Result<HpidList, MapFault> => {
  const records = parseCsv(bytes)
  if (!records.ok) return records
  const [header = [], ...rows] = records.value
  const at = (names: readonly string[]): number => header.findIndex((column) => names.includes(column))
  const { hpid, name, phone, lat, lon } = COLUMNS
  const missing = Object.values({ hpid, name, lat, lon }).find((names) => at(names) < 0)
  if (missing !== undefined) return err({ line: 1, detail: `needs a column ${missing.join(' or ')}` })
  const listed: Listed[] = []
  const unusable: number[] = []
  for (const [index, row] of rows.entries()) {
    const cell = (names: readonly string[]): string => row[at(names)] ?? ''
    const place = { lat: Number(cell(lat)), lon: Number(cell(lon)) }
    const isUsable = HPID.test(cell(hpid)) && cell(name) !== '' && place.lat > 0 && place.lon > 0
    if (isUsable) listed.push({ hpid: cell(hpid), name: cell(name), phone: cell(phone) || null, ...place })
    else unusable.push(index + 2)
  }
  return ok({ listed, unusable })
}

const parseCsv = (bytes: Uint8Array): Result<string[][], MapFault> => {
  if (bytes.byteLength > LIST_LIMIT_BYTES) return err({ line: 1, detail: `more than ${LIST_LIMIT_BYTES} bytes` })
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return ok(parse(text, { bom: true, trim: true, relax_column_count: true, skip_empty_lines: true }))
  } catch (error) {
    const line = error instanceof CsvError ? Number(error.lines) || 1 : 1
    return err({ line, detail: error instanceof CsvError ? error.message : 'not UTF-8' })
  }
}

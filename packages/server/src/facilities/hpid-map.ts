import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { err, ok, type Result } from '../platform/result.ts'
import { parseHospitalId } from './types.ts'

export type MapFault = { readonly line: number; readonly detail: string }
export type HpidLinks = readonly { readonly hpid: string; readonly hospitalId: string }[]

const LIMIT_BYTES = 8 * 1024 * 1024

/** Reads `hpid,hospital_id[,…]`. A map with one wrong line is refused whole: a wrong link shows one hospital's beds at another. */
export const readHpidMap = (bytes: Uint8Array): Result<HpidLinks, MapFault> => {
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
    if (!/^[A-Z][0-9]{7}$/.test(hpid)) return err({ line, detail: 'the hpid is malformed' })
    if (hospitalId === undefined) return err({ line, detail: 'the hospital_id is malformed' })
    if (hpids.has(hpid) || ids.has(hospitalId)) return err({ line, detail: 'linked twice' })
    hpids.add(hpid)
    ids.add(hospitalId)
    links.push({ hpid, hospitalId })
  }
  return ok(links)
}

const parseCsv = (bytes: Uint8Array): Result<string[][], MapFault> => {
  if (bytes.byteLength > LIMIT_BYTES) return err({ line: 1, detail: `more than ${LIMIT_BYTES} bytes` })
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return ok(parse(text, { bom: true, trim: true, relax_column_count: true, skip_empty_lines: true }))
  } catch (error) {
    const line = error instanceof CsvError ? Number(error.lines) || 1 : 1
    return err({ line, detail: error instanceof CsvError ? error.message : 'not UTF-8' })
  }
}

import type { BedClass, Capability, CapabilityAnswer } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { type HospitalToSave, lockImports, saveBedCounts, saveCapabilities, saveHospitals } from './import.sql.ts'
import { recordSuccess } from './sources.sql.ts'

/** An invented province as the directory keeps it. */
export type DemoFigures = {
  readonly sidoCode: string
  readonly hospitals: readonly HospitalToSave[]
  readonly closed: readonly string[]
  readonly answers: readonly {
    readonly hospitalId: string
    readonly code: Capability
    readonly answer: CapabilityAnswer
  }[]
  readonly counts: readonly {
    readonly hospitalId: string
    readonly bedClass: BedClass
    readonly available: number
    readonly total: number
    readonly ageMin: number
  }[]
}

/** Writes the province if it has not been written before. Gives whether it did. */
export const saveDemoRegion = async (tx: Tx, figures: DemoFigures, now: Date): Promise<boolean> => {
  await lockImports(tx)
  const key = `demo:${figures.sidoCode}`
  const known = await tx.sql('select from facilities.source_state where key = $1', [key])
  if (known.length > 0) return false
  const source = { key, kind: 'demo', sidoCode: figures.sidoCode, operation: null } as const
  const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
  await saveHospitals(tx, figures.hospitals, 'demo', now)
  await tx.sql(`update facilities.hospital set state = 'closed' where id = any ($1::text[])`, [figures.closed])
  const answers = figures.answers.map((one) => ({ ...one, raw: null, flags: [], asOf: now }))
  await saveCapabilities(tx, 'demo', answers, now)
  const counts = figures.counts.map(({ ageMin, ...one }) => ({
    ...one,
    reading: 'known' as const,
    raw: null,
    flags: [],
    asOf: ago(ageMin),
  }))
  await saveBedCounts(tx, 'demo', counts, now)
  await recordSuccess(tx, source, { items: figures.hospitals.length, refused: 0, flagged: 0 }, now)
  return true
}

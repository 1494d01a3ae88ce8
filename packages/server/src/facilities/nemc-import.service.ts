import type { Db, Tx } from '../platform/db.ts'
import { err, ok, type Result } from '../platform/result.ts'
import type { HpidLink } from './hpid-match.ts'
import {
  type BedCountToSave,
  type CapabilityToSave,
  hospitalsByHpid,
  linkHpids,
  lockImports,
  saveBedCounts,
  saveCapabilities,
  saveErPhones,
} from './import.sql.ts'
import type { FlaggedFigure, ImportRefusal, NemcFileReport, NemcReport } from './import-report.ts'
import {
  NEMC_OPERATIONS,
  type NemcDocument,
  type NemcOperation,
  operationsConcerned,
  readNemcDocument,
} from './nemc-document.ts'
import { type NemcItem, readAcceptanceItem, readBedItem } from './nemc-reading.ts'
import { recordFailure, recordSuccess } from './sources.sql.ts'
import type { SourceName } from './stated.ts'
import type { HospitalId } from './types.ts'

export type NemcFile = { readonly name: string; readonly bytes: Uint8Array }

export type NemcImport = {
  readonly files: readonly NemcFile[]
  /** When the responses were received: ages and clock errors are judged against it. */
  readonly at: Date
  readonly links?: readonly HpidLink[]
  readonly dryRun?: boolean
}

export const fileSource = (operation: NemcOperation): SourceName => ({
  key: `nemc-file:${operation}`,
  kind: 'nemc_file',
  sidoCode: null,
  operation,
})

export const pollSource = (sidoCode: string, operation: NemcOperation): SourceName => ({
  key: `nemc-poll:${sidoCode}:${operation}`,
  kind: 'nemc_poll',
  sidoCode,
  operation,
})

type ReadFile = { readonly name: string; readonly document: NemcDocument }

/**
 * Imports responses of either operation in one transaction: if one file is not a whole successful answer, none is imported and
 * everything known stays as it was, with its age.
 */
export const importNemcFiles = async (
  deps: { readonly db: Db; readonly elapsedMs: () => number },
  ask: NemcImport,
): Promise<Result<NemcReport, ImportRefusal>> => {
  const started = deps.elapsedMs()
  const read = readAll(ask.files)
  if (!read.ok) {
    const { refusal, concerned } = read.error
    if (ask.dryRun !== true)
      for (const operation of concerned) await recordFailure(deps.db, fileSource(operation), refusal, ask.at)
    return err(refusal)
  }
  const report = await inRolledBackOrCommitted(deps.db, ask.dryRun === true, (tx) => writeAll(tx, read.value, ask))
  return ok({ ...report, tookMs: Math.round(deps.elapsedMs() - started) })
}

type RefusedFile = { readonly refusal: ImportRefusal; readonly concerned: readonly NemcOperation[] }

const readAll = (files: readonly NemcFile[]): Result<readonly ReadFile[], RefusedFile> => {
  const read: ReadFile[] = []
  for (const { name, bytes } of files) {
    const document = readNemcDocument(bytes)
    if (!document.ok) {
      const { code, detail, line, serviceCode } = document.error
      const told = serviceCode === undefined ? detail : `${serviceCode} ${detail}`
      const refusal = { code, file: name, detail: told, ...(line === undefined ? {} : { line }) }
      return err({ refusal, concerned: operationsConcerned(bytes) })
    }
    read.push({ name, document: document.value })
  }
  return ok(read)
}

class DryRun extends Error {
  readonly report: NemcReport
  constructor(report: NemcReport) {
    super('dry run')
    this.report = report
  }
}

const inRolledBackOrCommitted = async (
  db: Db,
  dryRun: boolean,
  write: (tx: Tx) => Promise<NemcReport>,
): Promise<NemcReport> => {
  try {
    return await db.tx(async (tx) => {
      const report = await write(tx)
      if (dryRun) throw new DryRun(report)
      return report
    })
  } catch (error) {
    if (error instanceof DryRun) return error.report
    throw error
  }
}

const writeAll = async (tx: Tx, files: readonly ReadFile[], ask: NemcImport): Promise<NemcReport> => {
  await lockImports(tx)
  const links = ask.links ?? []
  const refusedLinks = links.length === 0 ? [] : await linkHpids(tx, links)
  const written: WrittenDocument[] = []
  for (const { name, document } of files) written.push(await writeDocument(tx, name, document, ask.at))
  for (const operation of NEMC_OPERATIONS) {
    const own = written.filter(({ file }) => file.operation === operation)
    if (own.length > 0) await recordSuccess(tx, fileSource(operation), countsOf(own), ask.at)
  }
  return {
    kind: 'nemc',
    dryRun: ask.dryRun === true,
    at: ask.at.toISOString(),
    files: written.map(({ file }) => file),
    linked: links.length - refusedLinks.length,
    refusedLinks,
    refused: written.flatMap(({ refused }) => refused),
    flagged: written.flatMap(({ flagged }) => flagged),
    tookMs: 0,
  }
}

export type WrittenDocument = {
  readonly file: NemcFileReport
  readonly refused: NemcReport['refused']
  readonly flagged: readonly FlaggedFigure[]
}

export const countsOf = (written: readonly WrittenDocument[]) => ({
  items: written.reduce((sum, { file }) => sum + file.items, 0),
  refused: written.reduce((sum, { refused }) => sum + refused.length, 0),
  flagged: written.reduce((sum, { flagged }) => sum + flagged.length, 0),
})

/** Writes one response. A hospital that is not in it keeps its last figures, which grow old. */
export const writeDocument = async (
  tx: Tx,
  name: string,
  document: NemcDocument,
  receivedAt: Date,
): Promise<WrittenDocument> => {
  const known = await hospitalsByHpid(
    tx,
    document.items.map(({ hpid }) => hpid),
  )
  const items = document.items.flatMap((item) => {
    const hospital = known.get(item.hpid)
    return hospital === undefined ? [] : [{ item, hospitalId: hospital.id }]
  })
  const strangers = document.items
    .filter(({ hpid }) => !known.has(hpid))
    .map(({ hpid }) => ({ file: name, item: null, hpid, why: 'not_in_directory' as const }))
  const refused = [
    ...document.refused.map(({ item, hpid, reason }) => ({ file: name, item, hpid, why: reason })),
    ...strangers,
  ]
  const figures = document.operation === 'acceptance' ? answersOf(items) : figuresOf(items, receivedAt)
  const taken = await saveFigures(tx, figures, receivedAt)
  return { refused, flagged: flagsOf(name, figures), file: fileReport(name, document, items.length, figures, taken) }
}

type KnownItem = { readonly item: NemcItem; readonly hospitalId: HospitalId }
/** A figure to save, with the names it has in the response for the report. */
type Named<T> = T & { readonly hpid: string; readonly field: string }
type Figures = {
  readonly counts: readonly Named<BedCountToSave>[]
  readonly answers: readonly Named<CapabilityToSave>[]
  readonly phones: readonly { readonly hospitalId: string; readonly phone: string }[]
  readonly clocks: readonly { readonly hpid: string; readonly raw: string | null; readonly flag: string }[]
}

const answersOf = (items: readonly KnownItem[]): Figures => ({
  counts: [],
  phones: [],
  clocks: [],
  answers: items.flatMap(({ item, hospitalId }) =>
    // The operation carries no time of entry: the answer is as old as its delivery.
    readAcceptanceItem(item).answers.map((one) => ({ ...one, hospitalId, hpid: item.hpid, asOf: null })),
  ),
})

const figuresOf = (items: readonly KnownItem[], receivedAt: Date): Figures => {
  const read = items.map(({ item, hospitalId }) => ({ hospitalId, ...readBedItem(item, receivedAt) }))
  return {
    counts: read.flatMap(({ hospitalId, hpid, time, counts }) =>
      counts.map((one) => ({ ...one, hospitalId, hpid, asOf: time.asOf, flags: [...one.flags, ...time.flags] })),
    ),
    answers: read.flatMap(({ hospitalId, hpid, time, equipment }) =>
      equipment.map((one) => ({ ...one, hospitalId, hpid, asOf: time.asOf, flags: [...one.flags, ...time.flags] })),
    ),
    phones: read.flatMap(({ hospitalId, erPhone }) =>
      erPhone !== null && erPhone.length <= 60 ? [{ hospitalId, phone: erPhone }] : [],
    ),
    clocks: read.flatMap(({ hpid, time }) => time.flags.map((flag) => ({ hpid, raw: time.raw, flag }))),
  }
}

const saveFigures = async (tx: Tx, figures: Figures, receivedAt: Date): Promise<number> => {
  await saveErPhones(tx, figures.phones)
  const counts = figures.counts.length === 0 ? 0 : await saveBedCounts(tx, 'nemc', figures.counts, receivedAt)
  const answers = figures.answers.length === 0 ? 0 : await saveCapabilities(tx, 'nemc', figures.answers, receivedAt)
  return counts + answers
}

/** A clock error stands once per hospital and not once per figure; a total nobody entered is no fault where nothing was. */
const flagsOf = (file: string, { counts, answers, clocks }: Figures): readonly FlaggedFigure[] => [
  ...clocks.map(({ hpid, raw, flag }) => ({ file, hpid, field: 'hvidate', raw, flag })),
  ...[...counts, ...answers].flatMap(({ hpid, field, raw, flags, ...rest }) =>
    flags
      .filter((flag) => !flag.startsWith('clock_'))
      .filter((flag) => flag !== 'total_not_entered' || ('reading' in rest && rest.reading === 'known'))
      .map((flag) => ({ file, hpid, field, raw, flag })),
  ),
]

const fileReport = (
  file: string,
  { operation, totalCount, items: given }: NemcDocument,
  items: number,
  { counts, answers }: Figures,
  taken: number,
): NemcFileReport => ({
  file,
  operation: operation ?? null,
  items,
  figures: taken,
  older: counts.length + answers.length - taken,
  notEntered: counts.filter(({ reading }) => reading === 'not_entered').length,
  overCapacity: counts.filter(({ flags }) => flags.includes('over_capacity')).length,
  announced: totalCount !== null && totalCount !== given.length ? totalCount : null,
})

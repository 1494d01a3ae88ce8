import { err, ok, type Result } from '../platform/result.ts'

/** A place in the record, newest first: instant, origin and number order it totally. */
export interface AuditPlace {
  readonly at: string
  readonly origin: string
  readonly seq: number
}

export const writeAuditPlace = ({ at, origin, seq }: AuditPlace): string =>
  Buffer.from(JSON.stringify([at, origin, seq])).toString('base64url')

/** Not secret and not trusted: it only says where to go on. */
export const readAuditPlace = (cursor: string): Result<AuditPlace, 'not-a-cursor'> => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (!Array.isArray(parts) || parts.length !== 3) return err('not-a-cursor')
    const [at, origin, seq] = parts as unknown[]
    const fits =
      typeof at === 'string' &&
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at) &&
      !Number.isNaN(Date.parse(at)) &&
      typeof origin === 'string' &&
      /^\d{2}$/.test(origin) &&
      Number.isSafeInteger(seq)
    return fits ? ok({ at: at as string, origin: origin as string, seq: seq as number }) : err('not-a-cursor')
  } catch {
    return err('not-a-cursor')
  }
}

/** Members of bodies that may hold what identifies a person, whatever a later op puts there: never shown. */
const NEVER_SHOWN =
  /^(name|patientName|birthDate|birthYear|rrn|phone|callbackPhone|guardianName|guardianPhone|address)$/

/**
 * A body as the audit page shows it: what is sealed becomes the list of cells it is sealed for. Ops carry nothing that identifies a
 * patient; the names below are the net under that rule.
 */
export const auditBody = (
  body: Readonly<Record<string, unknown>>,
  sealedFor: (sealed: string) => readonly string[],
): Record<string, unknown> => {
  const shown = (name: string, value: unknown): unknown => {
    if (name === 'sealed' && typeof value === 'string') return { for: sealedFor(value) }
    if (NEVER_SHOWN.test(name)) return '—'
    if (Array.isArray(value)) return value.map((one) => shown('', one))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([inner, one]) => [inner, shown(inner, one)]))
  }
  return shown('', body) as Record<string, unknown>
}

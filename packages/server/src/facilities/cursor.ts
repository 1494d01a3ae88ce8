import { err, ok, type Result } from '../platform/result.ts'
import type { SearchPlace } from './stated.ts'

/** A place in a list as text. Not secret and not trusted: it only says where to go on. */
export const writePlace = ({ distanceM, name, id }: SearchPlace): string =>
  Buffer.from(JSON.stringify([distanceM, name, id])).toString('base64url')

export const readPlace = (cursor: string): Result<SearchPlace, 'not_a_cursor'> => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (!Array.isArray(parts) || parts.length !== 3) return err('not_a_cursor')
    const [distanceM, name, id] = parts as unknown[]
    if (distanceM !== null && !isMetres(distanceM)) return err('not_a_cursor')
    if (!isText(name) || !isText(id)) return err('not_a_cursor')
    return ok({ distanceM, name, id })
  } catch {
    return err('not_a_cursor')
  }
}

const isMetres = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 21_000_000

/** U+0000 and lone surrogates are no text to PostgreSQL. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 200 && !value.includes('\0') && value.isWellFormed()

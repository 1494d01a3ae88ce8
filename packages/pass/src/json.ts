import { toBase64Url } from './bytes.ts'
import { CborSimple, CborTag, type CborValue } from './cbor.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [member: string]: Json }

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `JSON.parse` as a value: `undefined` when the text is not JSON. */
export const parseJson = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/**
 * CBOR as JSON: tags are dropped (issuers tag date-times or not), bytes become base64url, integers that do not fit
 * become text, numbers that are not finite become null.
 */
export const cborToJson = (value: CborValue): Json => {
  if (value === undefined || value instanceof CborSimple) return null
  if (value instanceof CborTag) return cborToJson(value.value)
  if (value instanceof Uint8Array) return toBase64Url(value)
  if (value instanceof Map) return mapToJson(value)
  if (Array.isArray(value)) return (value as readonly CborValue[]).map(cborToJson)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return value as Json
}

const mapToJson = (map: ReadonlyMap<unknown, CborValue>): JsonObject => {
  const object: Record<string, Json> = {}
  for (const [key, value] of map) setMember(object, String(key), cborToJson(value))
  return object
}

/** A member named `__proto__` is data like any other. */
const setMember = (object: Record<string, Json>, name: string, value: Json): void => {
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true, configurable: true })
  else object[name] = value
}

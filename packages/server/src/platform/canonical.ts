import { createHash } from 'node:crypto'

/** JSON with the members of every object in code-unit order (as RFC 8785 for the values we keep): one text per value. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, sorted)

const sorted = (_: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const names = Object.keys(value).sort()
  return Object.fromEntries(names.map((name) => [name, (value as Record<string, unknown>)[name]]))
}

export const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/**
 * FNV-1a, 32 bit, over the UTF-16 code units of an ASCII id: the same number on every machine, and no secret.
 * @see docs/sources/beds.md#tie-break
 */
export const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** @param seed the hash of what came before, so that a common beginning is worked out once */
export const fnv1a = (text: string, seed: number = FNV_OFFSET): number => {
  let hash = seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  return hash >>> 0
}

/** Order by code unit. Never by locale: two desks may have two. */
export const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * FNV-1a, 32 bit, over the code units of an ASCII text: the same number on every machine, and no secret.
 * @param seed the hash of what came before, so that a common beginning is worked out once
 */
export const fnv1a = (text: string, seed: number = FNV_OFFSET): number => {
  let hash = seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  return hash >>> 0
}

/**
 * Spreads a hash over all its bits (the last step of MurmurHash3). FNV alone leaves ids that differ in their last letter
 * nearly in a row, and the same hospital of a town would win every tie.
 */
export const spread = (hash: number): number => {
  let mixed = hash ^ (hash >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Order by code unit. Never by locale: two desks may have two. */
export const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

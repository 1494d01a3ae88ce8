import { readFile } from 'node:fs/promises'
import { fromBase64Url, type RootSet } from '@dure/pass'
import { z } from 'zod'

const rootsFile = z.strictObject({
  threshold: z.int().min(1).max(16),
  keys: z
    .array(z.strictObject({ kid: z.string().min(1).max(64), point: z.string().regex(/^[A-Za-z0-9_-]{44}$/) }))
    .min(1)
    .max(16),
})
export type RootsFile = z.input<typeof rootsFile>

/** The public root keys that packs must be signed with, as an operator gives them. @throws when the file is not what it should be */
export const readRoots = async (file: string): Promise<RootSet> => {
  const { threshold, keys } = rootsFile.parse(JSON.parse(await readFile(file, 'utf8')))
  if (threshold > keys.length) throw new Error(`${file} asks for ${threshold} signatures and names ${keys.length} keys`)
  return {
    threshold,
    keys: keys.map(({ kid, point }) => ({ kid, point: fromBase64Url(point) ?? new Uint8Array() })),
  }
}

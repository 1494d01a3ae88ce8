import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../src/json.ts'
import type { DccVector } from './dcc-steps.ts'
import type { Base45Vector, Vectors } from './suite.ts'

const ROOT = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url))

const texts = (area: string, pattern: string): Record<string, string> => {
  const folder = join(ROOT, area)
  // A leading dot in `.well-known` hides a folder from the pattern; such paths are named.
  const paths = globSync(pattern, { cwd: folder }).sort()
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

const parsed = <T>(files: Record<string, string>): Record<string, T> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, JSON.parse(text) as T]))

/** The public vectors of ../shared; empty areas where they are absent. */
export const readVectors = (): Vectors => {
  const base45 = join(ROOT, 'base45.json')
  return {
    base45: existsSync(base45) ? (JSON.parse(readFileSync(base45, 'utf8')) as Base45Vector[]) : [],
    dcc: parsed<DccVector>(texts('dcc', '**/*.json')),
    cose: parsed<JsonObject>(texts('cose', '**/*.json')),
    shc: { ...texts('shc', 'examples/*'), ...texts('shc', 'issuer/.well-known/jwks.json') },
  }
}

/** What ../shared holds, so that a missing folder is said and never fails. */
export const EXPECTED_COUNTS = { base45: 25, dcc: 114, cose: 17, shc: 15 } as const

import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import type { Row } from './pass.ts'

const AIM_BYTES = 25_000
const source = (path: string) => fileURLToPath(new URL(`../packages/pass/src/${path}`, import.meta.url))

/** Bytes of an entry as a browser loads it: bundled, minified, gzip. What it loads later, when needed, is left outside. */
const gzipOf = async (entry: string, later: readonly RegExp[]): Promise<number> => {
  const build = await rolldown({ input: source(entry), platform: 'browser', external: [...later], logLevel: 'silent' })
  const { output } = await build.generate({ format: 'esm', minify: true })
  return output.reduce((sum, file) => sum + (file.type === 'chunk' ? gzipSync(file.code, { level: 9 }).length : 0), 0)
}

const LATER = [/crypto-pure/, /door-shc/]

export const sizeRows = async (): Promise<Row[]> => {
  const core = await gzipOf('entry-door.ts', LATER)
  const informative = async (what: string, entry: string, later: readonly RegExp[]): Promise<Row> => ({
    what,
    ours: `${((await gzipOf(entry, later)) / 1000).toFixed(1)} kB`,
    limit: '-',
    ratio: null,
    aim: '-',
    ok: true,
  })
  return [
    {
      what: 'verifier core, gzip',
      ours: `${(core / 1000).toFixed(1)} kB`,
      limit: `${AIM_BYTES / 1000} kB`,
      ratio: null,
      aim: `≤ ${AIM_BYTES / 1000} kB`,
      ok: core <= AIM_BYTES,
    },
    await informative('pack opening alone, gzip (shares most with the core)', 'entry-pack.ts', LATER),
    await informative('everything but the QR reader, gzip', 'index.ts', [/@noble/]),
  ]
}

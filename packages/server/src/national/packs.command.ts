import { generateKeyPairSync } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PACK_LIMIT_BYTES } from '@dure/contract'
import {
  buildPack,
  deviceKeyOf,
  encodeSections,
  type Jwk,
  openPack,
  type Pack,
  type PackSections,
  type RootSigner,
  toBase64Url,
  unwrap,
} from '@dure/pass'
import { createNodeCrypto } from '@dure/pass/node'
import { KOREA_RULES } from '@dure/pass/rulesets/kr'
import type { CommandIo } from '../platform/command.ts'
import { type RootsFile, readRoots } from './pack-roots.service.ts'
import { tooLarge } from './packs.check.service.ts'
import { publishFromDesk } from './packs.service.ts'
import { listPackRows } from './packs.sql.ts'

const USAGE = `usage:
 Far from any cell
  dure packs keys --out DIR [--count 3] [--threshold 2]    root keys, one file each, and roots.json that every cell gets
  dure packs build --roots roots.json --key FILE --key FILE [--rules FILE] [--trust FILE] [--after PACK] --out PACK
                                                           a signed pack; default: the Korean rules, no issuer, the first of its chain
 At the national cell
  dure packs publish PACK                                  to every region
 At any cell
  dure packs list                                          what is held

exit: 0 done · 1 refused · 2 wrong usage`

const OPTIONS = {
  out: { type: 'string' },
  count: { type: 'string', default: '3' },
  threshold: { type: 'string', default: '2' },
  roots: { type: 'string' },
  key: { type: 'string', multiple: true },
  rules: { type: 'string' },
  trust: { type: 'string' },
  after: { type: 'string' },
} as const

const crypto = createNodeCrypto()

export const packsCommand = async (argv: readonly string[], io: CommandIo): Promise<number> => {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
    const [what, file] = positionals
    if (what === 'keys' && values.out !== undefined)
      return await makeKeys(values.out, Number(values.count), Number(values.threshold), io)
    if (what === 'build' && values.out !== undefined && values.roots !== undefined)
      return await build({ ...values, out: values.out, roots: values.roots, key: values.key ?? [] }, io)
    if (what === 'publish' && file !== undefined) return await publish(file, io)
    if (what === 'list') return await list(io)
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error)) throw error
    io.error(error.message)
  }
  io.error(USAGE)
  return 2
}

const makeKeys = async (folder: string, count: number, threshold: number, io: CommandIo): Promise<number> => {
  if (!(threshold >= 1 && threshold <= count && count <= 16)) {
    io.error(USAGE)
    return 2
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const keys: RootsFile['keys'] = []
  for (let at = 1; at <= count; at += 1) {
    const kid = `root-${at}`
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as Jwk
    await writeFile(join(folder, `${kid}.jwk`), `${JSON.stringify({ ...jwk, kid })}\n`, { mode: 0o600, flag: 'wx' })
    keys.push({ kid, point: toBase64Url(deviceKeyOf(jwk) ?? new Uint8Array()) })
  }
  await writeFile(join(folder, 'roots.json'), `${JSON.stringify({ threshold, keys }, null, 1)}\n`)
  io.out(`${count} keys in ${folder}, ${threshold} of them must sign; keep them apart`)
  return 0
}

interface Build {
  readonly roots: string
  readonly key: readonly string[]
  readonly out: string
  readonly rules?: string | undefined
  readonly trust?: string | undefined
  readonly after?: string | undefined
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'))

const build = async (ask: Build, io: CommandIo): Promise<number> => {
  const roots = await readRoots(ask.roots)
  const signers: RootSigner[] = []
  for (const file of ask.key) {
    const jwk = (await readJson(file)) as Jwk
    signers.push({ kid: jwk.kid ?? '', key: unwrap(crypto.importPrivateKey({ form: 'jwk', jwk })) })
  }
  let previous: Pack | undefined
  if (ask.after !== undefined) previous = unwrap(await openPack(crypto, await readFile(ask.after), { roots }))
  const sections: PackSections = {
    rules: ask.rules === undefined ? KOREA_RULES : await readJson(ask.rules),
    trust: ask.trust === undefined ? { issuers: [] } : ((await readJson(ask.trust)) as PackSections['trust']),
  }
  const draft = { issuedAt: io.clock.now().getTime(), roots, sections: encodeSections(sections) }
  const built = unwrap(await buildPack(crypto, draft, previous, signers))
  // As every cell will look at it: too few signatures show here and not in seventeen regions.
  const opened = await openPack(crypto, built.bytes, { roots })
  if (!opened.ok) {
    io.error(`refused: ${opened.error.code} ${opened.error.detail ?? ''}`)
    return 1
  }
  if (built.bytes.byteLength > PACK_LIMIT_BYTES) {
    io.error(`refused: pack-too-large ${tooLarge(built.bytes)}`)
    return 1
  }
  await writeFile(ask.out, built.bytes)
  io.out(`pack ${built.manifest.number}, ${built.bytes.byteLength} bytes, ${ask.out}`)
  return 0
}

const publish = async (file: string, io: CommandIo): Promise<number> => {
  const config = io.config()
  const done = await publishFromDesk(
    { db: await io.openDb(), config },
    await readFile(file),
    'operator',
    io.clock.now(),
  )
  if (!done.ok) {
    io.error(`refused: ${done.error.code} ${done.error.detail}`)
    return 1
  }
  io.out(`published: pack ${done.value.number} ${done.value.hash}`)
  return 0
}

const list = async (io: CommandIo): Promise<number> => {
  for (const { number, hash, bytes, issued_at, summary } of await listPackRows(await io.openDb()))
    io.out(
      `${number}  ${issued_at.toISOString()}  ${bytes} bytes  ${summary.ruleSet.id} ${summary.ruleSet.version}  ${hash}`,
    )
  return 0
}

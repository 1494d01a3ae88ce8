import { createHash } from 'node:crypto'
import { PACK_LIMIT_BYTES, PACK_TOO_LARGE, type PackView } from '@dure/contract'
import {
  anchorOf,
  freshnessOf,
  openPack,
  type Pack,
  type PackContent,
  type RootSet,
  readPackContent,
  toHex,
} from '@dure/pass'
import { createNodeCrypto } from '@dure/pass/node'
import type { Tx } from '../platform/db.ts'
import { err, ok, type Result } from '../platform/result.ts'
import { type NewPack, type PackRow, type PackSummary, packFile } from './packs.sql.ts'

export interface PackRefusal {
  readonly code: string
  readonly detail: string
}

const crypto = createNodeCrypto()
const no = (code: string, detail = ''): { readonly ok: false; readonly error: PackRefusal } => err({ code, detail })

/** What its publisher can do about it. */
export const tooLarge = ({ byteLength }: Uint8Array): string => `${PACK_TOO_LARGE}; this file has ${byteLength}`

export type CheckedPack = Omit<NewPack, 'published_by' | 'received_at'>

/** Signatures, chain and content: against the pack that is held, or against the root keys for the first one. */
export const check = async (
  tx: Tx,
  file: Uint8Array,
  roots: RootSet | undefined,
): Promise<Result<CheckedPack, PackRefusal>> => {
  if (roots === undefined) return no('roots-unknown', 'this cell has no root keys: DURE_PACK_ROOTS')
  if (file.byteLength > PACK_LIMIT_BYTES) return no('pack-too-large', tooLarge(file))
  const anchor = await anchorIn(tx, roots)
  const opened = await openPack(crypto, file, anchor)
  if (!opened.ok) return no(opened.error.code, opened.error.detail)
  const content = readPackContent(crypto, opened.value)
  return content.ok ? ok(rowOf(content.value)) : no(content.error.code, content.error.detail)
}

/** What is held was checked when it was taken, against what was held then; its own head says which keys follow. */
const anchorIn = async (tx: Tx, roots: RootSet) => {
  const held = await packFile(tx, null)
  if (held === undefined) return { roots }
  const pack = await openPack(crypto, held.file, { roots })
  // The operator gave other keys than the ones it was signed with: only what these keys sign may follow, and nothing older.
  if (!pack.ok) return { roots, number: held.number, hash: Buffer.from(held.hash, 'hex') }
  return anchorOf(pack.value)
}

const rowOf = ({ pack, ...content }: PackContent): CheckedPack => ({
  number: pack.manifest.number,
  hash: toHex(pack.hash),
  sha256: createHash('sha256').update(pack.bytes).digest('hex'),
  file: pack.bytes,
  issued_at: new Date(pack.manifest.issuedAt),
  soft_age_s: pack.manifest.softAgeMs / 1_000,
  hard_age_s: pack.manifest.hardAgeMs / 1_000,
  summary: summaryOf(pack, content),
})

const summaryOf = (pack: Pack, content: Omit<PackContent, 'pack'>): PackSummary => ({
  ruleSet: {
    id: content.rules.id,
    version: content.rules.version,
    title: content.rules.source.title,
    published: new Date(content.rules.published).toISOString(),
  },
  sections: [...pack.sections].map(([name, bytes]) => ({ name, bytes: bytes.byteLength })),
  issuers: content.trust.list.issuers.length,
  revocationLists: content.revocationNews.length,
  openOutages: content.outages.open.length,
})

export const toPackView = (row: PackRow, now: Date): PackView => ({
  number: row.number,
  hash: row.hash,
  sha256: row.sha256,
  bytes: row.bytes,
  issuedAt: row.issued_at.toISOString(),
  freshness: freshnessOf(
    {
      manifest: {
        number: row.number,
        issuedAt: row.issued_at.getTime(),
        softAgeMs: row.soft_age_s * 1_000,
        hardAgeMs: row.hard_age_s * 1_000,
      },
    } as Pick<Pack, 'manifest'>,
    now.getTime(),
  ).state,
  receivedAt: row.received_at.toISOString(),
  publishedBy: row.published_by,
  ...row.summary,
})

import { createHash } from 'node:crypto'
import { PACK_LIMIT_BYTES, type Packs, type PackView } from '@dure/contract'
import type { RootSet } from '@dure/pass'
import { Counter } from 'prom-client'
import { z } from 'zod'
import { NATIONAL_CELL } from '../beds/index.ts'
import type { ExchangePort } from '../exchange/index.ts'
import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { appendOp } from '../platform/oplog.ts'
import { err, ok, type Result } from '../platform/result.ts'
import { wakeScreens } from './notices.service.ts'
import { readRoots } from './pack-roots.service.ts'
import type { PackRefusal } from './packs.check.service.ts'
import {
  countRefused,
  insertPack,
  isKnown,
  listPackRows,
  lockPacks,
  noteRefused,
  packFile,
  putPart,
  refusedRows,
  takeParts,
} from './packs.sql.ts'

export const PACK_PART = 'pack-part'
export const PACK = 'pack-published'
/** Bytes of a part: as base64 it fits into the body of an op with room to spare. */
const PART_BYTES = 45_000
const PART_CHARS = Math.ceil((PART_BYTES * 4) / 3)
const PARTS_MAX = Math.ceil(PACK_LIMIT_BYTES / PART_BYTES)

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const partSaid = z.object({ sha256, part: z.int().min(0).max(PARTS_MAX), data: z.base64url().max(PART_CHARS) })
const packSaid = z.object({
  sha256,
  number: z
    .int()
    .min(1)
    .max(2 ** 31 - 1),
  by: z.string(),
})

/** The pass library is loaded by the first pack that is looked at, not by every start. */
const library = () => import('./packs.check.service.ts')
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

export interface PackService {
  list(now: Date): Promise<Packs>
  /** At the national cell: checked as every region will check it, kept, and put into the log in parts. */
  publish(file: Uint8Array, by: string, now: Date): Promise<Result<PackView, PackRefusal>>
  file(number: number | null): ReturnType<typeof packFile>
  follow(exchange: ExchangePort): void
}

type Needs = Pick<Deps, 'db' | 'config'>

/**
 * Packs of rules: signed by the root keys far from any cell, published by the national cell, checked by every cell for itself. A cell
 * trusts neither the log nor the national cell with them; it keeps the newest that follows from what it holds, and serves it to doors
 * and phones whether or not anybody else is there.
 */
export const makePacks = (deps: Deps, exchange: ExchangePort): PackService => {
  const { db, log, metrics } = deps
  const count = new Counter({
    name: 'dure_packs_refused_total',
    help: 'Packs of rules that were offered and refused',
    labelNames: ['code'],
    registers: [metrics.registry],
  })
  const take = takerOf(deps, (refused) => {
    count.inc({ code: refused.code })
    log.warn(refused, 'pack-refused')
  })
  return {
    list: (now) => listPacks(deps, exchange, now),
    publish: (file, by, now) => publish(deps, take, file, by, now),
    file: (number) => packFile(db, number),
    follow: (port) => followPacks(deps, port, take),
  }
}

/** The same from an operator's command at the national cell. */
export const publishFromDesk = (
  needs: Needs,
  file: Uint8Array,
  by: string,
  now: Date,
): Promise<Result<PackView, PackRefusal>> =>
  publish(
    needs,
    takerOf(needs, () => undefined),
    file,
    by,
    now,
  )

const takerOf = ({ config }: Needs, onRefused: (refused: PackRefusal) => void): Take => {
  let roots: Promise<RootSet> | undefined
  const trusted = async (): Promise<RootSet | undefined> => {
    if (config.packRootsFile === undefined) return undefined
    roots ??= readRoots(config.packRootsFile)
    return roots
  }
  return async (tx, offered, now) => {
    await lockPacks(tx)
    const { check } = await library()
    const checked = await check(tx, offered.file, await trusted())
    if (checked.ok) {
      if (await isKnown(tx, checked.value)) return no('pack-known', 'this pack is held already')
      await insertPack(tx, { ...checked.value, published_by: offered.by, received_at: now })
      return ok(checked.value.number)
    }
    const { code, detail } = checked.error
    const number = offered.number ?? null
    await noteRefused(tx, { at: now, origin: offered.origin, number, sha256: sha256Of(offered.file), code, detail })
    tx.afterCommit(() => onRefused(checked.error))
    return checked
  }
}

interface Offered {
  readonly file: Uint8Array
  readonly origin: string
  readonly by: string
  /** What its publisher said it was. */
  readonly number?: number
}
type Take = (tx: Tx, offered: Offered, now: Date) => Promise<Result<number, PackRefusal>>

const no = (code: string, detail = ''): { readonly ok: false; readonly error: PackRefusal } => err({ code, detail })

const publish = async (
  { db, config }: Needs,
  take: Take,
  file: Uint8Array,
  by: string,
  now: Date,
): Promise<Result<PackView, PackRefusal>> => {
  if (config.region !== NATIONAL_CELL)
    return no('not-national', 'packs for all regions are published at the national cell')
  // Before anything is looked at: what the log cannot carry is not offered to anybody.
  if (file.byteLength > PACK_LIMIT_BYTES) return no('pack-too-large', (await library()).tooLarge(file))
  const sum = sha256Of(file)
  const taken = await db.tx(async (tx) => {
    await lockPacks(tx)
    if (await isKnown(tx, { sha256: sum })) return no('pack-known', 'this pack is published already')
    const done = await take(tx, { file, origin: config.region, by }, now)
    if (!done.ok) return done
    await sayPack(tx, file, { sha256: sum, number: done.value, by }, now)
    return done
  })
  if (!taken.ok) return taken
  const row = (await listPackRows(db)).find(({ number }) => number === taken.value)
  if (row === undefined) throw new Error('a pack that was published is held')
  return ok((await library()).toPackView(row, now))
}

/** In parts, and then what they are parts of: one transaction, so they stand in the log one behind the other. */
export const sayPack = async (tx: Tx, file: Uint8Array, said: z.input<typeof packSaid>, now: Date): Promise<void> => {
  for (let part = 0; part * PART_BYTES < file.byteLength; part += 1) {
    const data = Buffer.from(file.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)).toString('base64url')
    const body = { sha256: said.sha256, part, data }
    await appendOp(tx, { kind: PACK_PART, subject: said.sha256, body, audience: {}, at: now })
  }
  await appendOp(tx, { kind: PACK, subject: String(said.number), body: said, audience: { all: true }, at: now })
}

const followPacks = (deps: Needs, exchange: ExchangePort, take: Take): void => {
  exchange.onRecord(PACK_PART, async (tx, record) => {
    const said = partSaid.safeParse(record.body)
    if (record.origin !== NATIONAL_CELL || !said.success) return
    await putPart(tx, said.data.sha256, said.data.part, Buffer.from(said.data.data, 'base64url'))
  })
  exchange.onRecord(PACK, async (tx, record, now) => {
    const said = packSaid.safeParse(record.body)
    if (record.origin !== NATIONAL_CELL || !said.success) return
    const { sha256: sum, number, by } = said.data
    const file = await takeParts(tx, sum)
    // A log that is read anew says again what is held.
    if (await isKnown(tx, { sha256: sum })) return
    if (sha256Of(file) !== sum) {
      await noteRefused(tx, {
        at: now,
        origin: record.origin,
        number,
        sha256: sum,
        code: 'pack-incomplete',
        detail: '',
      })
      return
    }
    const taken = await take(tx, { file, origin: record.origin, by, number }, now)
    if (taken.ok) await wakeScreens(deps, exchange, tx, record.subject, now)
  })
}

const listPacks = async ({ db, config }: Needs, exchange: ExchangePort, now: Date): Promise<Packs> => {
  const { toPackView } = await library()
  const nation = config.region === NATIONAL_CELL ? null : await exchange.standing(NATIONAL_CELL)
  return {
    at: now.toISOString(),
    trusts: config.packRootsFile !== undefined,
    heardAt: nation?.contactAt?.toISOString() ?? null,
    packs: (await listPackRows(db)).map((row) => toPackView(row, now)),
    refused: (await refusedRows(db)).map(({ at, number, sha256: sum, code, detail }) => ({
      at: at.toISOString(),
      number,
      sha256: sum,
      code,
      detail,
    })),
    refusedCount: await countRefused(db),
  }
}

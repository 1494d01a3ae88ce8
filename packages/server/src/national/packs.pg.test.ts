import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nationEndpoints, PACK_LIMIT_BYTES, PACK_TOO_LARGE } from '@dure/contract'
import type { CommandIo } from '../platform/command.ts'
import { appendOp } from '../platform/oplog.ts'
import { must, refusedAs } from '../testing/bed-world.ts'
import { testCells, until } from '../testing/cells.ts'
import { manualClock } from '../testing/clock.ts'
import { temporaryFolder } from '../testing/database.ts'
import { type Cells, startCells } from '../testing/linked-cells.ts'
import { packsCommand } from './packs.command.ts'
import { PACK, PACK_PART, sayPack } from './packs.service.ts'

const { publishPack, listPacks } = nationEndpoints

/** Root keys of a folder of their own, and packs made with them as an operator makes them. */
const publisher = async () => {
  const folder = await temporaryFolder()
  // A minute later each time: two packs of one second with the same content are one pack.
  let minutes = 0
  const now = () => new Date(Date.now() - 3_600_000 + 60_000 * minutes++)
  const io = { out: () => undefined, error: () => undefined, clock: { now } } as unknown as CommandIo
  const run = async (...argv: string[]) => assert.equal(await packsCommand(argv, io), 0)
  await run('keys', '--out', folder)
  const roots = join(folder, 'roots.json')
  const keys = ['root-1', 'root-3'].flatMap((kid) => ['--key', join(folder, `${kid}.jwk`)])
  const make = async (name: string, after?: string): Promise<Buffer> => {
    const out = join(folder, name)
    const chain = after === undefined ? [] : ['--after', join(folder, after)]
    await run('build', '--roots', roots, ...keys, ...chain, '--out', out)
    return readFile(out)
  }
  return { roots, make }
}
const publish = async (cells: Cells, file: Buffer) => {
  const nation = await cells.of('00').person({ role: 'national_desk', name: '중앙' })
  return nation.call(publishPack, { body: { file: file.toString('base64url') } })
}
const held = async (cells: Cells, code: string) =>
  must(await (await cells.of(code).person({ role: 'requester' })).call(listPacks, {}))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('a pack is checked by every cell, held, and served as a file with an ETag, byte for byte', async () => {
  const { roots, make } = await publisher()
  await using cells = await startCells(['00', '28'], manualClock(), { DURE_PACK_ROOTS: roots })
  const first = await make('first')
  assert.equal(must(await publish(cells, first)).number, 1)
  await cells.settle()
  const { packs, refused } = await held(cells, '28')
  assert.deepEqual([packs.map(({ number, sha256 }) => [number, sha256]), refused], [[[1, sha256(first)]], []])
  const served = await cells.of('28').inject({ url: '/packs/current' })
  assert.deepEqual([served.statusCode, served.headers.etag], [200, `"${sha256(first)}"`])
  assert.deepEqual(served.rawPayload, first)
  const again = { url: '/packs/1', headers: { 'if-none-match': `"${sha256(first)}"` } }
  assert.equal((await cells.of('28').inject(again)).statusCode, 304)
  assert.equal((await cells.of('28').inject({ url: '/packs/2' })).statusCode, 404)
})

test('a region that is cut off goes on serving what it holds; healed, it takes every pack it missed in their order', async () => {
  const { roots, make } = await publisher()
  await using cells = await startCells(['00', '28'], manualClock(), { DURE_PACK_ROOTS: roots })
  const first = await make('first')
  must(await publish(cells, first))
  await cells.settle()
  cells.cutFromAll('28')
  const second = await make('second', 'first')
  const third = await make('third', 'second')
  for (const file of [second, third]) must(await publish(cells, file))
  await cells.settle()
  assert.deepEqual((await cells.of('28').inject({ url: '/packs/current' })).rawPayload, first)
  cells.heal()
  await cells.settle()
  const { packs } = await held(cells, '28')
  assert.deepEqual(
    packs.map(({ number }) => number),
    [3, 2, 1],
  )
  assert.deepEqual((await cells.of('28').inject({ url: '/packs/current' })).rawPayload, third)
})

test('the national desk cannot publish an older pack, one after a gap, a forged one or one signed by strangers', async () => {
  const { roots, make } = await publisher()
  const strangers = await publisher()
  await using cells = await startCells(['00', '28'], manualClock(), { DURE_PACK_ROOTS: roots })
  const first = await make('first')
  const second = await make('second', 'first')
  const forged = Buffer.from(second)
  forged[forged.length - 10] = (forged[forged.length - 10] ?? 0) ^ 1
  must(await publish(cells, first))
  for (const bad of [forged, await strangers.make('first'), Buffer.from('no pack')])
    assert.equal(refusedAs(await publish(cells, bad)), 'invalid-input')
  must(await publish(cells, second))
  const rival = await make('rival', 'first')
  assert.equal(refusedAs(await publish(cells, rival)), 'invalid-input')
  const { packs, refused, refusedCount } = await held(cells, '00')
  assert.deepEqual(
    packs.map(({ number }) => number),
    [2, 1],
  )
  assert.equal(refusedCount, 4)
  assert.equal(refused[0]?.code, 'pack-forked')
  const elsewhere = await cells.of('28').person({ role: 'national_desk' })
  const body = { file: first.toString('base64url') }
  assert.equal(refusedAs(await elsewhere.call(publishPack, { body })), 'not-allowed')
})

test('what a compromised national cell puts into its log, a region refuses, counts, and goes on serving the pack it holds', async () => {
  const { roots, make } = await publisher()
  const strangers = await publisher()
  await using cells = await startCells(['00', '28'], manualClock(), { DURE_PACK_ROOTS: roots })
  const old = await make('first')
  const good = await make('second', 'first')
  must(await publish(cells, old))
  must(await publish(cells, good))
  await cells.settle()
  const { db } = cells.of('00').cell.deps
  const say = (file: Buffer, number: number) =>
    db.tx(async (tx) => {
      const sum = sha256(file)
      const op = { subject: sum, audience: {}, at: cells.clock.now() }
      for (let part = 0; part * 45_000 < file.length; part += 1) {
        const data = file.subarray(part * 45_000, (part + 1) * 45_000).toString('base64url')
        await appendOp(tx, { ...op, kind: PACK_PART, body: { sha256: sum, part, data } })
      }
      await appendOp(tx, { ...op, kind: PACK, body: { sha256: sum, number, by: 'thief' } })
    })
  // A forged one, one that begins a chain of its own, and one of which half is missing.
  await say(await strangers.make('first'), 3)
  await say(await make('rival', 'first'), 2)
  await db.tx((tx) =>
    appendOp(tx, {
      kind: PACK,
      subject: 'x',
      body: { sha256: 'a'.repeat(64), number: 4, by: 'thief' },
      audience: {},
      at: cells.clock.now(),
    }),
  )
  await cells.settle()
  const { packs, refused, refusedCount } = await held(cells, '28')
  assert.equal(packs[0]?.sha256, sha256(good))
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['pack-incomplete', 'pack-forked', 'pack-older'],
  )
  assert.equal(refusedCount, 3)
  assert.deepEqual((await cells.of('28').inject({ url: '/packs/current' })).rawPayload, good)
})

test('a cell without root keys takes no pack and says so', async () => {
  const { make } = await publisher()
  await using cells = await startCells(['00', '28'])
  assert.equal(refusedAs(await publish(cells, await make('first'))), 'invalid-input')
  const { trusts, packs, refused } = await held(cells, '00')
  assert.deepEqual([trusts, packs, refused[0]?.code], [false, [], 'roots-unknown'])
})

test('a pack that the log cannot carry is refused where it is published, with the reason, and nothing of it is kept', async () => {
  const { roots } = await publisher()
  await using cells = await startCells(['00', '28'], manualClock(), { DURE_PACK_ROOTS: roots })
  const file = Buffer.alloc(PACK_LIMIT_BYTES + 1)
  const answer = await publish(cells, file)
  assert(!answer.ok)
  assert.equal(answer.error.code, 'invalid-input')
  assert.deepEqual(answer.error.errors, [{ pointer: '/body/file', detail: PACK_TOO_LARGE }])
  const said: string[] = []
  const { db, config, clock } = cells.of('00').cell.deps
  const io = { out: () => undefined, error: (text: string) => void said.push(text), clock }
  const path = join(await temporaryFolder(), 'large')
  await writeFile(path, file)
  const status = await packsCommand(['publish', path], { ...io, config: () => config, openDb: async () => db })
  assert.deepEqual([status, said], [1, [`refused: pack-too-large ${PACK_TOO_LARGE}; this file has ${file.length}`]])
  await cells.settle()
  for (const code of ['00', '28']) assert.deepEqual((await held(cells, code)).refusedCount, 0)
})

test('the largest pack that is published travels whole between cells', async () => {
  await using cells = await testCells(['00', '28'])
  const nation = cells.node('00')
  const file = randomBytes(PACK_LIMIT_BYTES)
  const sum = sha256(file)
  await nation.cell.deps.db.tx((tx) => sayPack(tx, file, { sha256: sum, number: 1, by: '중앙' }, new Date()))
  // Without root keys a region takes no pack; but it says so only of one that came whole.
  const { db } = cells.node('28').cell.deps
  const refusals = () => db.sql<{ code: string }>(`select code from national.pack_refused where sha256 = $1`, [sum])
  await until('it came', async () => (await refusals()).length > 0, 60_000)
  assert.deepEqual(await refusals(), [{ code: 'roots-unknown' }])
})

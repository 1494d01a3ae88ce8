import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { recordHash, signHash } from '../platform/oplog-chain.ts'
import { type TestNode, testCells } from '../testing/cells.ts'
import { makeAnswering, NOTHING_BUT_NEWER } from './answer.service.ts'
import { makeApplying } from './applying.service.ts'
import { exportLogs, importFile } from './carry.service.ts'
import { makeIntake } from './intake.service.ts'
import type { LogRecord } from './log-record.ts'
import { makeMarkKeeper } from './mark.service.ts'
import { makeRegistry } from './registry.service.ts'
import { makeSnapshotIntake } from './snapshot.intake.service.ts'
import { verifyLogs } from './verify.service.ts'
import { readLine } from './wire.ts'

const numberAll = async ({ cell }: TestNode): Promise<void> => {
  while ((await cell.sequence()) > 0);
}

const exported = async ({ cell, dataDir, id }: TestNode, origin: string): Promise<string[]> => {
  const { files } = await exportLogs(
    cell.deps.db,
    makeMarkKeeper(dataDir, 'export'),
    id,
    [origin],
    new Map(),
    join(dataDir, `out-${origin}`),
  )
  const [file] = files
  assert(file)
  return gunzipSync(await readFile(file.file))
    .toString('utf8')
    .trimEnd()
    .split('\n')
}

const partsOf = ({ cell, id }: TestNode) => {
  const { db, clock, log } = cell.deps
  const registry = makeRegistry()
  const applying = makeApplying(db, registry, 'test', log)
  const { directory } = cell.exchange
  const parts = { deps: { db, clock, log }, self: id, directory, registry, applying }
  const intake = makeIntake(parts)
  return { ...parts, intake, snapshots: makeSnapshotIntake({ ...parts, intake }) }
}

const take = async (node: TestNode, lines: readonly string[]): Promise<string | null> => {
  const file = join(node.dataDir, 'carried.ndjson.gz')
  await writeFile(file, gzipSync(lines.map((line) => `${line}\n`).join('')))
  return (await importFile(file, partsOf(node))).fault
}

test('a reader of an older version keeps a member and a kind it does not know, passes them on as they were signed, and applies them after its upgrade', async () => {
  await using cells = await testCells(['11', '28', '41'], { apart: true })
  await cells.node('28').say('S', 'newer-said', { 'b c': ['\u0007"\\', 1e21, -0.5], a: '가' })
  await numberAll(cells.node('28'))
  const lines = await exported(cells.node('28'), '28')
  // What a newer version of 28 would have written: one member more, hashed and signed with the rest.
  const at = lines.findLastIndex((line) => line.includes('"newer-said"'))
  const said = { ...(JSON.parse(lines[at] ?? '') as LogRecord), later: { y: [1, null], x: '나' } }
  const record = { ...said, hash: recordHash(said) }
  const signature = signHash(cells.node('28').cell.identity.key, record.hash).toString('hex')
  const newer = lines.with(at, JSON.stringify(record))
  newer[at + 1] = JSON.stringify({ signed: '28', seq: record.seq, signature })

  assert.equal(await take(cells.node('11'), newer), null)
  const { db } = cells.node('11').cell.deps
  const relayed = await exported(cells.node('11'), '28')
  const line = relayed.find((one) => one.includes('"newer-said"')) ?? ''
  assert.deepEqual(JSON.parse(line), record)
  assert.equal(await take(cells.node('41'), relayed), null)
  assert.deepEqual(await cells.node('41').log('28'), await cells.node('11').log('28'))
  const verified = await verifyLogs(db, cells.node('11').cell.exchange.directory(), '11', Buffer.alloc(32), '28')
  assert.deepEqual(
    verified.map(({ fault }) => fault),
    [null],
  )

  const upgraded = partsOf(cells.node('11'))
  const heard: LogRecord[] = []
  upgraded.registry.onRecord('newer-said', async (_, one) => void heard.push(one))
  assert.equal(await upgraded.applying.catchUp(new Date()), 1)
  assert.equal(await upgraded.applying.catchUp(new Date()), 0)
  assert.deepEqual(heard, [record])
})

test('an answer ends at a signature soon after its limit, says that there is more, and the next goes on there', async () => {
  await using cells = await testCells(['11', '28'], { apart: true })
  const node = cells.node('28')
  for (let batch = 0; batch < 5; batch += 1) {
    for (let index = 0; index < 40; index += 1)
      await node.say(`S${batch}-${index}`, 'tested', { text: '가'.repeat(100) })
    await numberAll(node)
  }
  const answering = makeAnswering({
    db: node.cell.deps.db,
    self: '28',
    asOf: () => null,
    raiseMark: async () => undefined,
  })
  const LIMIT = 20_000
  const seen: number[] = []
  let answers = 0
  for (let more = true; more; answers += 1) {
    const openings = seen.length === 0 ? [] : [{ epoch: 1, seq: 1 }]
    const { parts } = await answering.look(new Map([['28', { openings, end: seen.length, followedEpoch: 1 }]]))
    // The limit fell on the very end: there was more to look for, and there is nothing.
    if (parts.length === 0) break
    let text = ''
    const write = async (some: string) => {
      text += some
    }
    await answering.send(parts, { write }, LIMIT)
    const lines = text.trimEnd().split('\n').map(readLine)
    for (const one of lines) if (one?.type === 'record') seen.push(one.record.seq)
    const [before, end] = lines.slice(-2)
    assert(end?.type === 'end', text.slice(-300))
    assert(before?.type === 'signed' && before.seq === seen.length, text.slice(-600))
    // Forty records are one batch here, and are not cut.
    assert(text.length < LIMIT + 40 * 1_000, `${text.length} characters`)
    more = end.more
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 201 }, (_, index) => index + 1),
  )
  assert(answers > 2, `${answers} answers`)
  const asked = new Map([['28', { openings: [{ epoch: 1, seq: 1 }], end: NOTHING_BUT_NEWER, followedEpoch: 1 }]])
  assert.deepEqual((await answering.look(asked)).parts, [], 'an echo of what the reader wrote itself is not sent')
})

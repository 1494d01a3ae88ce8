import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type TestNode, testCells, until } from '../testing/cells.ts'
import {
  baseAt,
  caughtUp,
  EVERY,
  env,
  goodUpTo,
  oplog,
  PATIENT_MS,
  sayMany,
  told,
  verified,
} from '../testing/snapshots.ts'

const fileOf = (line: string | undefined): string => (line ?? '').split('  ')[0] ?? ''

test('a copy that begins later is carried by hand as its snapshot and what follows', async () => {
  await using cells = await testCells(['28', '41', '43'], { apart: true, env })
  const [writer, newcomer, far] = ['28', '41', '43'].map((id) => cells.node(id)) as [TestNode, TestNode, TestNode]
  await sayMany(writer, 700)
  await goodUpTo(writer, '28', EVERY)
  cells.heal('28', '41')
  await caughtUp(newcomer, writer)
  assert.equal(await baseAt(newcomer, '28'), EVERY)
  await goodUpTo(newcomer, '28', EVERY)

  const carried = async (name: string, ...argv: readonly string[]) => {
    const { status, said } = await oplog(newcomer, 'export', '--origin', '28', ...argv, join(newcomer.dataDir, name))
    return { status, said, names: said.map((line) => line.replace(fileOf(line), basename(fileOf(line)))) }
  }
  const end = (await newcomer.log('28')).at(-1)?.seq ?? 0
  const { status, said, names } = await carried('all')
  assert.equal(status, 0)
  assert.deepEqual(names, [
    `dure-28-0000000600-snapshot.ndjson.gz  snapshot up to ${EVERY}`,
    `dure-28-0000000601.ndjson.gz  ${EVERY + 1}–${end}`,
  ])
  // Who has the beginning, but not so far, needs the snapshot too; who has that much needs the rest.
  assert.deepEqual((await carried('some', '--from', '100')).names, names)
  assert.deepEqual((await carried('rest', '--from', `${EVERY}`)).names, names.slice(1))

  // Nothing of it counts before, and in another order.
  const [snapshot, tail] = said.map(fileOf) as [string, string]
  const refused = async (file: string, why: RegExp) => {
    const done = await oplog(far, 'import', file)
    assert.equal(done.status, 1)
    assert.match(done.said.join('\n'), why)
    assert.deepEqual(await far.log('28'), [])
    assert.deepEqual(await far.cell.deps.db.sql(`select from exchange.arriving`), [])
  }
  await refused(tail, /0 new records {2}STOPPED: gap: .*Take the files before it first, the snapshot among them/)
  const lines = gunzipSync(await readFile(snapshot))
    .toString('utf8')
    .trimEnd()
    .split('\n')
  const changed = async (name: string, some: readonly string[]) => {
    const file = join(far.dataDir, name)
    await writeFile(file, gzipSync(some.map((line) => `${line}\n`).join('')))
    return file
  }
  await refused(await changed('cut.ndjson.gz', lines.slice(0, -3)), /STOPPED: cut-off: .*of a snapshot, nothing/)
  const less = lines.toSpliced(-5, 1)
  await refused(await changed('less.ndjson.gz', less), /STOPPED: pieces-do-not-fit/)
  const own = await oplog(writer, 'import', snapshot)
  assert.equal(own.status, 1)
  assert.match(own.said.join('\n'), /STOPPED: snapshot-of-own-log: /)

  // In order it is the beginning of a copy like any other.
  const taken = await oplog(far, 'import', snapshot, tail)
  assert.equal(taken.status, 0)
  const counts = taken.said.map((line) => Number(/ {2}(\d+) new records$/.exec(line)?.[1]))
  assert.equal(counts[0], (await newcomer.log('28')).filter(({ seq }) => seq <= EVERY).length)
  assert.equal(counts[1], end - EVERY)
  assert.equal(await baseAt(far, '28'), EVERY)
  assert.deepEqual(await far.log('28'), await newcomer.log('28'))
  assert.equal((await verified(far, '28'))?.fault, null)
  const waiting = ({ cell }: TestNode) => cell.deps.db.sql(`select kind, error from exchange.unapplied order by kind`)
  const usual = JSON.stringify(await waiting(newcomer))
  await until('its slices have heard it', async () => JSON.stringify(await waiting(far)) === usual, PATIENT_MS)
  assert.deepEqual(await told(far, '28'), await told(newcomer, '28'))
  // Taken again: nothing new, and nothing wrong.
  const again = await oplog(far, 'import', snapshot, tail)
  assert.equal(again.status, 0)
  assert.deepEqual(
    again.said.map((line) => / {2}0 new records$/.test(line)),
    [true, true],
  )
})

test('a copy that begins later and cannot give its snapshot says from where its files go on', async () => {
  await using cells = await testCells(['28', '41'], { apart: true, env })
  const writer = cells.node('28')
  const newcomer = cells.node('41')
  await sayMany(writer, 700)
  await goodUpTo(writer, '28', EVERY)
  cells.heal('28', '41')
  await caughtUp(newcomer, writer)
  await goodUpTo(newcomer, '28', EVERY)
  // As after an upgrade to other rules, until the writer has made its next checkpoint.
  await newcomer.cell.deps.db.sql(`update exchange.checkpoint set state = 'passed-over', pieces = null`)
  const { status, said } = await oplog(newcomer, 'export', '--origin', '28', join(newcomer.dataDir, 'out'))
  assert.equal(status, 1)
  assert.match(said[0] ?? '', new RegExp(`dure-28-0000000601\\.ndjson\\.gz {2}${EVERY + 1}–`))
  assert.match(said[1] ?? '', new RegExp(`^28 begins at ${EVERY + 1} here, and no snapshot .*: only who has ${EVERY} `))
})

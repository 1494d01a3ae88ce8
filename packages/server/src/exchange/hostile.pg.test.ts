import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { type TestCells, type TestNode, testCells, until } from '../testing/cells.ts'
import { makeApplying } from './applying.service.ts'
import { fingerprintOf, makeAuthority, makeCertificate } from './authority.service.ts'
import { exportLogs, importFile } from './carry.service.ts'
import { AskFailed, ask, LIMITS, type Limits, makeLink } from './client.service.ts'
import { makeIntake } from './intake.service.ts'
import type { LogRecord } from './log-record.ts'
import { makeMarkKeeper } from './mark.service.ts'
import { makeRegistry } from './registry.service.ts'
import { makeSnapshotIntake } from './snapshot.intake.service.ts'
import { verifyLogs } from './verify.service.ts'
import { recompute } from './wire.ts'

const intakeOf = ({ cell, id }: TestNode) => {
  const registry = makeRegistry()
  const { db, clock, log } = cell.deps
  const { directory } = cell.exchange
  const parts = {
    deps: { db, clock, log },
    self: id,
    directory,
    registry,
    applying: makeApplying(db, registry, 't', log),
  }
  const intake = makeIntake(parts)
  return { self: id, intake, snapshots: makeSnapshotIntake({ ...parts, intake }) }
}

const exported = async (cells: TestCells, id: string, folder: string): Promise<string[]> => {
  const { cell, dataDir } = cells.node(id)
  while ((await cell.sequence()) > 0);
  const { files } = await exportLogs(cell.deps.db, makeMarkKeeper(dataDir, 'export'), id, [id], new Map(), folder)
  const [file] = files
  assert(file)
  return gunzipSync(await readFile(file.file))
    .toString('utf8')
    .trimEnd()
    .split('\n')
}

const apart = async (
  records: number,
): Promise<{
  cells: TestCells
  lines: string[]
  take: (lines: readonly string[]) => ReturnType<typeof importFile>
}> => {
  const cells = await testCells(['11', '28'], { apart: true })
  // Three signatures: the opening's, and one for each half.
  for (const half of [0, 1]) {
    for (let index = 0; index < records / 2; index += 1) await cells.node('28').say(`S${half}-${index}`)
    while ((await cells.node('28').cell.sequence()) > 0);
  }
  const folder = cells.node('28').dataDir
  const lines = await exported(cells, '28', join(folder, 'out'))
  const intake = intakeOf(cells.node('11'))
  let files = 0
  const take = async (some: readonly string[]) => {
    files += 1
    const file = join(folder, `carried-${files}.ndjson.gz`)
    await writeFile(file, gzipSync(some.map((line) => `${line}\n`).join('')))
    return importFile(file, intake)
  }
  return { cells, lines, take }
}

const isRecord = (line: string) => line.includes('"hash"') && !line.startsWith('{"log"')
const change = (lines: readonly string[], at: number, how: (record: LogRecord) => LogRecord): string[] => {
  let seen = -1
  return lines.map((line) => {
    if (!isRecord(line)) return line
    seen += 1
    return seen === at ? JSON.stringify(how(JSON.parse(line) as LogRecord)) : line
  })
}

test('what was changed, forged, dropped, moved or cut off on the way is not taken; what is whole before it is', async () => {
  const { cells, lines, take } = await apart(20)
  await using _ = cells
  const copy = () => cells.node('11').log('28')
  const records = lines.filter(isRecord)
  const broken = lines.slice(0, lines.indexOf(records[15] ?? ''))
  const signed = broken.findLast((line) => line.startsWith('{"signed"'))
  assert.equal((await take(broken)).fault, 'cut-off')
  assert.equal((await copy()).length, JSON.parse(signed ?? '').seq)
  const rehash = (record: LogRecord): LogRecord => ({ ...record, hash: recompute(record) })

  assert.equal((await take(change(lines, 18, (one) => ({ ...one, subject: 'other' })))).fault, 'hash-does-not-fit')
  // Hashed anew by who changed it: the chain behind it breaks, or the signature is not of this record.
  const forged = await take(change(lines, 20, (one) => rehash({ ...one, subject: 'other' })))
  assert.equal(forged.fault, 'not-signed')
  const other = lines.map((line) =>
    line.startsWith('{"signed"') ? line.replace(/"signature":"../, '"signature":"00') : line,
  )
  assert.equal((await take(other)).took, 0)
  assert.equal((await take(lines.filter((line) => !line.startsWith('{"log"')))).fault, 'out-of-place')
  const without = lines.filter((line) => line !== records[17])
  assert.equal((await take(without)).fault, 'out-of-place')
  const swapped = lines.map((line) =>
    line === records[17] ? (records[18] ?? '') : line === records[18] ? (records[17] ?? '') : line,
  )
  assert.equal((await take(swapped)).fault, 'out-of-place')
  assert.equal((await take([...lines.slice(0, -1), 'no json'])).fault, 'not-a-line')
  assert.equal((await take([...lines, lines[1] ?? ''])).fault, 'after-the-end')

  assert.equal((await take(lines)).fault, null)
  assert.equal((await take(lines)).took, 0)
  assert.deepEqual(await copy(), await cells.node('28').log('28'))
})

test('two records of one place stop the reader and call people, until they have looked', async () => {
  const { cells, lines, take } = await apart(4)
  await using _ = cells
  assert.equal((await take(lines)).fault, null)
  // The origin itself signs another history: its database was restored behind everybody's back, its mark deleted.
  const { cell } = cells.node('28')
  await cell.deps.db.sql(`select from exchange.give_up('28', 3, 99, now())`)
  await cells.node('28').say('otherwise')
  const otherwise = await exported(cells, '28', join(cells.node('28').dataDir, 'again'))
  assert.match((await take(otherwise)).fault ?? '', /fork/)
  assert.match((await take(lines)).fault ?? '', /fork/)
  const { db } = cells.node('11').cell.deps
  const [alarm] = await db.sql<{ what: string }>(`select what from exchange.alarm where origin = '28'`)
  assert.equal(alarm?.what, 'fork')
  const metrics = await cells.node('11').cell.deps.metrics.registry.metrics()
  assert.match(metrics, /dure_exchange_alarms\{what="fork"\} 1/)
})

test('the whole chain is read again, and the first break named', async () => {
  const { cells } = await apart(6)
  await using _ = cells
  const { cell } = cells.node('28')
  const check = () => verifyLogs(cell.deps.db, cell.exchange.directory(), '28', cell.identity.publicKey)
  assert.deepEqual(
    (await check()).map(({ records, fault }) => [records, fault]),
    [[7, null]],
  )
  const [url] = [cells.node('28').database.url]
  const { default: pg } = await import('pg')
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  await owner.query(`update platform.oplog set subject = 'changed' where seq = 4`)
  await owner.end()
  assert.deepEqual(
    (await check()).map(({ fault }) => fault),
    [{ seq: 4, what: 'wrong-hash' }],
  )
})

// ------------------------------------------------------------------------------------------------ who may ask

const get = (
  port: number,
  tls: object,
  headers: Record<string, string>,
  path = '/oplog?28=0',
): Promise<number | string> =>
  new Promise((resolve) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path,
      servername: 'cell-28.dure.internal',
      headers,
      ...tls,
    })
    asked.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'))
    asked.end()
  })

test('no certificate, another authority, an unknown cell, another name and a revoked certificate are refused, counted and logged', async () => {
  await using cells = await testCells(['11', '28'], { apart: true })
  const { cell } = cells.node('28')
  const port = cells.node('28').port() ?? 0
  const { authority } = cells
  const client = async (id: string, from = authority) => {
    const { cert, key } = await makeCertificate(from, id, new Date())
    return { ca: authority.cert, cert, key }
  }
  const known = await client('11')
  assert.equal(await get(port, known, { 'x-dure-cell': '11' }), 200)
  assert.equal(await get(port, known, { 'x-dure-cell': '41' }), 403)
  assert.equal(await get(port, known, {}), 403)
  assert.equal(await get(port, await client('41'), { 'x-dure-cell': '41' }), 403)
  assert.equal(await get(port, await client('28'), { 'x-dure-cell': '28' }), 403)
  assert.notEqual(await get(port, { ca: authority.cert }, { 'x-dure-cell': '11' }), 200)
  const stranger = await client('11', await makeAuthority(new Date()))
  assert.notEqual(await get(port, stranger, { 'x-dure-cell': '11' }), 200)
  assert.equal(await get(port, known, { 'x-dure-cell': '11' }, '/elsewhere'), 404)
  assert.equal(await get(port, known, { 'x-dure-cell': '11' }, '/oplog?28=x'), 400)
  await cells.issue((before) => ({ ...before, version: 2, revokedCertificates: [fingerprintOf(known.cert)] }))
  await until('the newer list is adopted', () => cell.exchange.directory().version === 2)
  assert.equal(await get(port, known, { 'x-dure-cell': '11' }), 403)
  const metrics = await cell.deps.metrics.registry.metrics()
  for (const [why, least] of [
    ['unknown-cell', 2],
    ['other-name', 2],
    ['tls', 2],
    ['certificate-revoked', 1],
    ['question', 2],
  ] as const) {
    const count = Number(new RegExp(`dure_exchange_refused_total\\{why="${why}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0)
    assert(count >= least, `${why}: ${count}`)
  }
})

// ------------------------------------------------------------------------------------------------ peers that misbehave

type Answer = (response: ServerResponse) => void

const peer = async (
  answer: Answer,
): Promise<{ limits: (change: Partial<Limits>) => Promise<string>; close(): Promise<void> }> => {
  const authority = await makeAuthority(new Date())
  const server = createServer({ ...(await makeCertificate(authority, '28', new Date())) })
  server.on('request', (_, response) => answer(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const own = await makeCertificate(authority, '11', new Date())
  const link = makeLink('28', `127.0.0.1:${port}`, { ca: authority.cert, ...own })
  const limits = async (given: Partial<Limits>): Promise<string> => {
    const question = {
      self: '11',
      vector: new Map(),
      waitS: 0,
      signal: new AbortController().signal,
      onAlive: () => undefined,
    }
    try {
      for await (const _ of ask(link, { ...question, limits: { ...LIMITS, ...given } }));
      return 'whole'
    } catch (error) {
      return error instanceof AskFailed ? error.fault : 'thrown'
    }
  }
  const close = async () => {
    link.agent.destroy()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { limits, close }
}

test('a peer that drips, floods, lies about its name or says nothing is left, and costs bounded memory and time', async () => {
  const dripping = await peer((response) => {
    response.writeHead(200)
    const drip = setInterval(() => response.write(' '), 10)
    setTimeout(() => clearInterval(drip), 5_000).unref()
  })
  assert.equal(await dripping.limits({ answerMs: 300 }), 'too-slow')
  await dripping.close()

  const zeros = Buffer.alloc(20 * 1024 * 1024, '\n{"end":false}')
  for (const [encoding, bomb] of [
    ['gzip', gzipSync(zeros)],
    ['zstd', zstdCompressSync(zeros)],
  ] as const) {
    const flooding = await peer((response) => {
      response.writeHead(200, { 'content-encoding': encoding })
      response.end(bomb)
    })
    assert.match(await flooding.limits({ answerBytes: 1024 * 1024 }), /too-large|not-a-line/)
    await flooding.close()
  }

  const endless = await peer((response) => {
    response.writeHead(200)
    response.end(`{"x":"${'a'.repeat(2 * 1024 * 1024)}`)
  })
  assert.equal(await endless.limits({}), 'too-large')
  await endless.close()

  const broken = await peer((response) => {
    response.writeHead(200)
    response.end('{"end":true,"more":false}\n{"end":true}\n')
  })
  assert.equal(await broken.limits({}), 'after-the-end')
  await broken.close()

  const unfinished = await peer((response) => {
    response.writeHead(200)
    response.end('')
  })
  assert.equal(await unfinished.limits({}), 'cut-off')
  await unfinished.close()
})

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { after, before, beforeEach, test } from 'node:test'
import { type Db, openDatabase } from '../platform/db.ts'
import { makeLogger } from '../platform/logger.ts'
import { makeMetrics } from '../platform/metrics.ts'
import { testCell } from '../testing/cell.ts'
import { manualClock } from '../testing/clock.ts'
import { type TestDatabase, testDatabase } from '../testing/database.ts'
import { BACKOFF_CAP_MS } from './backoff.ts'
import { latestBedCounts } from './directory.sql.ts'
import { saveHospitals } from './import.sql.ts'
import { DOCUMENT_LIMIT_BYTES } from './nemc-document.ts'
import { makePoller } from './nemc-poller.service.ts'
import { listSourceStates } from './sources.sql.ts'
import { parseHospitalId } from './types.ts'
import { toSourceView } from './views.ts'

/** A source that behaves as told, page by page; what is not told is answered well. */
type Behaviour = (request: IncomingMessage, response: ServerResponse, url: URL) => void
let behave: Behaviour
const asked: URL[] = []

const KEY = 'se/cret+key=='
const EVERY_MS = 60_000
/** Long enough for a busy machine; the silent sources are given a short one. */
const TIMEOUT_MS = 10_000
const SHORT_TIMEOUT_MS = 250
const START = new Date('2026-01-05T00:00:00Z')
const clock = manualClock(START)
const logged: string[] = []
let database: TestDatabase
let db: Db
let server: Server

const item = (hpid: string, free: string) =>
  `<item><hpid>${hpid}</hpid><hvidate>${entered()}</hvidate><hv24>${free}</hv24></item>`
/** A minute before now, in Korean time. */
const entered = () =>
  new Date(clock.now().getTime() - 60_000 + 9 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14)
const document = (items: string, page = 1, total = 1) =>
  `<response><header><resultCode>00</resultCode></header><body><items>${items}</items><pageNo>${page}</pageNo><totalCount>${total}</totalCount></body></response>`
const xml = (response: ServerResponse, text: string, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/xml;charset=UTF-8' }).end(text)

const answerWell =
  (free: string): Behaviour =>
  (_, response, url) =>
    xml(
      response,
      url.pathname.endsWith('getEmrrmRltmUsefulSckbdInfoInqire')
        ? document(item('A9900001', free))
        : document('<item><hpid>A9900001</hpid><MKioskTy1>Y</MKioskTy1></item>'),
    )

before(async () => {
  database = await testDatabase()
  const sink = new Writable({
    write: (chunk, _, done) => {
      logged.push(String(chunk))
      done()
    },
  })
  db = openDatabase({ connection: database.connection, log: makeLogger('silent', undefined), poolSize: 4 })
  log = makeLogger('trace', sink)
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    asked.push(url)
    behave(request, response, url)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
let log = makeLogger('silent', undefined)
after(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await db.close()
  await database[Symbol.asyncDispose]()
})
beforeEach(async () => {
  clock.set(START)
  asked.length = 0
  logged.length = 0
  behave = answerWell('3')
  await db.sql(`truncate facilities.hospital, facilities.statement, facilities.capability, facilities.bed_count,
                         facilities.bed_count_history, facilities.source_state`)
  const id = parseHospitalId('PHMA1')
  assert(id !== undefined)
  const none = {
    sigunguCode: null,
    phone: null,
    licensedBeds: null,
    inpatientRooms: null,
    medicalStaff: null,
    sourceUpdatedOn: null,
  }
  const hospital = {
    ...none,
    id,
    hpid: 'A9900001',
    name: '두레병원',
    type: '병원',
    kind: 'hospital',
    sidoCode: '28',
    address: '인천',
    lat: 37.4,
    lon: 126.7,
    departments: [],
  } as const
  await db.tx((tx) => saveHospitals(tx, [hospital], 'register', START))
})

const startPoller = (url?: string, pageTimeoutMs = TIMEOUT_MS) => {
  const metrics = makeMetrics(false)
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/B552657/ErmctInfoInqireService/`
  const endpoint = { url: url ?? address, key: KEY, pageTimeoutMs, rowsPerPage: 2 }
  const poller = makePoller(
    { db, clock, log, metrics },
    { endpoint, everyMs: EVERY_MS, provinces: ['28'], chance: () => 0 },
  )
  return { ...poller, metrics }
}
const bedsState = async () => {
  const state = (await listSourceStates(db)).find(({ key }) => key === 'nemc-poll:28:beds')
  assert(state !== undefined)
  return state
}
const critical = async () => (await latestBedCounts(db)).find(({ bedClass }) => bedClass === 'CRITICAL')

test('both operations of the province are asked with the key, and their figures are there with their age', async () => {
  const poller = startPoller()
  assert.equal(await poller.pollDue(clock.now()), 2)
  assert.deepEqual(asked.map(({ pathname }) => pathname.split('/').at(-1)).sort(), [
    'getEmrrmRltmUsefulSckbdInfoInqire',
    'getSrsillDissAceptncPosblInfoInqire',
  ])
  for (const { searchParams } of asked) {
    assert.equal(searchParams.get('serviceKey'), KEY)
    assert.equal(searchParams.get('STAGE1'), '인천광역시')
  }
  assert.equal((await critical())?.available, 3)
  assert.equal((await bedsState()).nextTryAt?.getTime(), START.getTime() + EVERY_MS * 0.9)
  assert.equal(await poller.pollDue(clock.now()), 0)
})

test('every page is fetched before anything is written', async () => {
  await db.sql(`insert into facilities.hospital (id, hpid, name, type, kind, sido_code, address, lat, lon, source, imported_at)
                select 'X' || n || '00', 'A990000' || n, 'x', '병원', 'hospital', '28', 'x', 37, 127, 'register', now() from generate_series(2, 5) n`)
  behave = (request, response, url) => {
    if (!url.pathname.endsWith('getEmrrmRltmUsefulSckbdInfoInqire')) return answerWell('0')(request, response, url)
    const page = Number(url.searchParams.get('pageNo'))
    const numbers = [1, 2, 3, 4, 5].slice((page - 1) * 2, page * 2)
    xml(response, document(numbers.map((n) => item(`A990000${n}`, String(n))).join(''), page, 5))
  }
  await startPoller().pollDue(clock.now())
  assert.equal((await latestBedCounts(db)).filter(({ bedClass }) => bedClass === 'CRITICAL').length, 5)
  assert.equal((await bedsState()).items, 5)
})

const bad: Record<string, readonly [Behaviour, string]> = {
  'answers 500': [(_, response) => void response.writeHead(500).end(), 'http_status'],
  'answers 429': [(_, response) => void response.writeHead(429, { 'retry-after': '120' }).end(), 'http_status'],
  'answers error 30 in HTTP 200': [
    (_, response) =>
      xml(
        response,
        `<response><header><resultCode>30</resultCode><resultMsg>BAD KEY ${KEY}</resultMsg></header></response>`,
      ),
    'service_error',
  ],
  'has its gateway answer': [
    (_, response) =>
      xml(
        response,
        '<OpenAPI_ServiceResponse><cmmMsgHeader><returnAuthMsg>SERVICE_KEY_IS_NOT_REGISTERED_ERROR</returnAuthMsg><returnReasonCode>30</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>',
      ),
    'gateway_error',
  ],
  'is cut off in the document': [
    (_, response) => xml(response, document(item('A9900001', '9')).slice(0, -30)),
    'not_well_formed',
  ],
  'breaks the connection in the body': [
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-length': '5000' }).write('<response>')
      response.flushHeaders()
      setImmediate(() => response.destroy())
    },
    'unreachable',
  ],
  'never answers': [() => undefined, 'timeout'],
  'drips byte by byte': [
    (request, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' })
      const text = document(item('A9900001', '9'))
      let at = 0
      const drip = setInterval(() => response.write(text[at++] ?? ' '), 20)
      request.on('close', () => clearInterval(drip))
      response.on('close', () => clearInterval(drip))
    },
    'timeout',
  ],
  'answers a web page': [
    (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
    'wrong_content_type',
  ],
  'sends without end': [
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' })
      const block = Buffer.alloc(1024 * 1024, ' ')
      let left = DOCUMENT_LIMIT_BYTES / block.length + 2
      const more = (): void => {
        if (left-- > 0 && !response.destroyed) response.write(block, more)
      }
      more()
    },
    'too_large',
  ],
  redirects: [(_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'unreachable'],
  'answers the other operation': [
    (_, response) => xml(response, document('<item><hpid>A9900001</hpid><MKioskTy1>Y</MKioskTy1></item>')),
    'other_operation',
  ],
  'answers with a list of hospitals only': [
    (_, response) => xml(response, document('<item><hpid>A9900001</hpid><dutyName>x</dutyName></item>')),
    'operation_unknown',
  ],
  'is empty and calls it success': [(_, response) => xml(response, document('', 1, 0)), 'empty_answer'],
  'announces more than it gives': [
    (_, response, url) =>
      xml(
        response,
        document(
          url.searchParams.get('pageNo') === '1' ? item('A9900001', '9') : '',
          Number(url.searchParams.get('pageNo')),
          7,
        ),
      ),
    'paging_broken',
  ],
  'repeats its first page for ever': [
    (_, response) => xml(response, document(item('A9900001', '9'), 1, 7)),
    'paging_broken',
  ],
}

for (const [name, [behaviour, code]] of Object.entries(bad)) {
  test(`a source that ${name} leaves the last good figures with their age, and recovers`, async () => {
    const poller = startPoller()
    const doubted = startPoller(undefined, code === 'timeout' ? SHORT_TIMEOUT_MS : TIMEOUT_MS)
    await poller.pollDue(clock.now())
    const good = await critical()
    clock.advance(EVERY_MS)
    behave = (request, response, url) =>
      url.pathname.endsWith('getEmrrmRltmUsefulSckbdInfoInqire')
        ? behaviour(request, response, url)
        : answerWell('3')(request, response, url)
    assert.equal(await doubted.pollDue(clock.now()), 2)
    const state = await bedsState()
    assert.equal(state.lastErrorCode, code)
    assert.equal(state.failuresInRow, 1)
    assert.equal(state.lastSuccessAt?.getTime(), START.getTime())
    assert.deepEqual(await critical(), good)
    assert(state.nextTryAt !== null && state.nextTryAt > clock.now())
    clock.set(state.nextTryAt)
    behave = answerWell('0')
    assert((await poller.pollDue(clock.now())) >= 1)
    assert.equal((await critical())?.available, 0)
    const recovered = await bedsState()
    assert.deepEqual([recovered.lastErrorCode, recovered.failuresInRow], [null, 0])
    assert.doesNotMatch(JSON.stringify([logged, state, recovered, await doubted.metrics.registry.metrics()]), /cret/)
  })
}

test('a source that cannot be reached is asked less and less often, and is shown as silent with its age', async () => {
  const poller = startPoller()
  await poller.pollDue(clock.now())
  const gone = startPoller('http://127.0.0.1:1/')
  const waits: number[] = []
  for (let round = 0; round < 6; round += 1) {
    const { nextTryAt } = await bedsState()
    assert(nextTryAt !== null)
    clock.set(nextTryAt)
    await gone.pollDue(clock.now())
    waits.push(((await bedsState()).nextTryAt?.getTime() ?? 0) - clock.now().getTime())
  }
  assert.deepEqual(waits, [60_000, 120_000, 240_000, 480_000, BACKOFF_CAP_MS, BACKOFF_CAP_MS])
  const view = toSourceView(await bedsState(), clock.now(), EVERY_MS / 1_000)
  assert.deepEqual([view.silent, view.ageMin, view.failuresInRow], [true, 30, 6])
  assert.match(await gone.metrics.registry.metrics(), /dure_nemc_failures_in_row\{sido="28",operation="beds"\} 6/)
})

test('a bad key is not tried again at once, and a source that asks for time is given it', async () => {
  const poller = startPoller()
  behave = (_, response) => xml(response, '<response><header><resultCode>30</resultCode></header></response>')
  await poller.pollDue(clock.now())
  assert.equal((await bedsState()).nextTryAt?.getTime(), clock.now().getTime() + BACKOFF_CAP_MS)
  clock.advance(BACKOFF_CAP_MS)
  behave = (_, response) => void response.writeHead(429, { 'retry-after': '600' }).end()
  await poller.pollDue(clock.now())
  assert.equal((await bedsState()).nextTryAt?.getTime(), clock.now().getTime() + 600_000)
})

test('two processes of a cell ask once between them', async () => {
  const [one, two] = [startPoller(), startPoller()]
  const polled = await Promise.all([one.pollDue(clock.now()), two.pollDue(clock.now())])
  assert.equal(
    polled.reduce((sum, count) => sum + count, 0),
    2,
  )
  assert.equal(asked.length, 2)
})

test('closing the cell ends a poll under way and blames nobody', async () => {
  const poller = startPoller()
  const reached = new Promise<void>((resolve) => {
    behave = () => resolve()
  })
  const polling = poller.pollDue(clock.now())
  await reached
  await poller.end()
  await polling
  assert.equal((await bedsState()).lastErrorCode, null)
})

test('a cell with an address and a key in its configuration asks for its own province by itself, and tells so', async () => {
  const both = new Promise<void>((resolve) => {
    behave = (request, response, url) => {
      response.on('finish', () => asked.length >= 2 && resolve())
      answerWell('3')(request, response, url)
    }
  })
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  await using cell = await testCell({ background: true, env: { DURE_NEMC_URL: address, DURE_NEMC_KEY: KEY } })
  await both
  for (const { searchParams } of asked) assert.equal(searchParams.get('STAGE1'), '인천광역시')
  const { db: own, metrics } = cell.cell.deps
  const deadline = performance.now() + 10_000
  while ((await listSourceStates(own)).filter(({ lastSuccessAt }) => lastSuccessAt !== null).length < 2) {
    assert(performance.now() < deadline, 'no success within ten seconds')
    await new Promise(setImmediate)
  }
  assert.doesNotMatch(await metrics.registry.metrics(), /cret/)
})

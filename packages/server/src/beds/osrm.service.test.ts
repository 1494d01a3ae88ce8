import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { modelDriveTimes, NO_ROAD, type RoadPlace, roadIndex } from './drive-time.ts'
import { osrmSource, readTable } from './osrm.service.ts'

const place = (lat: number, sigunguCode: string | null = null): RoadPlace => ({
  position: { lat, lon: 126.7 },
  sidoCode: '28',
  sigunguCode,
})
const ORIGIN = place(37.45)
const PLACES = [place(37.5), place(37.6), place(37.7), place(37.9, '28720')]
const INDEX = roadIndex(PLACES)
const NOW_MS = Date.UTC(2022, 10, 2, 3)
const MODEL = modelDriveTimes(ORIGIN, INDEX, NOW_MS)

const asking = async (listener: RequestListener, mostPlaces = 99, timeoutMs = 2_000) => {
  const server = createServer(listener)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  try {
    const { port } = server.address() as AddressInfo
    return await osrmSource({ baseUrl: `http://127.0.0.1:${port}/`, timeoutMs, mostPlaces }).from(ORIGIN, INDEX, NOW_MS)
  } finally {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
}
const saying =
  (body: unknown, status = 200): RequestListener =>
  (_, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body))
  }
const assertModel = (times: Awaited<ReturnType<typeof asking>>, why: string) => {
  assert.deepEqual([times.seconds, times.fromServer, times.fallback], [MODEL.seconds, MODEL.fromServer, why])
}

test('a server that answers is believed, and the places it was not asked about keep the model’s time', async () => {
  let asked = ''
  const times = await asking((request, response) => {
    asked = request.url ?? ''
    saying({ code: 'Ok', durations: [[0, 111.4, null]] })(request, response)
  }, 2)
  assert.equal(
    asked,
    '/table/v1/driving/126.700000,37.450000;126.700000,37.500000;126.700000,37.600000?sources=0&annotations=duration',
  )
  assert.deepEqual([...times.seconds], [111, NO_ROAD, MODEL.seconds[2], NO_ROAD])
  assert.deepEqual([...times.fromServer], [1, 1, 0, 0])
  assert.equal(times.fallback, null)
})

test('a server that answers late costs its time limit and a flag', async () => {
  assertModel(await asking(() => {}, 99, 40), 'timeout')
})

test('a server that stops in the middle of its answer is late too', async () => {
  const half: RequestListener = (_, response) => void response.writeHead(200).write('{"code":"Ok","dura')
  assertModel(await asking(half, 99, 80), 'timeout')
})

test('a server that is not there is unreachable', async () => {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  const source = osrmSource({ baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 2_000, mostPlaces: 9 })
  assertModel(await source.from(ORIGIN, INDEX, NOW_MS), 'unreachable')
})

for (const [what, listener] of [
  ['an error code', saying({ code: 'NoTable' })],
  ['an error status', saying({ code: 'Ok', durations: [[0, 1, 1, 1]] }, 500)],
  ['something that is not JSON', saying('<html>')],
  ['too few times', saying({ code: 'Ok', durations: [[0, 1]] })],
  ['no times', saying({ code: 'Ok' })],
  ['words for times', saying({ code: 'Ok', durations: [[0, '1', '2', '3']] })],
  ['negative times', saying({ code: 'Ok', durations: [[0, -1, 2, 3]] })],
] as const)
  test(`a server that answers with ${what} is not believed`, async () =>
    assertModel(await asking(listener), 'bad-answer'))

test('a table is read cell by cell', () => {
  assert.deepEqual(readTable({ code: 'Ok', durations: [[0, 1.6, null]] }, 2), { ok: true, seconds: [2, null] })
  assert.deepEqual(readTable({ code: 'Ok', durations: [[0, 1e9]] }, 1), { ok: false, why: 'bad-answer' })
  assert.deepEqual(readTable(null, 1), { ok: false, why: 'bad-answer' })
})

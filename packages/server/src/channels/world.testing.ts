import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { makeDirectory } from '../facilities/index.ts'
import { type World, type WorldOptions, world } from '../testing/bed-world.ts'
import { temporaryFolder } from '../testing/database.ts'
import { carrierSchema } from './carrier.ts'
import type { Channels } from './channels.service.ts'
import { makeChannels } from './index.ts'

/** A text as a carrier of the test received it. */
export interface Taken {
  readonly carrier: string
  readonly to: string
  readonly text: string
  readonly ref: string
}

export type Mood = 'well' | 'refuses' | 'bad-number' | 'hangs-up'

/** Two carriers on a real port: they take what they are given and report only when the test says so. */
export interface TestCarriers extends AsyncDisposable {
  readonly taken: Taken[]
  readonly mood: { a: Mood; b: Mood }
  readonly port: number
}

export const HOOK_SECRET = { a: 'carrier-a-knows-this', b: 'carrier-b-knows-this' } as const
export const PROBE = { a: '01000000001', b: '01000000002' } as const

export const testCarriers = async (): Promise<TestCarriers> => {
  const taken: Taken[] = []
  const mood: { a: Mood; b: Mood } = { a: 'well', b: 'well' }
  const server = createServer((request, response) => {
    const key = request.url === '/b' ? 'b' : 'a'
    void read(request).then((body) => {
      if (mood[key] === 'hangs-up') return void request.socket.destroy()
      if (mood[key] === 'refuses') return void response.writeHead(503).end('{}')
      if (mood[key] === 'bad-number') return void response.end('{"status":"NO_SUCH_NUMBER"}')
      taken.push({ carrier: key, to: body.to ?? '', text: body.text ?? '', ref: body.ref ?? '' })
      response.end(JSON.stringify({ status: 'OK' }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    taken,
    mood,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

const read = async (request: IncomingMessage): Promise<Record<string, string>> => {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return JSON.parse(Buffer.concat(parts).toString('utf8'))
}

const carrierConfig = (key: 'a' | 'b', port: number) =>
  carrierSchema.parse({
    key,
    name: `시험통신 ${key}`,
    hookSecret: HOOK_SECRET[key],
    send: { url: `http://127.0.0.1:${port}/${key}`, body: { to: '{{to}}', text: '{{text}}', ref: '{{ref}}' } },
    answer: { code: '/status', okCodes: ['OK'], finalCodes: ['NO_SUCH_NUMBER'] },
    report: { list: '/reports', ref: '/id', status: '/status', delivered: ['ok'], failed: ['no'] },
    inbound: { from: '/from', text: '/text', ref: '/id', at: '/at' },
    probeNumber: PROBE[key],
  })

export interface PhoneWorld extends AsyncDisposable {
  readonly w: World
  readonly channels: Channels
  readonly carriers: TestCarriers
  /** Texts a telephone received, oldest first. */
  textsTo(phone: string): readonly string[]
  /** A carrier calls us: a report, or a message that arrived. Gives the status. */
  report(taken: Taken | undefined, status?: 'ok' | 'no'): Promise<number>
  inbound(from: string, text: string, id?: string, at?: string): Promise<number>
  onCall: string[]
}

/** A province with two carriers. The watcher and the sender of this world are moved by hand, on its clock. */
export const phoneWorld = async (options: WorldOptions = {}): Promise<PhoneWorld> => {
  const carriers = await testCarriers()
  const folder = await temporaryFolder()
  const file = join(folder, 'carriers.json')
  const config = [carrierConfig('a', carriers.port), carrierConfig('b', carriers.port)]
  await writeFile(file, JSON.stringify({ carriers: config }))
  const w = await world({
    ...options,
    cell: { ...options.cell, env: { ...options.cell?.env, DURE_CARRIERS_FILE: file } },
  })
  const { deps } = w.test.cell
  const onCall: string[] = []
  const channels = makeChannels(
    { ...deps, metrics: { ...deps.metrics, registry: new (await import('prom-client')).Registry() } },
    {
      // Replies go through the cell's own routes; this one only watches and sends.
      beds: undefined as never,
      directory: makeDirectory(deps),
      carriers: () => config,
      ownUrl: () => 'http://localhost:1',
      wake: () => undefined,
      onCall: async () => onCall,
    },
  )
  let number = 0
  const hook = async (key: 'a' | 'b', part: string, body: unknown): Promise<number> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${HOOK_SECRET[key]}` }
    const url = `/api/carriers/${key}/${part}`
    return (await w.test.inject({ method: 'POST', url, headers, payload: JSON.stringify(body) })).statusCode
  }
  return {
    w,
    channels,
    carriers,
    onCall,
    textsTo: (phone) => carriers.taken.filter(({ to }) => to === phone).map(({ text }) => text),
    report: (taken, status = 'ok') => {
      if (taken === undefined) throw new Error('no such text')
      return hook(taken.carrier === 'b' ? 'b' : 'a', 'reports', { reports: [{ id: taken.ref, status }] })
    },
    inbound: (from, text, id, at) => {
      number += 1
      return hook('a', 'inbound', { from, text, id: id ?? `mo-${number}`, ...(at === undefined ? {} : { at }) })
    },
    [Symbol.asyncDispose]: async () => {
      await w[Symbol.asyncDispose]()
      await carriers[Symbol.asyncDispose]()
    },
  }
}

import { rm } from 'node:fs/promises'
import { type Call, CSRF_HEADER, client, type Role } from '@dure/contract'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { type Cell, type CellOverrides, startCell } from '../cell.ts'
import { insertPerson, startSession } from '../platform/auth.sql.ts'
import { type Config, describeFaults, readConfig } from '../platform/config.ts'
import { SESSION_COOKIE } from '../platform/http.ts'
import { makeLogger } from '../platform/logger.ts'
import type { Person } from '../platform/person.ts'
import { type ManualClock, manualClock } from './clock.ts'
import { type TestDatabase, temporaryFolder, testDatabase } from './database.ts'

export interface TestCell extends AsyncDisposable {
  readonly cell: Cell
  readonly clock: ManualClock
  readonly database: TestDatabase
  /** Makes a person with a session. Without options: a placement desk of region 28. */
  person(options?: Partial<Person> & { readonly role?: Role }): Promise<TestPerson>
  /** A request without a person, in process. */
  inject(options: InjectOptions): Promise<LightMyRequestResponse>
  /** A typed caller without a person, in process. */
  readonly call: Call
}

export interface TestPerson extends Person {
  readonly token: string
  /** Headers of a browser in which this person is signed in. */
  readonly headers: Record<string, string>
  /** Typed calls as this person, in process: no port, no socket. */
  readonly call: Call
  inject(options: InjectOptions): Promise<LightMyRequestResponse>
}

export interface TestCellOptions extends CellOverrides {
  /** Environment variables, as an operator would set them. */
  readonly env?: Readonly<Record<string, string>>
  readonly clock?: ManualClock
}

/**
 * A cell on a database of its own, with a clock that stands still. It listens nowhere and does nothing by itself unless asked:
 * `cell.timers.runDue(clock.now())` and `cell.sequence()` move it.
 * @example await using test = await testCell()
 */
export const testCell = async (options: TestCellOptions = {}): Promise<TestCell> => {
  const database = await testDatabase()
  const dataDir = await temporaryFolder()
  const clock = options.clock ?? manualClock()
  const { env, ...overrides } = options
  try {
    const cell = await startCell(testConfig({ DURE_DATA_DIR: dataDir, ...env }), {
      log: makeLogger('silent', undefined),
      connection: database.connection,
      listen: false,
      background: false,
      ...overrides,
      clock,
    })
    const dispose = async () => {
      await cell.close()
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    }
    return { ...callers(cell), cell, clock, database, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
}

/** The configuration an environment gives. */
export const testConfig = (env: Readonly<Record<string, string>>): Config => {
  const config = readConfig({ DURE_PORT: '0', DURE_LOG_LEVEL: 'silent', DURE_POOL_SIZE: '8', ...env }, '/')
  if (!config.ok) throw new Error(describeFaults(config.error))
  return config.value
}

export const callers = (cell: Cell): Pick<TestCell, 'person' | 'inject' | 'call'> => {
  const { db, ids, clock } = cell.deps
  const inject = (options: InjectOptions) => cell.http.fastify.inject(options)
  const person = async ({ role = 'placement_desk', ...given }: Partial<Person> & { role?: Role } = {}) => {
    const someone: Person = {
      id: ids.next(),
      name: '김두레',
      roles: [role],
      region: cell.deps.config.region,
      facilityId: null,
      ...given,
    }
    await insertPerson(db, someone, clock.now())
    const token = await startSession(db, someone.id, clock.now(), { kind: 'demo' })
    const headers = { [CSRF_HEADER]: '1', cookie: `${SESSION_COOKIE}=${token}` }
    return {
      ...someone,
      token,
      headers,
      call: client('', fetchOf(cell), headers),
      inject: (options: InjectOptions) => inject({ ...options, headers: { ...headers, ...options.headers } }),
    }
  }
  return { person, inject, call: client('', fetchOf(cell)) }
}

/** `fetch` that goes straight into the cell. */
export const fetchOf = (cell: Cell): typeof globalThis.fetch => {
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const answer = await cell.http.fastify.inject({
      method: (init.method ?? 'GET') as 'GET',
      url,
      headers: init.headers as Record<string, string>,
      ...(init.body === undefined || init.body === null ? {} : { payload: String(init.body) }),
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value))
    return new Response(answer.statusCode === 204 ? null : answer.payload, { status: answer.statusCode, headers })
  }
  return go as typeof globalThis.fetch
}

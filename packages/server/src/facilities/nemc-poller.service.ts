import { Counter, Gauge } from 'prom-client'
import type { Deps } from '../platform/deps.ts'
import { startWorker, type Worker } from '../platform/worker.ts'
import { nextDelayMs } from './backoff.ts'
import { lockImports } from './import.sql.ts'
import { NEMC_OPERATIONS, type NemcDocument, type NemcOperation } from './nemc-document.ts'
import { type FetchFailure, fetchNemc, type NemcEndpoint } from './nemc-fetch.service.ts'
import { countsOf, pollSource, writeDocument } from './nemc-import.service.ts'
import { REGIONS } from './regions.ts'
import { claimPoll, listSourceStates, recordFailure, recordNextTry, recordSuccess } from './sources.sql.ts'

export const PAGE_TIMEOUT_MS = 15_000
export const ROWS_PER_PAGE = 200
const LOOK_EVERY_MS = 1_000
const AT_ONCE = 4
/** A process that died while polling is followed by another after this. */
const LEASE_MS = 120_000

export interface Poller {
  /** Polls what is due at this time and not being polled by another process. Gives how many were polled. */
  pollDue(now: Date): Promise<number>
  begin(): Promise<void>
  end(): Promise<void>
}

type Needs = Pick<Deps, 'db' | 'clock' | 'log' | 'metrics'>
export type PollerOptions = {
  readonly endpoint: NemcEndpoint
  readonly everyMs: number
  /** Province codes to ask for. */
  readonly provinces: readonly string[]
  /** In [0, 1). */
  readonly chance: () => number
}

type Target = {
  readonly sidoCode: string
  readonly province: string
  readonly operation: NemcOperation
  nextTryAt: Date
}

/** Asks the emergency centre for both operations of each province, again and again, each at its own pace. */
export const makePoller = (deps: Needs, options: PollerOptions): Poller => {
  const stop = new AbortController()
  const record = makeMetrics(deps)
  const targets = targetsOf(options.provinces)
  const pollOne = async (target: Target): Promise<void> => {
    const outcome = await poll(deps, options, target, stop.signal)
    if (outcome === 'stopped') return
    record(target, outcome)
    if (outcome.error !== undefined) {
      const { sidoCode, operation } = target
      deps.log.warn({ sidoCode, operation, code: outcome.error.code, failures: outcome.failures }, 'nemc-poll-failed')
    }
    target.nextTryAt = outcome.nextTryAt
  }
  const pollDue = async (now: Date): Promise<number> => {
    const due: Target[] = []
    for (const target of targets.filter(({ nextTryAt }) => nextTryAt <= now)) {
      const claim = await claimPoll(deps.db, pollSource(target.sidoCode, target.operation), now, LEASE_MS)
      if (claim.mine) due.push(target)
      else target.nextTryAt = claim.nextTryAt
    }
    await someAtOnce(due, AT_ONCE, pollOne)
    return due.length
  }
  let worker: Worker | undefined
  return {
    pollDue,
    begin: async () => {
      const states = new Map((await listSourceStates(deps.db)).map((state) => [state.key, state]))
      for (const target of targets) {
        record.restore(target, states.get(pollSource(target.sidoCode, target.operation).key)?.lastSuccessAt ?? null)
      }
      const round = async (): Promise<boolean> => {
        await pollDue(deps.clock.now())
        return false
      }
      worker = startWorker('nemc-poller', LOOK_EVERY_MS, round, deps.log)
    },
    end: async () => {
      stop.abort()
      await worker?.close()
    },
  }
}

const targetsOf = (provinces: readonly string[]): readonly Target[] =>
  REGIONS.filter(({ code }) => provinces.includes(code)).flatMap(({ code, nameKo }) =>
    NEMC_OPERATIONS.map((operation) => ({ sidoCode: code, province: nameKo, operation, nextTryAt: new Date(0) })),
  )

type Outcome = {
  readonly error: FetchFailure | undefined
  readonly failures: number
  readonly nextTryAt: Date
  readonly at: Date
}

/** One attempt: fetch everything, then write everything or record the failure. */
const poll = async (
  deps: Needs,
  { endpoint, everyMs, chance }: PollerOptions,
  target: Target,
  stop: AbortSignal,
): Promise<Outcome | 'stopped'> => {
  const source = pollSource(target.sidoCode, target.operation)
  const fetched = await fetchNemc(endpoint, target.operation, target.province, stop)
  const at = deps.clock.now()
  if (!fetched.ok && fetched.error.code === 'stopped') return 'stopped'
  const failures = fetched.ok ? 0 : await recordFailure(deps.db, source, fetched.error, at)
  if (fetched.ok) await save(deps, target, fetched.value, at)
  const error = fetched.ok ? undefined : fetched.error
  const nextTryAt = new Date(at.getTime() + nextDelayMs(everyMs, failures, chance(), error))
  await recordNextTry(deps.db, source.key, nextTryAt)
  return { error, failures, nextTryAt, at }
}

const save = ({ db }: Needs, { sidoCode, operation }: Target, document: NemcDocument, at: Date): Promise<void> =>
  db.tx(async (tx) => {
    await lockImports(tx)
    const source = pollSource(sidoCode, operation)
    const written = await writeDocument(tx, source.key, document, at)
    await recordSuccess(tx, source, countsOf([written]), at)
  })

const someAtOnce = async <T>(all: readonly T[], most: number, work: (one: T) => Promise<void>): Promise<void> => {
  const queue = [...all]
  const runner = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, runner))
}

const makeMetrics = ({ metrics: { registry }, clock }: Needs) => {
  const registers = [registry]
  const labelNames = ['sido', 'operation'] as const
  const successes = new Map<string, { readonly labels: Record<(typeof labelNames)[number], string>; at: Date }>()
  new Gauge({
    name: 'dure_nemc_age_seconds',
    help: 'Time since the emergency centre last answered well; absent when it never did',
    labelNames,
    registers,
    collect() {
      this.reset()
      for (const { labels, at } of successes.values()) this.set(labels, (clock.now().getTime() - at.getTime()) / 1_000)
    },
  })
  const failures = new Gauge({
    name: 'dure_nemc_failures_in_row',
    help: 'Failed attempts since the last good answer',
    labelNames,
    registers,
  })
  const polls = new Counter({
    name: 'dure_nemc_polls_total',
    help: 'Attempts to ask the emergency centre',
    labelNames: [...labelNames, 'outcome'],
    registers,
  })
  const succeeded = ({ sidoCode, operation }: Target, at: Date) =>
    successes.set(`${sidoCode}:${operation}`, { labels: { sido: sidoCode, operation }, at })
  const record = (target: Target, outcome: Outcome): void => {
    const labels = { sido: target.sidoCode, operation: target.operation }
    if (outcome.error === undefined) succeeded(target, outcome.at)
    failures.set(labels, outcome.failures)
    polls.inc({ ...labels, outcome: outcome.error?.code ?? 'ok' })
  }
  return Object.assign(record, {
    restore: (target: Target, lastSuccessAt: Date | null): void => {
      if (lastSuccessAt !== null) succeeded(target, lastSuccessAt)
    },
  })
}

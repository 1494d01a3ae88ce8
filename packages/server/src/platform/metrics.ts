import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from './db.ts'

export interface Metrics {
  /** Slices add their own: `new Counter({ name, help, registers: [metrics.registry] })`. */
  readonly registry: Registry
  readonly requests: Histogram<'route' | 'method' | 'status'>
  readonly shed: Counter<'priority'>
  readonly streams: Gauge
  readonly sequencerLagS: Gauge
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export const makeMetrics = (defaults = true): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  if (defaults) collectDefaultMetrics({ register: registry })
  return {
    registry,
    requests: new Histogram({
      name: 'dure_http_request_seconds',
      help: 'Time to answer a request',
      labelNames: ['route', 'method', 'status'],
      buckets: SECONDS,
      registers,
    }),
    shed: new Counter({
      name: 'dure_http_shed_total',
      help: 'Requests refused under load',
      labelNames: ['priority'],
      registers,
    }),
    streams: new Gauge({ name: 'dure_event_streams', help: 'Open event streams', registers }),
    sequencerLagS: new Gauge({
      name: 'dure_sequencer_lag_seconds',
      help: 'Age of the oldest op without a number',
      registers,
    }),
  }
}

/** The database's own counts, read when the metrics are. */
export const measureDb = ({ registry }: Metrics, db: Db): void => {
  const registers = [registry]
  const total = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  total('dure_sql_queries_total', 'Statements sent to the database', () => db.stats().queries)
  total('dure_sql_seconds_total', 'Time waited for the database', () => db.stats().sqlMs / 1000)
  total('dure_transactions_total', 'Transactions begun', () => db.stats().transactions)
  total('dure_transaction_retries_total', 'Transactions run again after a conflict', () => db.stats().retries)
  total('dure_storage_full_total', 'Transactions refused because the disk had no room', () => db.stats().full)
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('dure_pool_connections', 'Open database connections', () => db.pool.totalCount)
  gauge('dure_pool_waiting', 'Queries waiting for a connection', () => db.pool.waitingCount)
}

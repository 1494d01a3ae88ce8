import { Counter, Gauge } from 'prom-client'
import type { Deps } from '../platform/deps.ts'
import type { Contacts } from './contact.ts'
import type { CellId } from './log-record.ts'

/** What is counted as it happens. */
export const makeCounts = ({ metrics }: Deps) => {
  const registers = [metrics.registry]
  return {
    refused: new Counter({
      name: 'dure_exchange_refused_total',
      help: 'What came from other cells and was refused',
      labelNames: ['why'],
      registers,
    }),
    applied: new Counter({
      name: 'dure_exchange_records_total',
      help: 'Records taken from other cells',
      labelNames: ['origin'],
      registers,
    }),
  }
}

/** Figures looked up when they are asked for. */
export const measure = ({ metrics, db, clock }: Deps, others: () => readonly CellId[], contacts: Contacts): void => {
  const registers = [metrics.registry]
  new Gauge({
    name: 'dure_exchange_age_seconds',
    help: 'Age of what is known of a cell',
    labelNames: ['origin'],
    registers,
    collect() {
      this.reset()
      for (const origin of others()) {
        const known = contacts.asOf(origin)
        this.set(
          { origin },
          known === null ? Number.POSITIVE_INFINITY : (clock.now().getTime() - known.getTime()) / 1_000,
        )
      }
    },
  })
  new Gauge({
    name: 'dure_exchange_alarms',
    help: 'Alarms of the exchange that nobody has cleared',
    labelNames: ['what'],
    registers,
    async collect() {
      this.reset()
      const rows = await db
        .sql<{ what: string; count: number }>(
          `select what, count(*)::int as count from exchange.alarm where cleared_at is null group by what`,
        )
        .catch(() => [])
      for (const { what, count } of rows) this.set({ what }, count)
    },
  })
}

import type { ExchangePort } from '../packages/server/src/exchange/index.ts'
import { appendOp } from '../packages/server/src/platform/oplog.ts'
import { testCells, until } from '../packages/server/src/testing/cells.ts'
import { BODY } from './oplog.body.ts'

const LAG_EVERY_MS = 15

export const lags = async (ops: number) => {
  const said = new Map<string, number>()
  const took: number[] = []
  const register = (id: string, _: unknown, port: ExchangePort) => {
    if (id !== '11') return
    port.onApplied(async () => undefined)
    port.onRecord('bench-said', async (tx, record) => {
      const at = said.get(record.subject)
      if (at !== undefined) tx.afterCommit(() => took.push(performance.now() - at))
    })
  }
  await using cells = await testCells(['11', '28'], { register })
  const { db } = cells.node('28').cell.deps
  const say = async (subject: string) => {
    said.set(subject, performance.now())
    await db.tx((tx) => appendOp(tx, { kind: 'bench-said', subject, body: BODY, audience: {}, at: new Date() }))
  }
  const floors: number[] = []
  for (let index = 0; index < 60; index += 1) {
    const before = took.length
    await say(`warm-${index}`)
    await until('heard', () => took.length > before)
    const started = performance.now()
    for (const n of [1, 2])
      await db.sql(`update platform.cell set state_since = now() + make_interval(secs => $1)`, [n])
    floors.push(performance.now() - started)
  }
  took.length = 0
  for (let index = 0; index < ops; index += 1) {
    await say(`op-${index}`)
    await new Promise((resolve) => setTimeout(resolve, LAG_EVERY_MS))
  }
  await until('all heard', () => took.length >= ops)
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), floorMs: quantile(floors, 0.5) }
}

export const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

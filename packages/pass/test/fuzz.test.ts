import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz } from './fuzz.ts'

/** Ten seconds; `node packages/pass/test/fuzz.ts --minutes 10` for more. */
const BUDGET_MS = Number(process.env.PASS_FUZZ_MS ?? 10_000)

test('no reader throws or takes long on mutated input', async () => {
  const report = await fuzz(BUDGET_MS, 20_211_213)
  assert.deepEqual(report.faults, [])
  assert.ok(report.runs > 100, `${report.runs} runs`)
})

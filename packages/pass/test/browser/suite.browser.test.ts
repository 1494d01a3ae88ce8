import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { formatCases } from '../format-cases.ts'
import { stripCases } from '../strip-cases.ts'
import type { Vectors } from '../suite.ts'
import { readVectors } from '../vectors.ts'
import { bundle, INSECURE_HOST, launch, type Site, serve } from './chromium.ts'
import type { SuiteOutcome } from './suite-page.ts'

const vectors = readVectors()
const expected = formatCases(vectors).length + stripCases.length
let browser: Browser
let site: Site
before(async () => {
  const files = await bundle('suite', fileURLToPath(new URL('suite-page.ts', import.meta.url)))
  site = await serve({ ...files, '/vectors.json': { type: 'application/json', body: JSON.stringify(vectors) } })
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await site?.close()
})

const runIn = async (host: string): Promise<SuiteOutcome> => {
  const page = await browser.newPage()
  await page.goto(`http://${host}:${site.port}/`)
  const outcome = await page.evaluate(async () => {
    await import(String('/suite.js'))
    const response = await fetch('/vectors.json')
    const { runSuite } = globalThis as unknown as { runSuite: (vectors: Vectors) => Promise<SuiteOutcome> }
    return runSuite(await response.json())
  })
  await page.close()
  return outcome
}

for (const [host, backend] of [
  ['127.0.0.1', 'webcrypto'],
  [INSECURE_HOST, 'pure'],
] as const) {
  test(`the whole suite passes in Chromium ${backend === 'pure' ? 'without' : 'with'} WebCrypto`, async (t) => {
    const outcome = await runIn(host)
    assert.equal(outcome.backend, backend)
    assert.equal(outcome.results.length, expected)
    for (const { name, fault } of outcome.results) await t.test(name, () => assert.equal(fault, undefined))
  })
}

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Found {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string | null
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
  readonly passes: readonly unknown[]
}

const run = async (page: Page): Promise<Found['violations']> => {
  const found: Found = await page.evaluate(`${AXE}; axe.run(document, { resultTypes: ['violations'] })`)
  assert.ok(found.passes.length > 5, 'axe has really looked')
  return found.violations
}

const inWords = ({ id, impact, nodes }: Found['violations'][number]): string => {
  const places = nodes.map(({ html, failureSummary = '' }) => `${html.slice(0, 160)} ${failureSummary.slice(0, 300)}`)
  return `${impact} ${id}: ${places.join(' | ').slice(0, 900)}`
}

/** Everything axe has to say against a page, as lines that say where. */
export const axeFaults = async (page: Page): Promise<string[]> => (await run(page)).map(inWords)

/** What axe calls serious or critical. */
export const seriousFaults = async (page: Page): Promise<string[]> =>
  (await run(page)).filter(({ impact }) => impact === 'serious' || impact === 'critical').map(inWords)

/** Does something stick out to the side? */
export const sticksOut = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)

import type { Call } from '@dure/contract'
import type { Browser } from 'playwright-core'
import { callAs } from './api.ts'
import { type Person, startBrowser, takePictures } from './browser.ts'
import { demoCell, type RunningCell } from './cell.ts'
import { type Line, openLine } from './line.ts'

/** A demo cell that browsers reach by a line which can be cut, while a doctor and a desk call it past the line. */
export interface BehindLine extends AsyncDisposable {
  readonly line: Line
  readonly cell: RunningCell
  readonly browser: Browser
  readonly doctor: Call
  readonly desk: Call
  /** The person's device has no network any more, and their screen says so. */
  cutOff(person: Person): Promise<void>
  heal(person: Person): Promise<void>
}

export const cellBehindLine = async (): Promise<BehindLine> => {
  const line = await openLine()
  const cell = await demoCell({ DURE_PUBLIC_URL: line.url })
  line.leadTo(Number(new URL(cell.url).port))
  const browser = await startBrowser()
  return {
    line,
    cell,
    browser,
    doctor: await callAs(cell.url, 'demo-28-er-1'),
    desk: await callAs(cell.url, 'demo-28-placement-1'),
    cutOff: async ({ context, page }) => {
      line.set('cut')
      await context.setOffline(true)
      await page.locator('.connection-line:is([data-connection="reconnecting"], [data-connection="offline"])').waitFor()
    },
    heal: async ({ context }) => {
      await context.setOffline(false)
      line.set('open')
    },
    [Symbol.asyncDispose]: async () => {
      await takePictures(browser)
      await browser.close()
      await cell[Symbol.asyncDispose]()
      await line[Symbol.asyncDispose]()
    },
  }
}

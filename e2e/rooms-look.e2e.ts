import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { roomEndpoints } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { callAs, must } from './api.ts'
import { axeFaults, sticksOut } from './axe.ts'
import { DESKTOP, enterAs, openPerson, PHONE, startBrowser, takePictures } from './browser.ts'
import { demoCell, type RunningCell } from './cell.ts'

let cell: RunningCell
let browser: Browser
let roomId: string
before(async () => {
  cell = await demoCell()
  browser = await startBrowser()
  const desk = await callAs(cell.url, 'demo-28-placement-1')
  const parties = [
    { kind: 'desk' as const, region: '41' as const },
    { kind: 'person' as const, personId: 'demo-28-placement-2' },
  ]
  const body = { id: crypto.randomUUID(), title: '요양원 집단 발생', purpose: '40명을 나누어 옮깁니다', parties }
  roomId = must(await desk(roomEndpoints.openRoom, { body })).id
  // Nobody is on the roster for this: the asker sees that nobody could be told.
  const from = { kind: 'duty' as const, place: { kind: 'desk' as const, id: '28' }, duty: 'infection_control' as const }
  const needsAck = { by: new Date(Date.now() + 300_000).toISOString(), from }
  const message = { id: crypto.randomUUID(), body: { kind: 'text' as const, text: '명단 확인 바랍니다' }, needsAck }
  must(await desk(roomEndpoints.postMessage, { params: { id: roomId }, body: message }))
  // As the cell of Gyeonggi tells what it tried: beside.pg.test.ts has the way here.
  await cell.cell.deps.db.sql(
    `insert into rooms.ack_step (message_id, at, step, rung, channel, person_id, name, outcome, region)
     values ($1, now(), 0, 'neighbour', 'sms', null, '경기 당직', 'queued', '41'),
            ($1, now(), 1, 'neighbour', 'voice', null, '', 'nobody', '41')`,
    [message.id],
  )
})
after(async () => {
  await takePictures(browser)
  await browser.close()
  await cell[Symbol.asyncDispose]()
})

const faultsOf = async (page: Page): Promise<string[]> => [
  ...(await axeFaults(page)),
  ...((await sticksOut(page)) ? ['something sticks out to the side'] : []),
]

const LOOKS = [
  { size: DESKTOP, language: 'ko' },
  { size: PHONE, language: 'en' },
  { size: PHONE, language: 'ko', contrast: true },
] as const

for (const look of LOOKS)
  test(`rooms, their dialogs, an acknowledgement nobody gave and the roster are clean for axe: ${look.size.width} wide, ${look.language}`, async () => {
    const { page, context, faults } = await openPerson(browser, cell.url, look)
    await enterAs(page, 'demo-28-placement-1')
    const clean = async (where: string) => assert.deepEqual(await faultsOf(page), [], where)
    await page.goto('/rooms')
    await page.locator('.ack-list.is-unanswered [data-ack="unanswered"]').waitFor()
    await clean('the list')
    await page.locator('.rooms-head .button').first().click()
    const field = page.getByRole('dialog').locator('[data-field="parties"] input')
    await field.fill('병')
    await page.locator('.party-list [role="option"]').first().waitFor()
    await clean('opening a room')
    await field.press('Enter')
    await page.locator('.party-chips li').first().waitFor()
    await clean('somebody chosen')

    await page.goto(`/rooms/${roomId}`)
    await page.locator('.message [data-ack="unanswered"]').waitFor()
    await clean('the room')
    await page.locator('.receipt-counts').click()
    const elsewhere = page.getByRole('dialog').locator('[data-region="41"]')
    await elsewhere.nth(1).waitFor()
    const words = look.language === 'en' ? 'tried by Gyeonggi' : '경기에서 알림'
    for (const step of await elsewhere.allInnerTexts()) assert.ok(step.includes(words), step)
    await clean('who was reached, and by which cell')
    const folder = process.env.E2E_PICTURES
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/receipts-${look.size.width}-${look.language}.png` })
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.locator('.room-tools .button').first().click()
    await page.locator('.members li').first().waitFor()
    await clean('who is in it')
    await page.locator('.room-going .look-danger').click()
    await clean('asked once more before closing')

    await page.goto('/roster')
    await page.locator('.week-day.is-shown .shift').first().waitFor()
    await clean('the roster')
    assert.deepEqual(faults, [])
    await context.close()
  })

import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type FileView, roomEndpoints, uploadRoomFile } from '@dure/contract'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../packages/server/src/testing/process.ts'
import { callAs, must } from './api.ts'
import { type BehindLine, cellBehindLine } from './behind-line.ts'
import { enterAs, openPerson, type Person, PHONE } from './browser.ts'
import type { RunningCell } from './cell.ts'
import { rawDevice } from './device.ts'
import type { Line } from './line.ts'

const READER = 'demo-28-placement-1'
const WRITER = 'demo-28-placement-2'

let line: Line
let cell: RunningCell
let browser: Browser
let all: BehindLine
before(async () => {
  all = await cellBehindLine()
  ;({ line, cell, browser } = all)
})
beforeEach(() => line.set('open'))
after(() => all[Symbol.asyncDispose]())

/** A real picture, made by the browser: of any size, and never twice the same bytes. */
const drawn = async (page: Page, words: string, side = 240): Promise<Buffer> => {
  const bytes = await page.evaluate(
    async ([text, size]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size })
      const draw = canvas.getContext('2d')
      if (draw === null) throw new Error('no canvas')
      draw.fillStyle = '#063a74'
      draw.fillRect(0, 0, size, size)
      draw.fillStyle = '#fff'
      draw.fillText(text, 20, 40)
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
      return [...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))]
    },
    [words, side] as const,
  )
  return Buffer.from(bytes)
}

const png = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer })

const openedRoom = async (): Promise<string> => {
  const writer = await callAs(cell.url, WRITER)
  const parties = [{ kind: 'person' as const, personId: READER }]
  const body = { id: crypto.randomUUID(), title: '사진 방', purpose: '사진을 봅니다', parties }
  return must(await writer(roomEndpoints.openRoom, { body })).id
}

const inRoom = async (personId: string, roomId: string, base = line.url): Promise<Person> => {
  const person = await openPerson(browser, base, { installed: true, size: PHONE })
  await enterAs(person.page, personId)
  await person.page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await person.page.goto(`/rooms/${roomId}`)
  await person.page.locator('.composer textarea').waitFor()
  return person
}

/** How much of the files of a kind lies on the device. */
const keptOf = (page: Page, kind: 'seen' | 'going'): Promise<number> =>
  page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const open = indexedDB.open('dure-files')
        open.onsuccess = () => {
          if (!open.result.objectStoreNames.contains('index')) return resolve(0)
          const get = open.result.transaction('index').objectStore('index').getAllKeys()
          get.onsuccess = () => {
            open.result.close()
            resolve(get.result.filter((key) => String(key).split('/')[1] === wanted).length)
          }
        }
      }),
    kind,
  )

/** What was read is written a moment later, not with every event: until nothing more is written. */
const talkOnDisk = async (page: Page): Promise<void> => {
  let before = -1
  await eventually('what is shown lies on the device', async () => {
    const now = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const open = indexedDB.open('dure-store')
          open.onsuccess = () => {
            const get = open.result.transaction('records').objectStore('records').getAll()
            get.onsuccess = () => {
              open.result.close()
              const queries = (get.result as { key: string; at: number }[]).filter(({ key }) => /\/query\//.test(key))
              resolve(Math.max(0, ...queries.map(({ at }) => at)))
            }
          }
        }),
    )
    const still = now === before
    before = now
    await page.waitForTimeout(2_000)
    return still
  })
}

const filesIn = async (roomId: string): Promise<readonly FileView[]> => {
  const reader = await callAs(cell.url, READER)
  const { items } = must(await reader(roomEndpoints.roomTimeline, { params: { id: roomId }, query: { limit: 100 } }))
  return items.flatMap((one) => (one.type === 'message' && one.body.kind === 'files' ? one.body.files : []))
}

const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.E2E_PICTURES
  if (folder !== undefined) await page.screenshot({ path: `${folder}/files-${name}.png` })
}

const isShown = (page: Page, name: string): Promise<boolean> =>
  page
    .locator('.message-file', { hasText: name })
    .locator('img')
    .evaluate((img) => (img as HTMLImageElement).complete && (img as HTMLImageElement).naturalWidth > 0)

test('what was seen in a room is there without any network, sealed on the disk, also after the tab was closed; signing out removes it', async () => {
  const roomId = await openedRoom()
  const writer = await inRoom(WRITER, roomId, cell.url)
  const reader = await inRoom(READER, roomId)
  const seen = await drawn(writer.page, '흉부 사진')
  await writer.page
    .locator('.composer input[type="file"]')
    .setInputFiles([
      png('흉부.png', seen),
      { name: '기록.txt', mimeType: 'text/plain', buffer: Buffer.from('활력징후 일흔둘 백이십') },
    ])
  await writer.page.locator('.attachments .status').nth(1).waitFor()
  await writer.page.locator('.composer button[type="submit"]').click()
  await reader.page.locator('.message-file[data-file="here"]', { hasText: '흉부.png' }).locator('img').waitFor()
  await reader.page.locator('.message-file[data-file="here"]', { hasText: '기록.txt' }).waitFor()
  await eventually('both lie on the device', async () => (await keptOf(reader.page, 'seen')) === 2)
  const raw = await rawDevice(reader.page)
  for (const open of ['활력징후', '흉부.png', '기록.txt', 'IHDR']) assert.ok(!raw.includes(open), `${open} can be read`)

  await talkOnDisk(reader.page)
  await all.cutOff(reader)
  await reader.page.close()
  const page = await reader.context.newPage()
  await page.goto(`${line.url}/rooms/${roomId}`)
  await page.locator('.message-file[data-file="here"]', { hasText: '흉부.png' }).locator('img').waitFor()
  await eventually('the picture is drawn', () => isShown(page, '흉부.png'))
  await picture(page, 'offline')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.message-file[data-file="here"]', { hasText: '기록.txt' }).click(),
  ])
  assert.equal(download.suggestedFilename(), '기록.txt')
  const stream = await download.createReadStream()
  assert.equal(Buffer.concat(await stream.toArray()).toString(), '활력징후 일흔둘 백이십')

  await all.heal(reader)
  await page.locator('.connection-line[data-connection="connected"]').waitFor()
  await page.locator('.menu-button').click()
  await page.locator('.person button').click()
  await page.waitForURL(/sign-in/)
  await eventually('nothing of it is left', async () => (await keptOf(page, 'seen')) === 0)
  await writer.context.close()
  await reader.context.close()
})

test('what was not seen says so without a network, and comes by itself when the line is back', async () => {
  const roomId = await openedRoom()
  const writer = await callAs(cell.url, WRITER)
  const reader = await inRoom(READER, roomId)
  const { page } = reader
  // The message arrives, its picture does not.
  await reader.context.route('**/api/files/**', (route) => route.abort())
  const sign = await fetch(`${cell.url}/api/demo/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-dure': '1' },
    body: JSON.stringify({ personId: WRITER }),
  })
  const cookie = sign.headers.get('set-cookie')?.split(';')[0] ?? ''
  const bytes = new Uint8Array(await drawn(page, '못 본 사진'))
  const room = { id: roomId, name: '못본.png' }
  const file = must(await uploadRoomFile(cell.url, fetch, room, bytes, { cookie }))
  const body = { id: crypto.randomUUID(), body: { kind: 'files' as const, fileIds: [file.id] } }
  must(await writer(roomEndpoints.postMessage, { params: { id: roomId }, body }))
  await page.locator('.message-file[data-file="absent"]', { hasText: '이 기기에 없습니다' }).waitFor()
  await all.cutOff(reader)
  await picture(page, 'absent')
  await reader.context.unroute('**/api/files/**')
  await all.heal(reader)
  await page.locator('.message-file[data-file="here"] img').waitFor()
  await reader.context.close()
})

test('a picture chosen without a network is kept sealed, survives the tab, and arrives once, before what was written after it', async () => {
  const roomId = await openedRoom()
  const person = await inRoom(READER, roomId)
  const chosen = await drawn(person.page, '현장')
  await all.cutOff(person)
  const { page } = person
  await page.locator('.composer input[type="file"]').setInputFiles([png('현장.png', chosen)])
  await page.locator('.attachments li', { hasText: '연결되면 글과 함께' }).waitFor()
  await picture(page, 'chosen-offline')
  await page.locator('.composer textarea').fill('현장 사진입니다')
  await page.locator('.composer button[type="submit"]').click()
  await page.locator('.composer textarea').fill('그다음 글')
  await page.locator('.composer textarea').press('Enter')
  await page.locator('.message.is-waiting').nth(1).waitFor()
  assert.equal(await keptOf(page, 'going'), 1)
  const raw = await rawDevice(page)
  for (const open of ['현장.png', '현장 사진', 'IHDR']) assert.ok(!raw.includes(open), `${open} can be read`)
  await page.close()
  const again = await person.context.newPage()
  await again.goto(`${line.url}/rooms/${roomId}`)
  await again.locator('.message.is-waiting').nth(1).waitFor()

  // The cell gets the picture, and its answer is lost: brought again, it is the same one.
  await person.context.setOffline(false)
  line.set('lose-answers')
  const rows = async () =>
    (
      await cell.cell.deps.db.sql<{ id: string }>(`select id from rooms.file where room_id = $1 order by id`, [roomId])
    ).map(({ id }) => id)
  await eventually('the picture is in the cell', async () => (await rows()).length > 0, 60_000)
  line.set('open')
  await again.locator('.message:not(.is-waiting)', { hasText: '그다음 글' }).waitFor({ timeout: 60_000 })
  await again.locator('.message-file[data-file="here"] img').waitFor()
  const files = await filesIn(roomId)
  assert.deepEqual(
    files.map(({ name, bytes }) => [name, bytes]),
    [['현장.png', chosen.length]],
  )
  assert.deepEqual(
    await rows(),
    files.map(({ id }) => id),
    'brought once',
  )
  const texts = await again.locator('.message-text').allInnerTexts()
  assert.deepEqual(texts.slice(-2), ['현장 사진입니다', '그다음 글'])
  await again.locator('.tray-button:not(:has(.count))').waitFor({ state: 'attached' })
  await person.context.close()
})

test('a file chosen without a network that the cell does not take is refused with the reason, and the message goes back into its field', async () => {
  const roomId = await openedRoom()
  const person = await inRoom(READER, roomId)
  const { page } = person
  await all.cutOff(person)
  const script = { name: '검사.png', mimeType: 'image/png', buffer: Buffer.from('<html><script>1</script></html>') }
  await page.locator('.composer input[type="file"]').setInputFiles([script])
  await page.locator('.attachments li', { hasText: '연결되면 글과 함께' }).waitFor()
  await page.locator('.composer textarea').fill('이것은 사진이 아닙니다')
  await page.locator('.composer button[type="submit"]').click()
  await page.locator('.message.is-waiting').waitFor()
  await all.heal(person)
  const refused = page.locator('.message.is-waiting[data-waiting="refused"]')
  await refused.waitFor({ timeout: 60_000 })
  assert.match(await refused.locator('.act-state').innerText(), /거절.+\n.*사진, PDF/s)
  assert.equal(await page.locator('.composer textarea').inputValue(), '이것은 사진이 아닙니다')
  await picture(page, 'refused')
  await page.locator('.attachments li', { hasText: '검사.png' }).getByRole('button', { name: '빼기' }).click()
  await page.locator('.composer button[type="submit"]').click()
  await page.locator('.message:not(.is-waiting)', { hasText: '이것은 사진이 아닙니다' }).waitFor()
  assert.deepEqual(await filesIn(roomId), [])
  await person.context.close()
})

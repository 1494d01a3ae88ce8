import type { Page } from 'playwright-core'

/** A chip (radio or checkbox) of a field, by its word. */
export const chip = (page: Page, field: string, word: string | RegExp) =>
  page.locator(`[data-field="${field}"] .chip`).filter({ hasText: word })

export interface Ask {
  readonly age: string
  readonly sex: string
  readonly phrases: readonly string[]
  readonly isolation: string
  readonly oxygen: string
  readonly bedClass: string
  readonly phone: string
}

/** Severe chest trauma with COVID: the patient of the story. */
export const CHEST_TRAUMA: Ask = {
  age: '54',
  sex: '남',
  phrases: ['흉부외상'],
  isolation: '음압격리',
  oxygen: '고유량',
  bedClass: '위중증',
  phone: '032-000-0501',
}

/** Fills the eight fields as a person would, and counts taps and keys. */
export const fillEssentials = async (page: Page, ask: Ask): Promise<{ taps: number; keys: number }> => {
  let taps = 0
  let keys = 0
  const tap = async (field: string, word: string) => {
    await chip(page, field, word).first().click()
    taps += 1
  }
  const type = async (field: string, text: string) => {
    await page.locator(`[data-field="${field}"] input`).click()
    await page.keyboard.type(text)
    taps += 1
    keys += text.length
  }
  await type('ageYears', ask.age)
  await tap('sex', ask.sex)
  for (const phrase of ask.phrases) {
    await page.locator('.phrases button', { hasText: phrase }).click()
    taps += 1
  }
  await tap('isolationNeed', ask.isolation)
  await tap('oxygen', ask.oxygen)
  await tap('requestedClass', ask.bedClass)
  const phone = page.locator('[data-field="callbackPhone"] input')
  if ((await phone.inputValue()) === '') await type('callbackPhone', ask.phone)
  return { taps, keys }
}

/** Sends the form and gives the spoken four-digit code of the new request. */
export const sendRequest = async (page: Page): Promise<{ code: string; id: string }> => {
  await page.locator('.form-foot button[type="submit"]').click()
  await page.waitForURL(/\/requests\/(?!new)/)
  const title = await page.locator('h1', { hasText: /\d{4}/ }).textContent()
  const code = /\d{4}/.exec(title ?? '')?.[0]
  const id = new URL(page.url()).pathname.split('/').at(-1)
  if (code === undefined || id === undefined) throw new Error('the request page shows no code')
  return { code, id }
}

/** The desk opens a request from the queue. */
export const openInQueue = async (page: Page, code: string): Promise<void> => {
  await page.locator('.queue-row', { hasText: code }).first().click()
  await page.locator('.detail-code', { hasText: code }).waitFor()
}

/** Agrees to what is suggested, with the severity the doctor names. */
export const triage = async (page: Page, severity: string, urgency: string): Promise<void> => {
  await page.locator('.act-forward button', { hasText: '중증도·시급도' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.locator('[data-field="severity"] select').selectOption(severity)
  await dialog.locator('[data-field="urgency"] select').selectOption(urgency)
  await dialog.locator('button[type="submit"]').click()
  await dialog.waitFor({ state: 'detached' })
}

/** Presses the large button of an act that needs no form, or sends its form as it is. */
export const act = async (page: Page, word: string | RegExp): Promise<void> => {
  await page.locator('.act-forward button', { hasText: word }).first().click()
  const dialog = page.getByRole('dialog')
  if (await dialog.isVisible().catch(() => false)) await dialog.locator('button[type="submit"]').click()
}

import type { Language } from '../i18n/index.ts'

/** The desk's sheet as this device keeps it: a page of its own that opens without server, session or network. */
export interface KeptSheet {
  readonly html: string
  /** When the server made it. */
  readonly madeAt: Date
}

const PREFIX = 'dure-dark-sheet-'
const cacheOf = (personId: string): string => `${PREFIX}${personId}`
const addressOf = (language: Language): string => `/api/dark-sheet?lang=${language}`

const read = async (response: Response): Promise<KeptSheet | null> => {
  const html = await response.text()
  const made = /<meta name="dure-made-at" content="([^"]{20,30})">/.exec(html)?.[1]
  return made === undefined ? null : { html, madeAt: new Date(made) }
}

/** Fetches the newest sheet and keeps it. null: no answer, or none for this person. */
export const fetchSheet = async (personId: string, language: Language): Promise<KeptSheet | null> => {
  const response = await fetch(addressOf(language), {
    credentials: 'same-origin',
    signal: AbortSignal.timeout(15_000),
  }).catch(() => null)
  if (response === null || !response.ok) return null
  const cache = await caches.open(cacheOf(personId))
  await cache.put(addressOf(language), response.clone())
  return read(response)
}

/** What this device has, however old. */
export const keptSheet = async (personId: string, language: Language): Promise<KeptSheet | null> => {
  const cache = await caches.open(cacheOf(personId))
  const found =
    (await cache.match(addressOf(language))) ?? (await cache.match(addressOf(language === 'ko' ? 'en' : 'ko')))
  return found === undefined ? null : read(found)
}

/** Sheets of anybody else leave the device. */
export const forgetSheets = async (exceptOf: string | null): Promise<void> => {
  if (!('caches' in globalThis)) return
  for (const name of await caches.keys())
    if (name.startsWith(PREFIX) && (exceptOf === null || name !== cacheOf(exceptOf))) await caches.delete(name)
}

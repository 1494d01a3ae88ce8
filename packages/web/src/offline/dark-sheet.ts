import type { Language } from '../i18n/index.ts'
import { keep, kept, openedFor } from './device-store.ts'
import { fetchHere } from './server.ts'

/** The desk's sheet as this device keeps it: it opens without server or network, as long as this person may read here. */
export interface KeptSheet {
  readonly html: string
  /** When the server made it. */
  readonly madeAt: Date
}

const OLD_CACHES = 'dure-dark-sheet-'
const addressOf = (language: Language): string => `/api/dark-sheet?lang=${language}`

const read = (html: string): KeptSheet | null => {
  const made = /<meta name="dure-made-at" content="([^"]{20,30})">/.exec(html)?.[1]
  return made === undefined ? null : { html, madeAt: new Date(made) }
}

/** Fetches the newest sheet and keeps it. null: no answer, or none for this person. */
export const fetchSheet = async (personId: string, language: Language): Promise<KeptSheet | null> => {
  const response = await fetchHere(addressOf(language), {
    signal: AbortSignal.timeout(15_000),
  }).catch(() => null)
  if (response === null || !response.ok) return null
  const html = await response.text()
  if (openedFor() === personId) await keep('sheet', language, html)
  return read(html)
}

/** What this device has, however old. */
export const keptSheet = (language: Language): KeptSheet | null => {
  const html = kept<string>('sheet', language) ?? kept<string>('sheet', language === 'ko' ? 'en' : 'ko')
  return html === undefined ? null : read(html)
}

/** Earlier versions kept it where every page of this address could read it. */
export const removeOldSheets = async (): Promise<void> => {
  if (!('caches' in globalThis)) return
  for (const name of await caches.keys()) if (name.startsWith(OLD_CACHES)) await caches.delete(name)
}

import type { Me } from '@dure/contract'
import { useEffect } from 'react'
import { currentLanguage } from '../i18n/index.ts'
import { fetchSheet, removeOldSheets } from '../offline/dark-sheet.ts'

const EVERY_MS = 3 * 60_000
/** The first screen comes first. */
const FIRST_AFTER_MS = 5_000

/** While somebody is signed in their desk's sheet is kept on the device; it leaves with the key of their store. */
export const useKeptSheet = (me: Me | null | undefined): void => {
  const personId = me?.id
  useEffect(() => {
    void removeOldSheets().catch(() => undefined)
    if (personId === undefined) return
    const keep = () => void fetchSheet(personId, currentLanguage()).catch(() => null)
    const first = setTimeout(keep, FIRST_AFTER_MS)
    const timer = setInterval(keep, EVERY_MS)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [personId])
}

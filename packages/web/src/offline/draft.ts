import { useCallback, useEffect, useRef, useState } from 'react'
import { drop, keep, kept, openedFor } from './device-store.ts'

/**
 * What somebody is typing, kept on the device until the server has accepted it. It belongs to one person: a colleague who
 * signs in on the same device does not see it, and the disk has it sealed.
 *
 * `sensitive` drafts (who the patient is) belong to one tab: they survive a reload, not the end of the tab.
 */
export interface DraftPlace {
  readonly personId: string
  readonly form: string
  readonly sensitive?: boolean
}

interface Stored<T> {
  /** The idempotency key of this filling-in: pressing send twice, or after a reload, is still one intention. */
  readonly intent: string
  readonly savedAt: number
  readonly value: T
}

const TAB = 'dure.tab'
/** Names this tab, over its reloads. */
const tabId = (): string => {
  const known = sessionStorage.getItem(TAB)
  if (known !== null) return known
  const made = crypto.randomUUID()
  sessionStorage.setItem(TAB, made)
  return made
}

/** Who is not signed in has no vault: their few words are kept in the tab's own storage. */
const isOpen = ({ personId }: DraftPlace): boolean => openedFor() === personId
const nameIn = ({ form, sensitive }: DraftPlace): string => (sensitive === true ? `${tabId()}.${form}` : form)
const keyOf = (place: DraftPlace) => `dure.draft.${place.personId}.${place.form}`

const readStored = <T>(place: DraftPlace): Stored<T> | null => {
  if (isOpen(place)) return kept<Stored<T>>('draft', nameIn(place)) ?? null
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(place)) ?? 'null') as Stored<T> | null
  } catch {
    return null
  }
}

const store = (place: DraftPlace, stored: Stored<unknown>): void => {
  if (isOpen(place)) void keep('draft', nameIn(place), stored)
  else sessionStorage.setItem(keyOf(place), JSON.stringify(stored))
}

const remove = (place: DraftPlace): void => {
  if (isOpen(place)) void drop('draft', nameIn(place))
  sessionStorage.removeItem(keyOf(place))
}

export interface Draft<T> {
  readonly value: T
  readonly intent: string
  /** When the draft found on the device was saved; null = this is a fresh form. */
  readonly restoredFrom: number | null
  readonly set: (change: Partial<T>) => void
  readonly clear: () => void
  /** The server refused this filling-in: what is sent next is a new intention. */
  readonly renew: () => void
}

export const useDraft = <T extends object>(place: DraftPlace, empty: T): Draft<T> => {
  const found = useRef<Stored<T> | null | undefined>(undefined)
  if (found.current === undefined) found.current = readStored<T>(place)
  const [stored, setStored] = useState<Stored<T>>(
    () => found.current ?? { intent: crypto.randomUUID(), savedAt: 0, value: empty },
  )
  const [restoredFrom, setRestoredFrom] = useState(found.current?.savedAt ?? null)
  const touched = stored.savedAt !== 0
  const where = useRef(place)

  useEffect(() => {
    if (touched) store(where.current, stored)
  }, [stored, touched])

  const set = useCallback((change: Partial<T>) => {
    setStored((now) => ({ ...now, savedAt: Date.now(), value: { ...now.value, ...change } }))
  }, [])
  const clear = useCallback(() => {
    remove(where.current)
    setRestoredFrom(null)
    setStored({ intent: crypto.randomUUID(), savedAt: 0, value: empty })
  }, [empty])
  const renew = useCallback(() => setStored((now) => ({ ...now, intent: crypto.randomUUID() })), [])

  return { value: { ...empty, ...stored.value }, intent: stored.intent, restoredFrom, set, clear, renew }
}

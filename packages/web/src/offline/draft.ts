import { useCallback, useEffect, useRef, useState } from 'react'

/**
 * What somebody is typing, kept on the device until the server has accepted it. It belongs to one person: a colleague who
 * signs in on the same device does not see it.
 *
 * `sensitive` drafts (who the patient is) live in the tab's own storage: they survive a reload, not the end of the tab.
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

const storageOf = (place: DraftPlace) => (place.sensitive === true ? sessionStorage : localStorage)
const keyOf = (place: DraftPlace) => `dure.draft.${place.personId}.${place.form}`

const readStored = <T>(place: DraftPlace): Stored<T> | null => {
  try {
    const raw = storageOf(place).getItem(keyOf(place))
    return raw === null ? null : (JSON.parse(raw) as Stored<T>)
  } catch {
    return null
  }
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
    if (touched) storageOf(where.current).setItem(keyOf(where.current), JSON.stringify(stored))
  }, [stored, touched])

  const set = useCallback((change: Partial<T>) => {
    setStored((now) => ({ ...now, savedAt: Date.now(), value: { ...now.value, ...change } }))
  }, [])
  const clear = useCallback(() => {
    storageOf(where.current).removeItem(keyOf(where.current))
    setRestoredFrom(null)
    setStored({ intent: crypto.randomUUID(), savedAt: 0, value: empty })
  }, [empty])
  const renew = useCallback(() => setStored((now) => ({ ...now, intent: crypto.randomUUID() })), [])

  return { value: { ...empty, ...stored.value }, intent: stored.intent, restoredFrom, set, clear, renew }
}

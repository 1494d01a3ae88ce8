import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../i18n/index.ts'
import { formatClock, formatCountdown, formatSpan } from './format.ts'

/** One clock for all: every countdown on the page ticks together. */
const listeners = new Set<() => void>()
let now = Date.now()
let offsetMs = 0
setInterval(() => {
  now = Date.now() + offsetMs
  for (const listener of listeners) listener()
}, 1000)

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/** Deadlines are the server's, so clocks count on the server's time, not on a badly set desk computer's. */
export const setServerTime = (serverNow: string): void => {
  const parsed = Date.parse(serverNow)
  if (!Number.isFinite(parsed)) return
  offsetMs = parsed - Date.now()
  now = parsed
}

export const serverNow = (): number => Date.now() + offsetMs

/** Milliseconds since 1970 on the server's clock, once a second. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

export const Clock = ({ at, seconds = false }: { at: string | number; seconds?: boolean }) => {
  useTranslation()
  const date = new Date(at)
  return <time dateTime={date.toISOString()}>{formatClock(date, new Date(useNow()), currentLanguage(), seconds)}</time>
}

/** The time as text, for sentences in which its place depends on the language. */
export const useClockText = () => {
  const now = useNow()
  return (at: string | number, seconds = false): string =>
    formatClock(new Date(at), new Date(now), currentLanguage(), seconds)
}

/** "12분 전" */
export const Ago = ({ at }: { at: string | number }) => {
  const { t } = useTranslation()
  const ms = useNow() - new Date(at).getTime()
  return (
    <time dateTime={new Date(at).toISOString()}>
      {ms < 5_000 ? t('time.justNow') : t('time.ago', { span: formatSpan(ms, currentLanguage()) })}
    </time>
  )
}

/** "12분", counted up: how long somebody has been waiting. */
export const Since = ({ at }: { at: string | number }) => {
  useTranslation()
  return <>{formatSpan(useNow() - new Date(at).getTime(), currentLanguage())}</>
}

/** A visible clock that runs down; the last minute is said by word and shape too. */
export const Countdown = ({ until, label }: { until: string; label: string }) => {
  const { t } = useTranslation()
  const left = new Date(until).getTime() - useNow()
  const last = left <= 60_000
  return (
    <span className={`countdown ${last ? 'is-last' : ''}`} role="timer" aria-label={label}>
      <span className="countdown-label">{label}</span>{' '}
      <strong>{left <= 0 ? t('time.over') : formatCountdown(left)}</strong>
      {last && left > 0 ? <span className="countdown-last">{t('time.lastMinute')}</span> : null}
    </span>
  )
}

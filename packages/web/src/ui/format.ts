import type { Language } from '../i18n/index.ts'

const ZONE = 'Asia/Seoul'
const localeOf = (language: Language) => (language === 'ko' ? 'ko-KR' : 'en-GB')

export const formatNumber = (value: number, language: Language, digits = 0): string =>
  new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: digits }).format(value)

export const formatPercent = (share: number, language: Language): string =>
  new Intl.NumberFormat(localeOf(language), { style: 'percent', maximumFractionDigits: 0 }).format(share)

const dayIn = (at: Date, language: Language) =>
  new Intl.DateTimeFormat(localeOf(language), {
    timeZone: ZONE,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at)

const yearIn = (at: Date): string => new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, year: 'numeric' }).format(at)

/** 14:02:11, with the day before it when it is not today, and the year when it is another one. */
export const formatClock = (at: Date, now: Date, language: Language, seconds = false): string => {
  const sameDay = dayIn(at, language) === dayIn(now, language)
  return new Intl.DateTimeFormat(localeOf(language), {
    timeZone: ZONE,
    hour12: false,
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
    ...(sameDay ? {} : { month: 'short', day: 'numeric' }),
    ...(yearIn(at) === yearIn(now) ? {} : { year: 'numeric' }),
  }).format(at)
}

export const formatDate = (at: Date, language: Language): string =>
  new Intl.DateTimeFormat(localeOf(language), {
    timeZone: ZONE,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  }).format(at)

/** 4:05 under an hour, 1:04:05 above; a clock that runs down. */
export const formatCountdown = (ms: number): string => {
  const total = Math.max(0, Math.ceil(ms / 1000))
  const hours = Math.floor(total / 3600)
  const minutes = Math.floor((total % 3600) / 60)
  const pad = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(total % 60)}` : `${minutes}:${pad(total % 60)}`
}

/** The parts of a span in the two largest units that matter: 2 days 3 h, 1 h 5 min, 12 min, 40 s. */
export const spanParts = (ms: number): { unit: 'day' | 'hour' | 'minute' | 'second'; value: number }[] => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const days = Math.floor(seconds / 86_400)
  const hours = Math.floor((seconds % 86_400) / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  if (days > 0) return [{ unit: 'day', value: days }, ...(hours > 0 ? [{ unit: 'hour', value: hours } as const] : [])]
  if (hours > 0)
    return [{ unit: 'hour', value: hours }, ...(minutes > 0 ? [{ unit: 'minute', value: minutes } as const] : [])]
  return minutes > 0 ? [{ unit: 'minute', value: minutes }] : [{ unit: 'second', value: seconds }]
}

export const formatSpan = (ms: number, language: Language): string =>
  spanParts(ms)
    .map(({ unit, value }) =>
      new Intl.NumberFormat(localeOf(language), {
        style: 'unit',
        unit,
        unitDisplay: language === 'ko' ? 'long' : 'short',
      }).format(value),
    )
    .join(' ')

export const formatMinutes = (minutes: number, language: Language): string => formatSpan(minutes * 60_000, language)

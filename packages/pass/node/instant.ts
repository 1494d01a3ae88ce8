/** Under this a number means seconds since 1970, from it on milliseconds (it is the year 5138 in the one, 1973 in the other). */
const SECONDS_BELOW = 100_000_000_000
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?)?\s?(Z|[+-]\d\d:?\d\d|[+-]\d\d)?$/i

/** Reads an instant: ISO 8601 with any offset spelling (none means UTC), or a number. Milliseconds since 1970. */
export const parseInstant = (value: unknown): number | undefined => {
  if (typeof value === 'number')
    return Number.isFinite(value) ? (value < SECONDS_BELOW ? value * 1000 : value) : undefined
  if (typeof value !== 'string') return undefined
  if (/^\d{9,13}$/.test(value)) return parseInstant(Number(value))
  const [, day, time = '00:00', fraction = '', zone = 'Z'] = ISO.exec(value.trim()) ?? []
  if (!day) return undefined
  const decimals = fraction === '' ? '' : `.${fraction.slice(0, 3)}`
  const ms = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}${decimals}${offsetOf(zone.toUpperCase())}`)
  return Number.isNaN(ms) ? undefined : ms
}

const offsetOf = (zone: string): string => {
  if (zone === 'Z') return zone
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0')
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`
}

import type { RoadIndex, RoadPlace } from './drive-time.ts'
import { type DriveFallback, type DriveTimeSource, type DriveTimes, modelDriveTimes, NO_ROAD } from './drive-time.ts'

export interface OsrmOptions {
  /** Where an OSRM-compatible server answers `/table/v1/driving/…`. */
  readonly baseUrl: string
  readonly timeoutMs: number
  /** Places asked about at once: the nearest by the model. The server's own limit is 100 by default, origin included. */
  readonly mostPlaces: number
  readonly fetch?: typeof fetch
}

export const DEFAULT_OSRM_LIMITS = { timeoutMs: 800, mostPlaces: 99 } as const

/**
 * Asks a routing server about the nearest places and the model about all others. A server that is silent, late or talks
 * nonsense costs a flag and nothing else: the model's times are there already.
 */
export const osrmSource = (options: OsrmOptions): DriveTimeSource => ({
  from: async (origin, index, nowMs) => {
    const model = modelDriveTimes(origin, index, nowMs)
    const nearest = nearestPlaces(model.seconds, options.mostPlaces)
    if (nearest.length === 0) return model
    const answer = await askTable(options, origin, index, nearest)
    return answer.ok ? merged(model, nearest, answer.seconds) : { ...model, fallback: answer.why }
  },
})

const nearestPlaces = (seconds: Int32Array, most: number): readonly number[] =>
  [...seconds.keys()]
    .filter((at) => seconds[at] !== NO_ROAD)
    .sort((a, b) => (seconds[a] ?? 0) - (seconds[b] ?? 0) || a - b)
    .slice(0, most)

type TableAnswer =
  | { readonly ok: true; readonly seconds: readonly (number | null)[] }
  | { readonly ok: false; readonly why: DriveFallback }

const askTable = async (
  { baseUrl, timeoutMs, fetch: ask = fetch }: OsrmOptions,
  origin: RoadPlace,
  index: RoadIndex,
  places: readonly number[],
): Promise<TableAnswer> => {
  const points = [origin, ...places.flatMap((at) => index.places[at] ?? [])]
  const coordinates = points.map(({ position }) => `${position.lon.toFixed(6)},${position.lat.toFixed(6)}`).join(';')
  const url = `${baseUrl.replace(/\/+$/, '')}/table/v1/driving/${coordinates}?sources=0&annotations=duration`
  try {
    const response = await ask(url, { signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) return { ok: false, why: 'bad-answer' }
    return readTable(await response.json(), places.length)
  } catch (error) {
    return { ok: false, why: fallbackFor(error) }
  }
}

/** `durations` has one row; its first cell is the origin itself, a cell without a way is null. */
export const readTable = (body: unknown, places: number): TableAnswer => {
  const bad: TableAnswer = { ok: false, why: 'bad-answer' }
  if (typeof body !== 'object' || body === null || !('code' in body) || body.code !== 'Ok') return bad
  const row: unknown = 'durations' in body && Array.isArray(body.durations) ? body.durations[0] : undefined
  if (!Array.isArray(row) || row.length !== places + 1) return bad
  const seconds: (number | null)[] = []
  for (const cell of row.slice(1) as unknown[]) {
    if (cell === null) seconds.push(null)
    else if (typeof cell === 'number' && Number.isFinite(cell) && cell >= 0 && cell < LONGEST_S)
      seconds.push(Math.round(cell))
    else return bad
  }
  return { ok: true, seconds }
}
/** No drive in the country takes two days. */
const LONGEST_S = 172_800

const fallbackFor = (error: unknown): DriveFallback => {
  if (error instanceof SyntaxError) return 'bad-answer'
  return error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'unreachable'
}

const merged = (model: DriveTimes, places: readonly number[], answer: readonly (number | null)[]): DriveTimes => {
  const seconds = Int32Array.from(model.seconds)
  const fromServer = new Uint8Array(seconds.length)
  for (const [at, place] of places.entries()) {
    seconds[place] = answer[at] ?? NO_ROAD
    fromServer[place] = 1
  }
  return { seconds, fromServer, fallback: null }
}

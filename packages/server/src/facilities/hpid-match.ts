/** Which hospital of the register the emergency centre means by an hpid: the two lists share no number. Pure. */

export interface Listed {
  readonly hpid: string
  readonly name: string
  readonly phone: string | null
  /** WGS84 degrees. */
  readonly lat: number
  readonly lon: number
}
export interface Registered {
  readonly id: string
  readonly name: string
  readonly phones: readonly string[]
  readonly lat: number
  readonly lon: number
}
export interface HpidLink {
  readonly hpid: string
  readonly hospitalId: string
}
export interface HpidMatch {
  readonly links: readonly HpidLink[]
  /** More than one could be meant, on either side: for a person to decide, with a map. */
  readonly doubtful: readonly {
    readonly hpid: string
    readonly name: string
    readonly hospitalIds: readonly string[]
  }[]
}

/** The same house has two positions: the gate and the middle of the roof. */
export const SAME_PLACE_M = 500

/**
 * The same place and the same name, or the same place and the same telephone; and only where each side means no other. A wrong link shows
 * one hospital's beds at another, a missing one shows nothing: what is not sure is not linked.
 */
export const matchHpids = (listed: readonly Listed[], registered: readonly Registered[]): HpidMatch => {
  const near = nearby(registered)
  const meant = listed.flatMap((one) => {
    const hospitalIds = near(one).flatMap((other) => (isSame(one, other) ? [other.id] : []))
    return hospitalIds.length === 0 ? [] : [{ hpid: one.hpid, name: one.name, hospitalIds }]
  })
  const claims = new Map<string, number>()
  for (const id of meant.flatMap(({ hospitalIds }) => hospitalIds)) claims.set(id, (claims.get(id) ?? 0) + 1)
  const isSure = ({ hospitalIds: [only, ...more] }: (typeof meant)[number]) =>
    only !== undefined && more.length === 0 && claims.get(only) === 1
  return {
    links: meant.filter(isSure).map(({ hpid, hospitalIds: [hospitalId = ''] }) => ({ hpid, hospitalId })),
    doubtful: meant.filter((one) => !isSure(one)),
  }
}

const isSame = (one: Listed, other: Registered): boolean =>
  metresBetween(one, other) <= SAME_PLACE_M &&
  (plainName(one.name) === plainName(other.name) ||
    (one.phone !== null &&
      digits(one.phone) !== '' &&
      other.phones.some((phone) => digits(phone) === digits(one.phone))))

const digits = (text: string | null): string => (text ?? '').replace(/\D/g, '')

/** Whoever owns the house stands before its name in one list and not in the other. */
const OWNERS = /(학교법인|의료법인|재단법인|사회복지법인|사단법인|의료재단)/g
const plainName = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/\(.*?\)/g, '')
    .replace(OWNERS, '')
    .replace(/[\s·.,-]/g, '')

type Place = Pick<Listed, 'lat' | 'lon'>

const METRES_A_DEGREE = 111_195
const metresBetween = (one: Place, other: Place): number =>
  METRES_A_DEGREE *
  Math.hypot(one.lat - other.lat, (one.lon - other.lon) * Math.cos((Math.PI / 180) * ((one.lat + other.lat) / 2)))

/** Squares of a hundredth of a degree, wider than the reach of a match: who is near stands in the own square or one beside it. */
const nearby = (registered: readonly Registered[]) => {
  const squareOf = (value: number): number => Math.floor(value * 100)
  const squares = Map.groupBy(registered, ({ lat, lon }) => `${squareOf(lat)} ${squareOf(lon)}`)
  const BESIDE = [-1, 0, 1]
  return ({ lat, lon }: Place): readonly Registered[] =>
    BESIDE.flatMap((up) =>
      BESIDE.flatMap((right) => squares.get(`${squareOf(lat) + up} ${squareOf(lon) + right}`) ?? []),
    )
}

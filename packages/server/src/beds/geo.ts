/** WGS84 degrees. */
export interface Position {
  readonly lat: number
  readonly lon: number
}

/** Mean radius of the earth (IUGG), metres. */
export const EARTH_RADIUS_M = 6_371_009

/** A point on the unit sphere. */
export type UnitVector = readonly [x: number, y: number, z: number]

/**
 * Only + − × ÷ and √ are used below: these are exact to the last bit everywhere, while `Math.sin` may differ in its last
 * bit from one engine to another, and two desks would see two orders.
 */
export const unitVector = ({ lat, lon }: Position): UnitVector => {
  const phi = lat * DEGREE
  const lambda = lon * DEGREE
  const cosPhi = cosine(phi)
  return [cosPhi * cosine(lambda), cosPhi * sine(lambda), sine(phi)]
}

/** Great-circle distance in whole metres, from the chord. Good to a metre up to 3,000 km. */
export const distanceM = (a: UnitVector, b: UnitVector): number =>
  chordToArcM(squaredChord(a[0] - b[0], a[1] - b[1], a[2] - b[2]))

export const squaredChord = (dx: number, dy: number, dz: number): number => dx * dx + dy * dy + dz * dz

/** arc = 2·asin(c/2) = c + c³/24 + 3c⁵/640 + 5c⁷/7168 + … */
export const chordToArcM = (chordSquared: number): number => {
  const c = Math.sqrt(chordSquared)
  const s = chordSquared
  return Math.round(EARTH_RADIUS_M * c * (1 + s * (1 / 24 + s * (3 / 640 + s * (5 / 7168 + s * (35 / 294912))))))
}

const DEGREE = Math.PI / 180
const HALF_PI = Math.PI / 2

/** Taylor series after folding into [−π/2, π/2]; error below 1e-15 there. */
const sine = (angle: number): number => {
  const folded = angle > HALF_PI ? 2 * HALF_PI - angle : angle < -HALF_PI ? -2 * HALF_PI - angle : angle
  const s = folded * folded
  let term = folded
  let sum = folded
  for (let n = 1; n <= 11; n++) {
    term = (-term * s) / (2 * n * (2 * n + 1))
    sum += term
  }
  return sum
}

const cosine = (angle: number): number => sine(HALF_PI - Math.abs(angle))

import type { Position, Region } from '../facilities/index.ts'
import type { Chance } from './chance.ts'

/** A district (구·군) and the middle of its built-up part. */
export type District = { readonly code: string | null; readonly name: string; readonly centre: Position }

/** @see docs/sources/facilities.md#districts */
const INCHEON: readonly District[] = [
  { code: '28260', name: '서구', centre: { lat: 37.5454, lon: 126.676 } },
  { code: '28200', name: '남동구', centre: { lat: 37.4469, lon: 126.7315 } },
  { code: '28110', name: '중구', centre: { lat: 37.4738, lon: 126.6217 } },
  { code: '28237', name: '부평구', centre: { lat: 37.507, lon: 126.7218 } },
  { code: '28185', name: '연수구', centre: { lat: 37.4101, lon: 126.6783 } },
  { code: '28177', name: '미추홀구', centre: { lat: 37.4636, lon: 126.65 } },
  { code: '28245', name: '계양구', centre: { lat: 37.5374, lon: 126.7377 } },
  { code: '28140', name: '동구', centre: { lat: 37.4737, lon: 126.6432 } },
]

/** Ganghwa is reached by a bridge, Baengnyeong by ship only. */
const INCHEON_FAR: Readonly<Record<'far' | 'island', District>> = {
  far: { code: '28710', name: '강화군', centre: { lat: 37.7466, lon: 126.4879 } },
  island: { code: '28720', name: '옹진군 백령면', centre: { lat: 37.9676, lon: 124.7163 } },
}

const SCATTER_KM = { district: 1, province: 9 } as const
const KM_PER_DEGREE = 111.2

/** Where the hospital with this number stands. */
export const placeOf = (
  region: Region,
  number: number,
  where: 'near' | 'far' | 'island',
  chance: Chance,
): { readonly district: District; readonly position: Position } => {
  if (region.code === '28') {
    const district = where === 'near' ? (INCHEON[(number - 1) % INCHEON.length] ?? INCHEON_FAR.far) : INCHEON_FAR[where]
    return { district, position: scatter(district.centre, SCATTER_KM.district, chance) }
  }
  const district = { code: null, name: '', centre: region.seat }
  return { district, position: scatter(region.seat, SCATTER_KM.province, chance) }
}

/** Even over a disc, to five decimals (one metre). */
const scatter = ({ lat, lon }: Position, radiusKm: number, chance: Chance): Position => {
  const [angle, distance] = [chance.next() * 2 * Math.PI, Math.sqrt(chance.next()) * radiusKm]
  const east = (distance * Math.cos(angle)) / (KM_PER_DEGREE * Math.cos((lat * Math.PI) / 180))
  const rounded = (degrees: number) => Math.round(degrees * 1e5) / 1e5
  return { lat: rounded(lat + (distance * Math.sin(angle)) / KM_PER_DEGREE), lon: rounded(lon + east) }
}

import type { SidoCode } from '@dure/contract'

/** The seven zones (권역) in which provinces help each other with beds. @see docs/sources/beds.md#zones */
export const ZONES: Readonly<Record<string, readonly SidoCode[]>> = {
  capital: ['11', '28', '41'],
  gangwon: ['51'],
  chungcheong: ['30', '36', '43', '44'],
  honam: ['29', '52', '46'],
  gyeongbuk: ['27', '47'],
  gyeongnam: ['26', '31', '48'],
  jeju: ['50'],
}

/** The other regions of a region's zone; empty for Gangwon and Jeju, which stand alone. */
export const neighboursOf = (sido: string): readonly string[] =>
  (Object.values(ZONES).find((zone) => zone.some((code) => code === sido)) ?? []).filter((code) => code !== sido)

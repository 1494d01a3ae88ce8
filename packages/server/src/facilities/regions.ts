import type { SidoCode } from '@dure/contract'
import type { Position } from './types.ts'

/** A province (시·도). `seat` is where its government sits; `population` registered residents at the end of 2023. */
export type Region = {
  readonly code: SidoCode
  /** 행안부 50 is Jeju and 36 Sejong, while ISO has KR-49 for Jeju and KR-50 for Sejong: never derive one from the other. */
  readonly iso: string
  readonly nameKo: string
  readonly shortKo: string
  readonly nameEn: string
  readonly seat: Position
  readonly population: number
}

/** @see docs/sources/facilities.md#regions */
export const REGIONS: readonly Region[] = [
  region('11', 'KR-11', '서울특별시', '서울', 'Seoul', 37.5663, 126.9779, 9_386_034),
  region('26', 'KR-26', '부산광역시', '부산', 'Busan', 35.1796, 129.0756, 3_293_362),
  region('27', 'KR-27', '대구광역시', '대구', 'Daegu', 35.8714, 128.6014, 2_374_960),
  region('28', 'KR-28', '인천광역시', '인천', 'Incheon', 37.4563, 126.7052, 2_997_410),
  region('29', 'KR-29', '광주광역시', '광주', 'Gwangju', 35.1595, 126.8526, 1_419_237),
  region('30', 'KR-30', '대전광역시', '대전', 'Daejeon', 36.3504, 127.3845, 1_442_216),
  region('31', 'KR-31', '울산광역시', '울산', 'Ulsan', 35.5384, 129.3114, 1_103_661),
  region('36', 'KR-50', '세종특별자치시', '세종', 'Sejong', 36.48, 127.289, 386_525),
  region('41', 'KR-41', '경기도', '경기', 'Gyeonggi', 37.2893, 127.0535, 13_630_821),
  region('51', 'KR-42', '강원특별자치도', '강원', 'Gangwon', 37.8853, 127.7298, 1_527_807),
  region('43', 'KR-43', '충청북도', '충북', 'Chungbuk', 36.6356, 127.4914, 1_593_469),
  region('44', 'KR-44', '충청남도', '충남', 'Chungnam', 36.6588, 126.6728, 2_130_119),
  region('52', 'KR-45', '전북특별자치도', '전북', 'Jeonbuk', 35.8204, 127.1088, 1_754_757),
  region('46', 'KR-46', '전라남도', '전남', 'Jeonnam', 34.8161, 126.4629, 1_804_217),
  region('47', 'KR-47', '경상북도', '경북', 'Gyeongbuk', 36.576, 128.5056, 2_554_324),
  region('48', 'KR-48', '경상남도', '경남', 'Gyeongnam', 35.2377, 128.6919, 3_251_158),
  region('50', 'KR-49', '제주특별자치도', '제주', 'Jeju', 33.489, 126.4983, 675_252),
]

/** Registered residents of the whole country at the same date: the sum of the table. */
export const POPULATION = REGIONS.reduce((sum, { population }) => sum + population, 0)

/** 수도권. */
export const CAPITAL_REGION: readonly SidoCode[] = ['11', '28', '41']

export const regionByCode = (code: string): Region | undefined => REGIONS.find((one) => one.code === code)

function region(
  code: SidoCode,
  iso: string,
  nameKo: string,
  shortKo: string,
  nameEn: string,
  lat: number,
  lon: number,
  population: number,
): Region {
  return { code, iso, nameKo, shortKo, nameEn, seat: { lat, lon }, population }
}

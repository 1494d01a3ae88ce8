/**
 * District (구·군, or 시 within a province) of a postal address: `인천광역시 서구 가정로 1` → `서구`. Without one: null. Of a hospital it
 * says nothing of the patient; of a home it would, and is never asked for.
 */
export const districtOf = (address: string): string | null => {
  const [province = '', first = '', second = ''] = address.trim().split(/\s+/)
  if (!/(특별시|광역시|특별자치시|도|특별자치도)$/.test(province)) return null
  if (/시$/.test(first) && /구$/.test(second)) return second
  return /^[가-힣]{1,6}(구|군|시)$/.test(first) ? first : null
}

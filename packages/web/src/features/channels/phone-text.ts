/** `010-1234-5678`. */
export const showPhone = (phone: string): string => {
  const area = phone.startsWith('02') ? 2 : phone.startsWith('1') ? 0 : 3
  const rest = phone.slice(area)
  const local = `${rest.slice(0, -4)}-${rest.slice(-4)}`
  return area === 0 ? local : `${phone.slice(0, area)}-${local}`
}

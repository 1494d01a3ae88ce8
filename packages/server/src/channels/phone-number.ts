import type { Brand } from '../platform/ids.ts'

/** A telephone number as it is stored and compared: digits only, a Korean one from its 0: `01012345678`. */
export type PhoneNumber = Brand<string, 'PhoneNumber'>

/** Numbers as people and carriers write them: with spaces, hyphens, full-width digits, +82. */
export const parsePhoneNumber = (raw: string): PhoneNumber | undefined => {
  const digits = raw.normalize('NFKC').replace(/[\s().-]/g, '')
  const national = digits.replace(/^(\+|00)82\(?0?\)?/, '0').replace(/^82(?=1[016789]\d{7,8}$)/, '0')
  return /^(0\d{8,11}|1\d{7})$/.test(national) ? (national as PhoneNumber) : undefined
}

/** A number that can be texted: a mobile telephone, or a line that carriers take texts for. */
export const isTextable = (phone: PhoneNumber): boolean =>
  /^01[016789]\d{7,8}$|^0(2|[3-6]\d|50\d|70)\d{6,8}$/.test(phone)

/** `010-12**-**78`: enough to recognise, not enough to call. */
export const maskPhone = (phone: string): string =>
  phone.length < 8 ? '****' : `${phone.slice(0, 3)}-${phone.slice(3, 5)}**-**${phone.slice(-2)}`

/** `010-1234-5678`. */
export const showPhone = (phone: string): string => {
  const area = phone.startsWith('02') ? 2 : phone.startsWith('1') ? 0 : 3
  const rest = phone.slice(area)
  const local = `${rest.slice(0, -4)}-${rest.slice(-4)}`
  return area === 0 ? local : `${phone.slice(0, area)}-${local}`
}

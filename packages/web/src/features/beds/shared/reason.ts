import type { ParseKeys, TFunction } from 'i18next'
import i18next from 'i18next'

/** A code of the server in words; a code newer than this screen is shown as it is rather than not at all. */
export const wordFor = (
  t: TFunction,
  group: 'term' | 'whyNot' | 'askFirst' | 'flag' | 'event' | 'vitalName',
  code: string,
): string => {
  const key = `${group}.${code.replaceAll('-', '_')}`
  return i18next.exists(key) ? t(key as ParseKeys) : code
}

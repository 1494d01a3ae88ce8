import type { ParseKeys, TFunction } from 'i18next'
import i18next from 'i18next'

type Group =
  | 'term'
  | 'whyNot'
  | 'askFirst'
  | 'flag'
  | 'event'
  | 'vitalName'
  | 'need'
  | 'stopReason'
  | 'transport'
  | 'declineReason'
  | 'cancelReason'

/** A code of the server in words; a code newer than this screen is shown as it is rather than not at all. */
export const wordFor = (t: TFunction, group: Group, code: string): string => {
  const key = `${group}.${code.replaceAll('-', '_')}`
  return i18next.exists(key) ? t(key as ParseKeys) : code
}

/** `missing:thoracic_surgery`, `unknown:ecmo`: the need that is meant. */
const needOf = (code: string): string | null => /^(?:missing|unknown):(.+)$/.exec(code)?.[1] ?? null

const needWord = (t: TFunction, need: string): string => {
  const key = `need.${need}`
  return i18next.exists(key) ? t(key as ParseKeys) : need
}

/** The reasons of one hospital, each need named beside the reason it belongs to. */
export const reasonsInWords = (t: TFunction, group: 'whyNot' | 'askFirst', codes: readonly string[]): string => {
  const needs = codes.map(needOf).filter((need) => need !== null)
  const about = ['capability-missing', 'capability-unknown']
  return codes
    .filter((code) => needOf(code) === null)
    .map((code) => {
      const word = wordFor(t, group, code)
      return about.includes(code) && needs.length > 0
        ? `${word} (${needs.map((need) => needWord(t, need)).join(', ')})`
        : word
    })
    .join(' · ')
}

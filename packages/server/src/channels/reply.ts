import type { DeclineReason } from '@dure/contract'
import { REASON_NUMBERS } from './words.ts'

/** What somebody meant by a text message. */
export type Reply =
  | { readonly kind: 'answer'; readonly code: string; readonly act: ReplyAct; readonly reason: DeclineReason | null }
  /** A digit or a word without a code: the answer to a question of ours, or not enough. */
  | { readonly kind: 'bare'; readonly digit: number; readonly reason: DeclineReason | null }
  | { readonly kind: 'code_only'; readonly code: string }
  | { readonly kind: 'probe'; readonly probe: string }
  | { readonly kind: 'unreadable' }

export type ReplyAct = 'accept' | 'decline' | 'call'

const ACTS: readonly ReplyAct[] = ['accept', 'decline', 'call']

/** Words that stand for a number. The negatives first: 수락 불가 is a no. */
const WORDS: readonly (readonly [RegExp, '1' | '2' | '3'])[] = [
  [
    /수락\s*(불가|안|못)\S*|거절\S*|거부\S*|불가(능)?\S*|안\s*(돼|되|됩)\S*|못\s*받\S*|아니(오|요)?|(?<![a-z])no(?![a-z])/gi,
    '2',
  ],
  [/수락\S*|승낙\S*|수용\S*|가능\S*|받겠\S*|(?<!\S)(네|예)(?!\S)|(?<![a-z])(ok|okay|yes)(?![a-z])/gi, '1'],
  [/전화\S*|통화\S*|(?<![a-z])call(?![a-z])/gi, '3'],
]

const MAX_LENGTH = 100

/**
 * Reads a reply: `4821 1`, `４８２１　１`, `4821-1`, `48211`, `DURE 4821 수락`, `4821번 거절 1`. A text that could mean two things
 * is unreadable: a bed is not promised on a guess.
 */
export const parseReply = (raw: string): Reply => {
  const text = raw.normalize('NFKC').trim()
  const probe = /^DURE PROBE ([0-9A-Z]{26})$/.exec(text)
  if (probe?.[1] !== undefined) return { kind: 'probe', probe: probe[1] }
  if (text.length > MAX_LENGTH) return { kind: 'unreadable' }
  const numbers = numbersOf(text)
  return numbers === null ? { kind: 'unreadable' } : ofNumbers(numbers)
}

/** The numbers in a text whose words were turned into numbers; null when anything else is in it. */
const numbersOf = (text: string): string[] | null => {
  let rest = text.replace(/dure|두레/gi, ' ')
  for (const [word, digit] of WORDS) rest = rest.replace(word, ` ${digit} `)
  rest = rest.replace(/(\d)\s*번/g, '$1 ').replace(/[^\p{L}\p{N}]+/gu, ' ')
  if (/[^\d\s]/.test(rest)) return null
  return rest
    .trim()
    .split(/\s+/)
    .filter((part) => part !== '')
}

const ofNumbers = (numbers: readonly string[]): Reply => {
  const [first = '', ...rest] = splitGlued(numbers)
  if (/^\d$/.test(first) && rest.length === 0) return bare(Number(first))
  if (!/^\d{4}$/.test(first)) return { kind: 'unreadable' }
  if (rest.length === 0) return { kind: 'code_only', code: first }
  return answer(first, unrepeated(rest))
}

/** `48211` and `482121` are a code and what follows it. */
const splitGlued = (numbers: readonly string[]): readonly string[] => {
  const [first = '', ...rest] = numbers
  const glued = /^(\d{4})([123])([1-7])?$/.exec(first)
  return glued === null
    ? numbers
    : [glued[1] ?? '', glued[2] ?? '', ...(glued[3] === undefined ? [] : [glued[3]]), ...rest]
}

/** `4821 1 수락` says one thing twice. */
const unrepeated = (digits: readonly string[]): readonly string[] =>
  digits.length > 1 && digits[0] !== '2' && digits.every((digit) => digit === digits[0]) ? digits.slice(0, 1) : digits

const answer = (code: string, digits: readonly string[]): Reply => {
  const [first = '', second, ...more] = digits
  const act = /^[123]$/.test(first) ? ACTS[Number(first) - 1] : undefined
  if (act === undefined || more.length > 0) return { kind: 'unreadable' }
  if (second === undefined) return { kind: 'answer', code, act, reason: null }
  const reason = act === 'decline' && /^\d$/.test(second) ? reasonOf(Number(second)) : null
  return reason === null ? { kind: 'unreadable' } : { kind: 'answer', code, act, reason }
}

const bare = (digit: number): Reply => ({ kind: 'bare', digit, reason: reasonOf(digit) })

const reasonOf = (digit: number): DeclineReason | null => REASON_NUMBERS[digit - 1]?.reason ?? null

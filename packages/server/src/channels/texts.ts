import type { BedClass, IsolationNeed, Need, OxygenSupport } from '@dure/contract'
import { LMS_BYTES, SMS_BYTES } from './channel-times.ts'
import { cutTo, eucKrBytes, sendable } from './euc-kr.ts'
import { CLASS_WORD, ISOLATION_WORD, NEED_ORDER, NEED_WORD, OXYGEN_WORD, REASON_NUMBERS } from './words.ts'

/**
 * All that a text about an offer may be made from. Who the patient is, age, sex, complaint, telephone and everything typed
 * freely are not here, so they cannot get into a message.
 */
export interface OfferFacts {
  /** Four digits. */
  readonly code: string
  readonly bedClass: BedClass
  readonly isolation: IsolationNeed
  readonly oxygen: OxygenSupport
  readonly needs: readonly Need[]
  /** District (구·군) of the hospital that asks; null when the patient is not in a hospital. */
  readonly from: string | null
}

const HEAD = 'DURE'
const CHOICES = '1 수락 2 거절 3 전화'

/** What is needed, each once, isolation first: `음압`, `인공호흡기`. */
export const needWords = ({ isolation, oxygen, needs }: Omit<OfferFacts, 'code' | 'bedClass' | 'from'>): string[] => {
  const ordered = NEED_ORDER.filter((need) => needs.includes(need)).map((need) => NEED_WORD[need])
  const words = [ISOLATION_WORD[isolation], OXYGEN_WORD[oxygen], ...ordered]
  return [...new Set(words.filter((word) => word !== null))]
}

/**
 * `DURE 4821 위중증 1 음압+인공호흡기 서구→? 1 수락 2 거절 3 전화`: at most {@link SMS_BYTES} in EUC-KR. When there is more to say
 * than that, the least decisive needs become a count: `음압+ECMO+외3`.
 */
export const offerText = (facts: OfferFacts): string => {
  const words = needWords(facts)
  for (let shown = words.length; shown >= 0; shown -= 1) {
    const text = compose(facts, words.slice(0, shown), words.length - shown)
    if ((eucKrBytes(text) ?? Number.POSITIVE_INFINITY) <= SMS_BYTES) return text
  }
  return compose({ ...facts, from: null }, [], words.length)
}

const compose = ({ code, bedClass, from }: OfferFacts, words: readonly string[], more: number): string => {
  const needs = [...words, ...(more > 0 ? [`외${more}`] : [])].join('+')
  const way = from === null ? '' : `${sendable(cutTo(from, 12))}→?`
  return [HEAD, code, CLASS_WORD[bedClass], '1', needs, way, CHOICES].filter((part) => part !== '').join(' ')
}

/** `sms` up to 90 bytes, `lms` up to 2,000: carriers bill and send them differently. */
export const textKind = (text: string): 'sms' | 'lms' =>
  (eucKrBytes(text) ?? Number.POSITIVE_INFINITY) <= SMS_BYTES ? 'sms' : 'lms'

/** A text as it may be handed to a carrier: one code, one limit. */
export const fitForCarrier = (text: string): string => cutTo(sendable(text), LMS_BYTES)

const REASONS = REASON_NUMBERS.map(({ word }, at) => `${at + 1}${word}`).join(' ')

/** What is answered to somebody who wrote. None of it says more than the number was already told. */
export type Answer =
  | { readonly kind: 'accepted'; readonly code: string; readonly until: string }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'reason_asked'; readonly code: string }
  | { readonly kind: 'call_noted'; readonly code: string }
  | { readonly kind: 'already_accepted' | 'already_declined'; readonly code: string; readonly at: string }
  | { readonly kind: 'expired' | 'withdrawn' | 'placed_elsewhere' | 'no_bed' | 'refused'; readonly code: string }
  | { readonly kind: 'wrong_code'; readonly code: string }
  | { readonly kind: 'not_allowed' }
  | { readonly kind: 'which'; readonly code: string }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'unknown_number' }
  | { readonly kind: 'locked' }

/** @param desk telephone of the placement desk, as shown; null = not registered */
export const answerText = (answer: Answer, desk: string | null): string => {
  const call = desk === null ? '배정반에 전화하세요' : `전화 ${desk}`
  switch (answer.kind) {
    case 'accepted':
      return `${HEAD} ${answer.code} 수락 접수. 병상을 ${answer.until}까지 비워 두세요. 취소는 ${call}`
    case 'declined':
      return `${HEAD} ${answer.code} 거절 접수. 감사합니다`
    case 'reason_asked':
      return `${HEAD} ${answer.code} 거절 이유? ${REASONS} (번호만 회신)`
    case 'call_noted':
      return `${HEAD} ${answer.code} 배정반이 이 번호로 전화합니다. 답은 아직 기다립니다`
    case 'already_accepted':
      return `${HEAD} ${answer.code} ${answer.at}에 이미 수락. 바꾸려면 ${call}`
    case 'already_declined':
      return `${HEAD} ${answer.code} ${answer.at}에 이미 거절. 바꾸려면 ${call}`
    case 'expired':
      return `${HEAD} ${answer.code} 답할 시간이 지났습니다. 받을 수 있으면 ${call}`
    case 'withdrawn':
      return `${HEAD} ${answer.code} 철회된 요청입니다. 더 하실 일은 없습니다`
    case 'placed_elsewhere':
      return `${HEAD} ${answer.code} 다른 병원이 먼저 받았습니다. 더 하실 일은 없습니다`
    case 'no_bed':
      return `${HEAD} ${answer.code} 맞는 빈 병상이 없어 수락하지 못했습니다. ${call}`
    case 'refused':
      return `${HEAD} ${answer.code} 처리하지 못했습니다. ${call}`
    case 'wrong_code':
      return `${HEAD} ${answer.code}: 이 번호로 온 요청의 코드가 아닙니다. 받은 문자를 확인하세요`
    case 'not_allowed':
      return `${HEAD} 이 번호로는 답할 수 없습니다. ${call}`
    case 'which':
      return `${HEAD} 코드와 번호를 함께 보내세요. 예: ${answer.code} 1 (${CHOICES})`
    case 'unreadable':
      return `${HEAD} 읽지 못했습니다. 코드 네 자리와 번호를 보내세요. 예: 0000 1 (${CHOICES})`
    case 'unknown_number':
      return `${HEAD} 등록되지 않은 번호라 처리하지 않았습니다. 병원 병상 담당자에게 문의하세요`
    case 'locked':
      return `${HEAD} 틀린 코드가 많아 15분 동안 받지 않습니다. ${call}`
  }
}

export const confirmText = (code: string): string => `${HEAD} 번호 확인 ${code} (10분). 남에게 알리지 마세요`

/** Recognised when it comes back. */
export const probeText = (probe: string): string => `${HEAD} PROBE ${probe}`

/** An alert without content: what it is about is read on the screen, after signing in. */
export const alertText = (code: string | null): string =>
  code === null
    ? `${HEAD} 확인을 기다리는 일이 있습니다. 화면을 여세요`
    : `${HEAD} ${code} 확인을 기다립니다. 화면을 열거나 배정반에 전화하세요`

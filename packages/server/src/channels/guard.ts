import {
  CODE_GUESSES_MOST,
  INBOUND_MOST,
  STRANGER_ANSWER_EVERY_MS,
  STRANGER_ANSWERS_PER_HOUR,
  WRONG_CODES_MOST,
} from './channel-times.ts'

/** What a number wrote within the guess window, this message not counted. */
export interface NumberRecord {
  readonly messages: number
  readonly wrongCodes: number
  /** It was already told that it is locked. */
  readonly toldLocked: boolean
}

/** `read`: look at what it says. `locked`: say so once. `quiet`: log it and answer nothing. */
export type Admission = 'read' | 'locked' | 'quiet'

/** Four digits are soon tried out, so few wrong ones are listened to. */
export const admit = ({ messages, wrongCodes, toldLocked }: NumberRecord): Admission => {
  if (messages >= INBOUND_MOST) return 'quiet'
  if (wrongCodes < WRONG_CODES_MOST) return 'read'
  return toldLocked ? 'quiet' : 'locked'
}

/** Somebody is trying this code from several numbers that were not asked: an alarm, while the asked one goes on being heard. */
export const codeIsTried = (otherNumbers: number): boolean => otherNumbers >= CODE_GUESSES_MOST

/** Answers to unregistered numbers are few: their sender may be forged, and each answer costs and disturbs somebody. */
export const answersStranger = (record: {
  readonly lastAnswerToIt: Date | null
  readonly answersLastHour: number
  readonly now: Date
}): boolean =>
  record.answersLastHour < STRANGER_ANSWERS_PER_HOUR &&
  (record.lastAnswerToIt === null || record.now.getTime() - record.lastAnswerToIt.getTime() >= STRANGER_ANSWER_EVERY_MS)

/**
 * Times, limits and lengths of the channels, as data. Every figure has its row, with its source or argument, in
 * docs/sources/channels.md. Milliseconds throughout, unless the name says otherwise.
 */
const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

/** After this share of the time to answer, an offer no screen of the hospital has shown is also texted. */
export const UNSEEN_SHARE = 0.2

/** Bytes of an SMS and of an LMS in EUC-KR, as Korean carriers count them. */
export const SMS_BYTES = 90
export const LMS_BYTES = 2_000

/** A carrier that has not answered by now has not taken the message. */
export const HAND_OVER_TIMEOUT_MS = 10 * SECOND_MS
/** A process that died while handing over is followed by another after this. */
export const HAND_OVER_LEASE_MS = 60 * SECOND_MS
/** An accepted message without a delivery report after this is not known to have arrived, and goes to the other carrier. */
export const REPORT_DUE_MS = 2 * MINUTE_MS
/** Waits between rounds in which every carrier was tried. */
export const RETRY_MS: readonly number[] = [
  5 * SECOND_MS,
  15 * SECOND_MS,
  60 * SECOND_MS,
  3 * MINUTE_MS,
  10 * MINUTE_MS,
]
export const MAX_TRIES = 10

/** So many failures in a row, and a carrier is left alone for a while: 30 s, then twice as long each time. */
export const CIRCUIT_FAILURES = 3
export const CIRCUIT_OPEN_MS = 30 * SECOND_MS
export const CIRCUIT_OPEN_MOST_MS = 10 * MINUTE_MS

/** A probe message to an own number: how often, how often once it was missed, and by when it has to have arrived. */
export const PROBE_EVERY_MS = 5 * MINUTE_MS
export const PROBE_EVERY_SILENT_MS = MINUTE_MS
export const PROBE_DUE_MS = 90 * SECOND_MS

/** After `4821 2`: so long the reason is waited for, then the offer is declined without one. */
export const DECLINE_REASON_WAIT_MS = 2 * MINUTE_MS

/** A carrier's clock and ours differ by less than this; an answer takes longer to type than a question to arrive. */
export const CLOCKS_DIFFER_MS = MINUTE_MS

/** The code that confirms a number. */
export const CONFIRM_CODE_MS = 10 * MINUTE_MS
export const CONFIRM_ATTEMPTS = 5
export const CONFIRM_CODES_PER_HOUR = 3
/** Registering costs text messages. */
export const NUMBERS_PER_HOUR = 20

/** Of one number: so many wrong codes within the window, and it is not listened to until the window is over. */
export const WRONG_CODES_MOST = 5
/** For one code: so many numbers of elsewhere naming it, and somebody is trying. */
export const CODE_GUESSES_MOST = 5
export const GUESS_WINDOW_MS = 15 * MINUTE_MS
/** Of one number, whatever it writes: what is over is logged and not answered. */
export const INBOUND_MOST = 20
/** An unregistered number is told so once in this time, and all of them together so often: the sender may be forged. */
export const STRANGER_ANSWER_EVERY_MS = 60 * MINUTE_MS
export const STRANGER_ANSWERS_PER_HOUR = 20

/** The dark sheet is made anew so often, and one older than this is made anew when asked for. */
export const SHEET_EVERY_MS = 3 * MINUTE_MS

/** A notification that could not be delivered within this says nothing any more. */
export const PUSH_TTL_S = 300
export const PUSH_DEVICES_MOST = 10
export const PUSH_TIMEOUT_MS = 10 * SECOND_MS
export const PUSH_RETRY_MS: readonly number[] = [5 * SECOND_MS, 20 * SECOND_MS, 60 * SECOND_MS]

/** Messages and notifications are forgotten after this; what they brought about stays in the request's record. */
export const KEPT_DAYS = 90

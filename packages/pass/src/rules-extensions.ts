import type { Extensions } from './certlogic.ts'
import { err, ok } from './result.ts'
import { endOfSeoulDay, SEOUL } from './seoul-time.ts'

/**
 * What Korean rules need and CertLogic cannot say. `{"endOfDay": [<date-time>, "Asia/Seoul"]}` is the instant at which the
 * Seoul day containing the date-time ends (24:00): a negative PCR counts "48 hours and then until midnight of that day".
 * Rule sets may use it; the plain evaluator, which must stay comparable with other implementations, refuses it.
 */
export const RULE_EXTENSIONS: Extensions = {
  endOfDay: ([dateTime, zone]) => {
    if (zone !== SEOUL) return err({ code: 'logic-malformed', detail: `"endOfDay" knows only ${SEOUL}` })
    if (!(dateTime instanceof Date))
      return err({ code: 'logic-type', detail: 'the operand of "endOfDay" is not a date-time' })
    return ok(new Date(endOfSeoulDay(dateTime.getTime())))
  },
}

export const EXTENSION_NAMES: readonly string[] = Object.keys(RULE_EXTENSIONS)

import { bedEndpoints } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { err, ok } from '../platform/result.ts'
import { judgeSeverity } from './severity.ts'

/** The score while the vital signs are being typed; nothing is stored. */
export const registerSeverity = (http: Http): void => {
  serve(http)(bedEndpoints.suggestSeverity, ({ body: { vitals, oxygen, ageYears } }) => {
    const judged = judgeSeverity({ vitals, oxygen, ...(ageYears === undefined ? {} : { ageYears }) })
    if (judged.ok) {
      const { suggested, score, points, parts, missing, effective } = judged.value
      return ok({ suggested, score, points, parts: { ...parts }, missing: [...missing], judged: null, effective })
    }
    const errors = judged.error.map(({ reason, pointer }) => ({ pointer: `/body${pointer ?? ''}`, detail: reason }))
    const [one] = errors
    return err({ code: 'invalid-input' as const, pointer: one?.pointer, detail: one?.detail, errors })
  })
}

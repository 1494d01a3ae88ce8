import { bedEndpoints as e } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { ok } from '../platform/result.ts'
import type { Beds } from './beds.service.ts'
import { draftFollowUp } from './follow-up.service.ts'
import { requestViewFor } from './loading.service.ts'
import { settleByPhone } from './phone-checks.service.ts'

/** What a call settles, and what follows an admission. */
export const registerSettling = (http: Http, beds: Beds): void => {
  const route = serve(http)

  route(e.settleByPhone, ({ person, params, body }) => settleByPhone(beds, person, params.id, body))

  route(e.draftFollowUp, async ({ person, params, body }) => {
    const drafted = await draftFollowUp(beds, person, params.id, body)
    return drafted.ok ? ok(await requestViewFor(beds, person, drafted.value)) : drafted
  })
}

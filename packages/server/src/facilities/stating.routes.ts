import { facilityEndpoints } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { err, ok } from '../platform/result.ts'
import type { Directory } from './directory.service.ts'
import { hospitalDetail, statedAnswers } from './search.sql.ts'
import { statementsOf, stopsAt } from './statement.sql.ts'
import { stateHospital, WORD_TIMER, wordOver } from './stating.service.ts'
import { toAnswerView, toStatementView, toStopView } from './views.ts'

/** The hospital's own word: saying it, reading what was said, and the timer that ends it. */
export const registerStating = (http: Http, directory: Directory): void => {
  const { deps } = http
  const { db } = deps
  const route = serve(http)

  route(facilityEndpoints.stateHospital, async ({ person, params, body, now }) => {
    const said = await stateHospital(deps, directory, person, params.id, body)
    if (!said.ok) return said
    const answers = await statedAnswers(db, params.id)
    return ok({
      at: now.toISOString(),
      stops: (await stopsAt(db, [params.id], now)).map((stop) => toStopView(stop, now)),
      capabilities: answers.filter(({ source }) => source === 'hospital').map((one) => toAnswerView(one, now)),
    })
  })

  route(facilityEndpoints.listStatements, async ({ params, query }) => {
    const { cursor: after, limit } = query
    if (after !== undefined && !/^[0-9]{1,18}$/.test(after))
      return err({ code: 'invalid-input' as const, pointer: '/query/cursor', detail: 'not a place in this list' })
    if ((await hospitalDetail(db, params.id)) === undefined)
      return err({ code: 'not-found' as const, pointer: '/params/id' })
    const found = await statementsOf(db, params.id, limit + 1, after)
    const page = found.slice(0, limit)
    const nextCursor = found.length > limit ? (page.at(-1)?.id ?? null) : null
    return ok({ statements: page.map(toStatementView), nextCursor })
  })

  deps.onTimer(WORD_TIMER, (tx, timer, now) => wordOver(tx, directory, timer.subject, now))
}

import { timingSafeEqual } from 'node:crypto'
import { channelEndpoints as e } from '@dure/contract'
import { sha256 } from '../platform/canonical.ts'
import { type Http, serve } from '../platform/http.ts'
import { appendOp } from '../platform/oplog.ts'
import { err, ok } from '../platform/result.ts'
import { type Carrier, readInbound, readReports } from './carrier.ts'
import type { Channels } from './channels.service.ts'
import { healthNow, textsNow } from './channels.view.service.ts'
import { deskOfPerson, sheetFor } from './dark-sheet.service.ts'
import { SHEET_POLICY } from './dark-sheet.ts'
import { takeInbound } from './inbound.service.ts'
import { finishCallBack, openCallBacks } from './inbound.sql.ts'
import { confirmNumber, numbersFor, registerNumber, removeNumber, resendCode } from './numbers.service.ts'
import { takeReport } from './outbox.service.ts'
import { registerPush } from './push.routes.ts'

/** Numbers, texts, calls back, the dark sheet, and what carriers send. */
export const registerChannelRoutes = (http: Http, channels: Channels): void => {
  const route = serve(http)
  registerPush(http, channels)

  route(e.listNumbers, async ({ person }) => ok({ numbers: await numbersFor(channels, person) }))

  route(e.registerNumber, ({ person, body }) => registerNumber(channels, person, body))

  route(e.confirmNumber, ({ person, params, body }) => confirmNumber(channels, person, params.id, body.code))

  route(e.resendNumberCode, ({ person, params }) => resendCode(channels, person, params.id))

  route(e.removeNumber, ({ person, params }) => removeNumber(channels, person, params.id))

  route(e.listTexts, async ({ query }) => ok(await textsNow(channels, query.limit)))

  route(e.channelHealth, async () => ok(await healthNow(channels)))

  route(e.listCallBacks, async () => {
    const hospitals = await channels.hospitals()
    const rows = await openCallBacks(channels.db)
    return ok({
      callBacks: rows.map(({ id, at, code, request_id, hospital_id, phone, label }) => ({
        ...{ id, code, phone, at: at.toISOString(), requestId: request_id, who: label },
        hospitalName: hospitals.get(hospital_id)?.name ?? hospital_id,
      })),
    })
  })

  route(e.doneCallBack, ({ person, params, now }) =>
    channels.db.tx(async (tx) => {
      const requestId = await finishCallBack(tx, params.id, person.id, now)
      if (requestId === null) return err({ code: 'not-found' as const, pointer: '/params/id' })
      const audience = { roles: ['placement_desk'] as const }
      await appendOp(tx, { kind: 'call-back-done', subject: requestId, body: { requestId }, audience, at: now })
      return ok(undefined)
    }),
  )

  route(e.darkSheet, async ({ person, query, setHeader }) => {
    setHeader('content-security-policy', SHEET_POLICY)
    return ok(await sheetFor(channels, deskOfPerson(person), query.lang))
  })

  route(e.carrierReport, async ({ params, query, body, header }) => {
    const carrier = provenCarrier(channels, params.carrier, query.secret, header('authorization'))
    if (carrier === undefined) return err({ code: 'sign-in-needed' as const, detail: 'not the secret of this carrier' })
    let taken = 0
    const reports = readReports(carrier, body)
    for (const report of reports) if (await takeReport(channels, carrier, report)) taken += 1
    return ok({ taken, unknown: reports.length - taken })
  })

  route(e.carrierInbound, async ({ params, query, body, header }) => {
    const carrier = provenCarrier(channels, params.carrier, query.secret, header('authorization'))
    if (carrier === undefined) return err({ code: 'sign-in-needed' as const, detail: 'not the secret of this carrier' })
    const messages = readInbound(carrier, body)
    for (const message of messages) await takeInbound(channels, carrier, message)
    return ok({ taken: messages.length })
  })
}

/** Compared by hash: neither its length nor its beginning shows in the time taken. A carrier there is not is refused alike. */
const provenCarrier = (
  { carriers }: Channels,
  key: string,
  inQuery: string | undefined,
  header: string | undefined,
): Carrier | undefined => {
  const given = /^Bearer (.{1,200})$/.exec(header ?? '')?.[1] ?? inQuery ?? ''
  const carrier = carriers.find((one) => one.key === key)
  const same = timingSafeEqual(sha256(given), sha256(carrier?.hookSecret ?? `no carrier ${key}`))
  return same ? carrier : undefined
}

import { demoChannelEndpoints as e } from '@dure/contract'
import { listPeople } from '../platform/auth.sql.ts'
import { type Http, serve } from '../platform/http.ts'
import { err, ok } from '../platform/result.ts'
import type { Channels } from './channels.service.ts'
import type { DemoCarriers } from './demo-carriers.service.ts'
import { insertNumber, numbersToReach, saveConfirmed } from './numbers.sql.ts'
import { type PhoneNumber, parsePhoneNumber } from './phone-number.ts'

/** A telephone nobody registered, to play a stranger with. */
export const STRANGER_PHONE = '01000009999'
const STRANGER_LABEL = '등록되지 않은 전화'
const DESK_PHONE = '0320000119'

/** The telephones of the demo, played on a page. A cell that is no demo does not have these routes. */
export const registerDemoPhones = (http: Http, channels: Channels, demo: () => DemoCarriers | undefined): void => {
  const route = serve(http)

  route(e.demoPhones, async () => {
    const carriers = demo()
    const texts = carriers?.texts() ?? []
    const hospitals = await channels.hospitals()
    const rows = await channels.db.sql<{ phone: string; label: string; facility_id: string | null; state: string }>(
      `select n.phone, n.label, coalesce(n.facility_id, p.facility_id) as facility_id, n.state
         from channels.number n
         left join platform.person p on p.id = n.person_id
        where n.state <> 'removed'
        order by n.registered_at, n.id
        limit 200`,
    )
    const known = new Map(
      rows.map((row) => [
        row.phone,
        {
          phone: row.phone,
          label: row.label,
          owner: hospitals.get(row.facility_id ?? '')?.name ?? '병상배정반',
          registered: row.state === 'confirmed',
        },
      ]),
    )
    const stranger = { phone: STRANGER_PHONE, label: STRANGER_LABEL, owner: '', registered: false }
    if (!known.has(STRANGER_PHONE)) known.set(STRANGER_PHONE, stranger)
    const phones = [...known.values()].map((one) => ({
      ...one,
      texts: texts
        .filter(({ phone }) => phone === one.phone)
        .slice(-50)
        .map(({ id, at, direction, carrier, text }) => ({ id, at: at.toISOString(), direction, carrier, text })),
    }))
    return ok({ phones, carriers: [...(carriers?.moods() ?? [])] })
  })

  route(e.demoReply, async ({ body }) => {
    const phone = parsePhoneNumber(body.phone)
    const went = phone === undefined ? false : await demo()?.reply(phone, body.text)
    return went === true
      ? ok({ sent: true as const })
      : err({ code: 'not-found' as const, detail: 'no carrier takes it', pointer: '/body/phone' })
  })

  route(e.demoCarrierMood, async ({ params, body }) =>
    demo()?.setMood(params.carrier, body.mood) === true
      ? ok({ key: params.carrier, mood: body.mood })
      : err({ code: 'not-found' as const, pointer: '/params/carrier' }),
  )
}

/** Once: a telephone on the desk of every hospital of the demo, and the placement desk's own. */
export const registerDemoNumbers = async (channels: Channels): Promise<void> => {
  const people = await listPeople(channels.db, { demo: true })
  const desks = [
    ...new Set(
      people.filter(({ roles }) => roles.includes('hospital_desk')).flatMap(({ facilityId }) => facilityId ?? []),
    ),
  ]
  await channels.db.tx(async (tx) => {
    const now = channels.clock.now()
    const place = async (facilityId: string | null, phone: string, label: string): Promise<void> => {
      if ((await numbersToReach(tx, { people: [], facilityId, desk: true })).length > 0) return
      const id = channels.ids.next()
      const number = { id, phone: phone as PhoneNumber, kind: 'desk', personId: null, facilityId, label } as const
      await insertNumber(tx, { ...number, registeredBy: 'demo' }, now)
      await saveConfirmed(tx, id, phone, now)
    }
    await place(null, DESK_PHONE, '배정반 당직 전화')
    for (const [at, facilityId] of desks.entries())
      await place(facilityId, `0100000${String(1_001 + at).padStart(4, '0')}`, '병상 당직 전화')
  })
}

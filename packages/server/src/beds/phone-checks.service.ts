import type { BodyOf, bedEndpoints, Need, PhoneSettled } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse } from './beds.service.ts'
import { addPhoneCheck, phoneChecksSince } from './phone-checks.sql.ts'
import { callsCountFrom, settledByHospital } from './phone-checks.ts'
import { isTerminal } from './placement.ts'
import { lockPlacement, tellRequest } from './placing.service.ts'
import { actorsIn } from './relations.ts'
import { addEvent } from './requests.sql.ts'
import type { RequestRow } from './rows.ts'

type Heard = BodyOf<typeof bedEndpoints.settleByPhone>

const DESKS: readonly string[] = ['placement_desk', 'neighbour_desk', 'national_desk']

/** A desk called the hospital about this patient and writes down what it heard. Ranking uses it from now on. */
export const settleByPhone = (
  beds: Beds,
  person: Person,
  requestId: string,
  heard: Heard,
): Promise<BedResult<{ hospitalId: string; settled: PhoneSettled[] }>> =>
  inWork(beds, byPerson(person, heard), async (work) => {
    const placement = await lockPlacement(work, requestId)
    if (placement === null) return notFound('request')
    const { row } = placement
    if (!actorsIn(person, placement).some((actor) => DESKS.includes(actor)))
      return refuse('not-allowed', 'a desk that looks for this bed writes down calls about it')
    if (isTerminal(row.state)) return refuse('wrong-state', `the request is ${row.state}`)
    const { byId } = await beds.finder.directory()
    if (!byId.has(heard.hospitalId)) return refuse('invalid-input', 'no such hospital', '/body/hospitalId')
    const of = (answer: 'yes' | 'no'): Need[] => [
      ...new Set((heard.needs ?? []).filter((one) => one.answer === answer).map(({ need }) => need)),
    ]
    const [met, unmet] = [of('yes'), of('no')]
    if (heard.bed !== true && met.length + unmet.length === 0)
      return refuse('invalid-input', 'say what was settled: the bed, or a need', '/body/needs')
    if (met.some((need) => unmet.includes(need)))
      return refuse('invalid-input', 'a need is met or it is not', '/body/needs')
    const { hospitalId, channel, heardFrom } = heard
    const check = { requestId: row.id, hospitalId, bed: heard.bed === true, met, unmet, channel, heardFrom }
    await addPhoneCheck(work.tx, { ...check, byPerson: person.id, byName: person.name }, work.now)
    const hospitalName = byId.get(hospitalId)?.name
    const data = { hospitalId, hospitalName, ...(heard.bed === true ? { bed: true } : {}), met, unmet }
    addEvent(work.tx, { requestId: row.id, kind: 'phone_checked', by: work.by, data }, work.now)
    tellRequest(work, row, 'request-phone-checked', { roles: ['placement_desk'], people: [row.created_by] })
    const settled = (await settledNow(beds, row, work.now)).get(hospitalId) ?? []
    return ok({ hospitalId, settled: [...settled] })
  })

/** What calls have settled for a request, by hospital. */
export const settledNow = async (
  { db, finder }: Pick<Beds, 'db' | 'finder'>,
  row: Pick<RequestRow, 'id' | 'requested_class'>,
  now: Date,
): Promise<ReadonlyMap<string, readonly PhoneSettled[]>> => {
  const checks = await phoneChecksSince(db, row.id, callsCountFrom(row.requested_class, now))
  return checks.length === 0 ? new Map() : settledByHospital(checks, (await finder.directory()).byId)
}

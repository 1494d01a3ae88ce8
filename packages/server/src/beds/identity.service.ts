import { patientIdentity } from '@dure/contract'
import type { z } from 'zod'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type BedResult, type Beds, byPerson, inWork, notFound, refuse, type Work } from './beds.service.ts'
import { erasedBefore, IDENTITY_KEPT_DAYS } from './erasure.service.ts'
import { type Look, logLook, looksAt, samePatientOf, saveIdentity, sealedIdentity } from './identity.sql.ts'
import { nationHash } from './identity-key.service.ts'
import { loadPlacement } from './loading.service.ts'
import { lockPlacement, tellRequest } from './placing.service.ts'
import { mayIdentify, sightOf } from './relations.ts'
import { addEvent } from './requests.sql.ts'
import type { RequestRow } from './rows.ts'
import { EDITABLE, mayRecordIdentity } from './views.ts'

export type PatientIdentity = z.output<typeof patientIdentity>
const opened = patientIdentity.omit({ residentNumber: true })

/** Seals who the patient is. The resident number is kept as a keyed hash only: it finds the same patient, and says nothing. */
export const setIdentity = (
  beds: Beds,
  person: Person,
  requestId: string,
  identity: PatientIdentity,
): Promise<BedResult<{ identityKnown: true; sameAs: string[] }>> =>
  inWork(beds, byPerson(person), async (work) => {
    const placement = await lockPlacement(work, requestId)
    if (placement === null) return notFound('request')
    if (!mayRecordIdentity(person, placement)) {
      return EDITABLE.has(placement.row.state)
        ? refuse('not-allowed', 'the requester records who the patient is, or the desk that is told')
        : refuse('wrong-state', `the request is ${placement.row.state}`)
    }
    const { residentNumber, ...kept } = identity
    const key = await beds.identityKey()
    const same = residentNumber === undefined ? null : key.samePatient(residentNumber)
    const sealed = key.seal(requestId, JSON.stringify(kept))
    const { nationKey } = beds
    const nation =
      residentNumber === undefined || nationKey === undefined ? null : nationHash(nationKey, residentNumber)
    await saveIdentity(work.tx, requestId, sealed, same, person.id, work.now, nation)
    await logLook(work.tx, requestId, 'recorded', person, work.now)
    addEvent(work.tx, { requestId, kind: 'identity_recorded', by: work.by }, work.now)
    const sameAs = await samePatientOf(work.tx, requestId)
    if (sameAs.length > 0) await tellSame(work, requestId, sameAs)
    return ok({ identityKnown: true, sameAs: sameAs.map(({ id }) => id) })
  })

/** Both requests' desks hear of it; the merge itself is a person's decision. */
const tellSame = async (
  work: Work,
  requestId: string,
  sameAs: readonly { readonly id: string; readonly code: string }[],
): Promise<void> => {
  const data = { requestIds: sameAs.map(({ id }) => id), codes: sameAs.map(({ code }) => code) }
  addEvent(work.tx, { requestId, kind: 'same_patient', by: work.by, data }, work.now)
  const placement = await loadPlacement(work.tx, requestId)
  if (placement !== null)
    tellRequest(work, placement.row, 'request-same-patient', {
      roles: ['placement_desk'],
      people: [placement.row.created_by],
    })
}

/** Who the patient is, for those who treat. Every look is written down, also one that is refused. */
export const getIdentity = async (
  beds: Beds,
  person: Person,
  requestId: string,
): Promise<BedResult<z.output<typeof opened>>> => {
  const looked = await beds.db.tx(async (tx) => {
    const placement = await loadPlacement(tx, requestId)
    if (placement === null) return notFound('request')
    const now = beds.clock.now()
    if (!mayIdentify(person, placement)) {
      await logLook(tx, requestId, 'refused', person, now)
      return refuse(
        'not-allowed',
        'only the facility that asks and the hospital that holds a bed see who the patient is',
      )
    }
    const sealed = await sealedIdentity(tx, requestId)
    if (sealed === null) return notKnown(placement.row, now)
    await logLook(tx, requestId, 'seen', person, now)
    const key = await beds.identityKey()
    return ok(opened.parse(JSON.parse(key.open(requestId, sealed.sealed))))
  })
  return looked
}

const notKnown = ({ closed_at: closedAt }: Pick<RequestRow, 'closed_at'>, now: Date) =>
  closedAt !== null && closedAt <= erasedBefore(now)
    ? refuse(
        'not-found',
        `erased ${IDENTITY_KEPT_DAYS} days after the end of the request, if it was recorded`,
        '/params/id',
      )
    : refuse('not-found', 'nobody has recorded who the patient is', '/params/id')

export const identityLooks = async (beds: Beds, person: Person, requestId: string): Promise<BedResult<Look[]>> => {
  const placement = await loadPlacement(beds.db, requestId)
  if (placement === null) return notFound('request')
  if (sightOf(person, placement) !== 'treats') return refuse('not-allowed', 'you have no part in this request')
  return ok(await looksAt(beds.db, requestId))
}

/** The request that is merged away may be the only one that knows who the patient is; one that follows is for the same patient. */
export const copyIdentity = async (work: Work, fromId: string, intoId: string): Promise<void> => {
  const { tx, now, by, beds } = work
  const from = await sealedIdentity(tx, fromId)
  if (from === null || (await sealedIdentity(tx, intoId)) !== null) return
  const key = await beds.identityKey()
  const text = key.open(fromId, from.sealed)
  await saveIdentity(
    tx,
    intoId,
    key.seal(intoId, text),
    from.same_patient,
    by.personId ?? by.name,
    now,
    from.nation_hash,
  )
}

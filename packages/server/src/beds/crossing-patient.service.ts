import { patientIdentity } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import { type BedResult, type Beds, notFound, refuse, type Work } from './beds.service.ts'
import { grantById } from './crossing.sql.ts'
import type { PatientIdentity } from './identity.service.ts'

const opened = patientIdentity.omit({ residentNumber: true })

/** Opens what came sealed for this cell and seals it anew with the cell's own key: the database never has it in the clear. */
export const keepPatient = async (work: Work, askId: string, sealed: string): Promise<void> => {
  const text = await work.beds.exchange.open(sealed)
  if (text === null) {
    work.beds.log.warn({ ask: askId }, 'patient-not-readable-here')
    return
  }
  const key = await work.beds.identityKey()
  await work.tx.sql(
    `insert into beds.grant_patient (ask_id, sealed, received_at) values ($1, $2, $3)
         on conflict (ask_id) do update set sealed = excluded.sealed, received_at = excluded.received_at`,
    [askId, key.seal(askId, text), work.now],
  )
}

/** Who the patient of another region is, for the hospital that keeps the bed. Every look is written down, also a refused one. */
export const getGrantPatient = (
  beds: Beds,
  person: Person,
  askId: string,
): Promise<BedResult<Omit<PatientIdentity, 'residentNumber'>>> =>
  beds.db.tx(async (tx) => {
    const grant = await grantById(tx, askId)
    if (grant === null) return notFound('grant')
    const may =
      person.roles.includes('hospital_desk') && person.facilityId === grant.hospital_id && grant.state === 'confirmed'
    await tx.sql(
      `insert into beds.grant_look (ask_id, at, act, person_id, person_name, hospital_id) values ($1, $2, $3, $4, $5, $6)`,
      [askId, beds.clock.now(), may ? 'seen' : 'refused', person.id, person.name, person.facilityId],
    )
    if (!may) return refuse('not-allowed', 'only the hospital that keeps the bed sees who the patient is')
    const [row] = await tx.sql<{ sealed: Buffer }>(`select p.sealed from beds.grant_patient p where p.ask_id = $1`, [
      askId,
    ])
    if (row === undefined) return refuse('not-found', 'the asking region has not recorded who the patient is')
    const key = await beds.identityKey()
    return ok(opened.parse(JSON.parse(key.open(askId, row.sealed))))
  })

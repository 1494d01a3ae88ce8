import type { Queries, Tx } from '../platform/db.ts'

export interface OrganisationAccountRow {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly provider: string
  readonly personId: string
  readonly linkedAt: Date
}

const COLUMNS = `id, issuer, subject, provider, person_id as "personId", linked_at as "linkedAt"`

/** Whose an organisation's subject is: this row, and nothing in the token, says so. */
export const accountOf = async (
  db: Queries,
  issuer: string,
  subject: string,
): Promise<OrganisationAccountRow | undefined> =>
  (
    await db.sql<OrganisationAccountRow>(
      `select ${COLUMNS} from people.organisation_account where issuer = $1 and subject = $2`,
      [issuer, subject],
    )
  )[0]

export const accountsOf = (db: Queries, personId: string): Promise<OrganisationAccountRow[]> =>
  db.sql<OrganisationAccountRow>(
    `select ${COLUMNS} from people.organisation_account where person_id = $1 order by linked_at, id`,
    [personId],
  )

/** False when somebody has this subject already. */
export const insertAccount = async (tx: Tx, row: OrganisationAccountRow): Promise<boolean> =>
  (
    await tx.sql(
      `insert into people.organisation_account (id, issuer, subject, provider, person_id, linked_at)
       values ($1, $2, $3, $4, $5, $6)
           on conflict do nothing
       returning id`,
      [row.id, row.issuer, row.subject, row.provider, row.personId, row.linkedAt],
    )
  ).length > 0

export const removeAccount = async (
  tx: Tx,
  personId: string,
  id: string,
): Promise<OrganisationAccountRow | undefined> =>
  (
    await tx.sql<OrganisationAccountRow>(
      `delete from people.organisation_account where person_id = $1 and id = $2 returning ${COLUMNS}`,
      [personId, id],
    )
  )[0]

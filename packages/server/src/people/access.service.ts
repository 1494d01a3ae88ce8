import type { BreakGlassReason, BreakGlassView } from '@dure/contract'
import type { z } from 'zod'
import { sessionOf } from '../platform/auth.sql.ts'
import type { AccessUse } from '../platform/http.ts'
import { hasRole, type Person } from '../platform/person.ts'
import { ok } from '../platform/result.ts'
import {
  breakGlassById,
  breakGlasses,
  insertAccess,
  insertBreakGlass,
  insertReview,
  openAccessOf,
  type ReviewedRow,
  searchAccess,
} from './access.sql.ts'
import { iso, minutesAfter, type People, refuse, tell } from './people.service.ts'

/**
 * Long enough to treat, too short to browse. What is still needed afterwards is a part in the request, which the desk can give.
 * @see docs/sources/people.md#break-glass
 */
export const BREAK_GLASS_MIN = 60

const REVIEWERS = ['desk_lead', 'privacy_officer', 'admin'] as const

/** Who, when, from where, whom, by which act, given or refused: written before anything is answered. */
export const logUse = async (people: People, use: AccessUse): Promise<void> => {
  const { person, sessionToken, subject } = use
  const session = sessionToken === undefined ? undefined : await sessionOf(people.db, sessionToken)
  const request = await people.request(subject)
  const about = request?.id ?? subject.slice(0, 64)
  await insertAccess(people.db, {
    at: use.now,
    personId: person.id,
    personName: person.name,
    roles: person.roles,
    facilityId: person.facilityId,
    address: use.address.slice(0, 64),
    sessionKind: session?.kind ?? '',
    route: use.route,
    subject: about,
    outcome: use.outcome,
    breakGlassId: person.opened?.find(({ requestId }) => requestId === about)?.id ?? null,
  })
}

interface Opening {
  readonly request: string
  readonly reason: BreakGlassReason
  readonly note: string
}

export const openBreakGlass = async (people: People, person: Person, { request, reason, note }: Opening, now: Date) => {
  const found = await people.request(request)
  if (found === null) return refuse('not-found', 'no such request', '/body/request')
  return people.db.tx(async (tx) => {
    const open = await openAccessOf(tx, person.id, found.id, now)
    const id = open ?? people.ids.next()
    if (open === undefined) {
      const who = { personId: person.id, personName: person.name, facilityId: person.facilityId }
      const what = { requestId: found.id, requestCode: found.code, reason, note }
      await insertBreakGlass(tx, { id, at: now, until: minutesAfter(now, BREAK_GLASS_MIN), ...who, ...what })
      await tell(tx, 'break-glass-opened', id, { roles: REVIEWERS, people: [person.id] }, now)
    }
    return ok(await viewById(people, person, id))
  })
}

const viewById = async (people: People, reader: Person, id: string) => {
  const row = await breakGlassById(people.db, id)
  const [view] = row === undefined ? [] : await views(people, reader, [row])
  if (view === undefined) throw new Error(`Break-glass access ${id} was just written and is gone`)
  return view
}

const views = async (
  people: People,
  reader: Person,
  rows: readonly ReviewedRow[],
): Promise<z.input<typeof BreakGlassView>[]> => {
  const names = await people.names([...new Set(rows.flatMap(({ facilityId }) => facilityId ?? []))])
  return rows.map((row) => ({
    ...{ id: row.id, at: iso(row.at), until: iso(row.until), requestId: row.requestId, requestCode: row.requestCode },
    ...{ personId: row.personId, personName: row.personName, facilityId: row.facilityId },
    facilityName: row.facilityId === null ? null : (names.get(row.facilityId) ?? row.facilityId),
    ...{ reason: row.reason, note: row.note, looks: row.looks },
    review:
      row.reviewAt === null || row.verdict === null
        ? null
        : { at: iso(row.reviewAt), by: row.reviewer ?? '', verdict: row.verdict, note: row.reviewNote ?? '' },
    mayReview: row.reviewAt === null && row.personId !== reader.id && hasRole(reader, ...REVIEWERS),
  }))
}

/** All for those who review them; for everybody else their own. */
export const listBreakGlass = async (people: People, reader: Person, toReview: boolean) => {
  const whose = hasRole(reader, ...REVIEWERS) ? null : reader.id
  return ok({ accesses: await views(people, reader, await breakGlasses(people.db, whose, toReview)) })
}

export const review = async (
  people: People,
  reviewer: Person,
  id: string,
  { verdict, note }: { readonly verdict: 'accepted' | 'objected'; readonly note: string },
  now: Date,
) =>
  people.db.tx(async (tx) => {
    const row = await breakGlassById(tx, id)
    if (row === undefined) return refuse('not-found', 'no such access', '/params/id')
    if (row.personId === reviewer.id) return refuse('not-allowed', 'nobody reviews their own access')
    const said = { id, reviewerId: reviewer.id, reviewer: reviewer.name, verdict, note }
    if (!(await insertReview(tx, said, now))) return refuse('wrong-state', 'it was reviewed already')
    await tell(tx, 'break-glass-reviewed', id, { roles: REVIEWERS, people: [row.personId] }, now)
    return ok(await viewById(people, reviewer, id))
  })

interface Question {
  readonly person?: string | undefined
  readonly request?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
}

export const whoSawWhom = async (people: People, { person, request, before, limit }: Question) => {
  const found = request === undefined ? null : await people.request(request)
  const subjects = request === undefined ? undefined : [...new Set([request, found?.id ?? request])]
  const rows = await searchAccess(people.db, { person, subjects, before, limit })
  const names = await people.names([...new Set(rows.flatMap(({ facilityId }) => facilityId ?? []))])
  const codes = await people.codes([...new Set(rows.map(({ subject }) => subject))])
  return ok({
    rows: rows.map((row) => ({
      ...row,
      at: iso(row.at),
      roles: [...row.roles],
      facilityName: row.facilityId === null ? null : (names.get(row.facilityId) ?? row.facilityId),
      requestCode: codes.get(row.subject) ?? null,
    })),
    next: rows.length === limit ? (rows.at(-1)?.n ?? null) : null,
  })
}

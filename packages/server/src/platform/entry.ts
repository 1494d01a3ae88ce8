import type { Me } from '@dure/contract'
import { endSession, type SessionStart, sessionOf, startSession } from './auth.sql.ts'
import type { Queries } from './db.ts'
import type { Deps } from './deps.ts'
import type { Person } from './person.ts'

/** Names of facilities by id: the slice that has them answers, as the platform knows none. */
export type FacilityNames = (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>

/** What a way of signing in knows of the one who signs in. */
export interface Arrival {
  readonly now: Date
  readonly address: string
  readonly device: string
  readonly sessionToken: string | undefined
  setSession(token: string | undefined): void
}

/** The one door behind every way of signing in. */
export interface Entry {
  me(person: Person, sessionToken: string | undefined): Promise<Me>
  /** A new session, never one that was there before: what a stranger planted in the browser stays worthless. */
  enter(db: Queries, arrival: Arrival, person: Person, start: Omit<SessionStart, 'address' | 'device'>): Promise<Me>
}

export const makeEntry = (
  { db, config, clock }: Pick<Deps, 'db' | 'config' | 'clock'>,
  names: FacilityNames,
): Entry => {
  const me = async (person: Person, sessionToken: string | undefined, on: Queries = db): Promise<Me> => {
    const { facilityId } = person
    const known = await names(facilityId === null ? [] : [facilityId])
    const session = sessionToken === undefined ? undefined : await sessionOf(on, sessionToken)
    return {
      id: person.id,
      name: person.name,
      roles: [...person.roles],
      region: person.region,
      facilityId,
      facilityName: facilityId === null ? null : (known.get(facilityId) ?? null),
      cell: { region: config.region, demo: config.demo, now: clock.now().toISOString() },
      ...(session === undefined ? {} : { session: { kind: session.kind, endsAt: session.expires_at.toISOString() } }),
    }
  }
  return {
    me,
    enter: async (on, arrival, person, start) => {
      const { now, address, device, sessionToken, setSession } = arrival
      if (sessionToken !== undefined) await endSession(on, sessionToken)
      const token = await startSession(on, person.id, now, { ...start, address, device })
      setSession(token)
      return me(person, token, on)
    },
  }
}

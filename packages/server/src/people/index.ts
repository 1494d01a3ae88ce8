import type { Tx } from '../platform/db.ts'
import type { Entry } from '../platform/entry.ts'
import type { Http } from '../platform/http.ts'
import { appendOp } from '../platform/oplog.ts'
import { registerAccess } from './access.routes.ts'
import { registerApplications } from './applications.routes.ts'
import { LIST_OP, takeRevocations } from './authority.service.ts'
import { sweepChallenges } from './challenges.sql.ts'
import { registerCredentials } from './credentials.routes.ts'
import { readyForDemo } from './demo.service.ts'
import { registerOrganisations } from './organisations.routes.ts'
import { registerPasskeys } from './passkeys.routes.ts'
import type { Neighbours, People } from './people.service.ts'
import { readProviders } from './providers.service.ts'
import { lazyPeopleSecrets } from './secrets.service.ts'
import { registerSessions } from './sessions.routes.ts'

export { readyForDemo } from './demo.service.ts'
/** The only door of the people slice for other slices. */
export type { Neighbours, People } from './people.service.ts'

/** What other cells say, as far as this slice listens. */
export interface Hearing {
  onRecord(
    kind: string,
    handler: (tx: Tx, record: { readonly body: Readonly<Record<string, unknown>> }, now: Date) => Promise<void>,
  ): void
}

export interface PeopleNeeds extends Neighbours {
  readonly entry: Entry
  /** Absent: a cell alone. */
  readonly exchange?: Hearing
}

const SWEEP_MS = 10 * 60_000

/** Serves the people slice. Call it once, before the cell starts serving. */
export const registerPeople = (http: Http, { entry, exchange, ...neighbours }: PeopleNeeds): People => {
  const { db, clock, ids, log, config, onReady, onClose } = http.deps
  const people: People = {
    ...{ ...neighbours, db, clock, ids, log, config, entry },
    secrets: lazyPeopleSecrets(config.dataDir),
    publish: (tx, kind, body, at) => appendOp(tx, { kind, subject: config.region, body, audience: {}, at }),
  }
  registerApplications(http, people)
  registerPasskeys(http, people)
  registerOrganisations(http, { people, providers: readProviders(config.oidcFile) })
  registerCredentials(http, people)
  registerSessions(http, people)
  registerAccess(http, people)
  exchange?.onRecord(LIST_OP, async (tx, { body }, now) => {
    // What cannot be believed is passed over: the next list comes within hours.
    if (typeof body.list === 'string') await takeRevocations(tx, body.list, now)
  })
  if (config.demo) onReady(() => readyForDemo(people))
  let sweeping: NodeJS.Timeout | undefined
  onReady(() => {
    sweeping = setInterval(() => {
      sweepChallenges(db, clock.now()).catch((error: unknown) => log.warn({ err: error }, 'challenges-not-swept'))
    }, SWEEP_MS)
    sweeping.unref()
  })
  onClose(() => clearInterval(sweeping))
  return people
}

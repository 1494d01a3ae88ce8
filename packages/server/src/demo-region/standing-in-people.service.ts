import { insertPerson } from '../platform/auth.sql.ts'
import type { Deps } from '../platform/deps.ts'
import { startWorker } from '../platform/worker.ts'
import { generateRegion } from './generate.ts'

type Needs = Pick<Deps, 'db' | 'clock' | 'log' | 'onReady' | 'onClose'>

const LOOK_EVERY_MS = 2_000

/**
 * While this demo cell stands in for a region, that region's invented people can sign in here: in a real nation their credentials
 * are known to every cell.
 */
export const welcomeNeighbours = (deps: Needs, seed: string): void => {
  const welcomed = new Set<string>()
  const round = async (): Promise<boolean> => {
    const rows = await deps.db.sql<{ origin: string }>(`select w.origin from platform.writing w where not w.own`)
    for (const { origin } of rows) {
      if (welcomed.has(origin)) continue
      await welcome(deps, origin, seed)
      welcomed.add(origin)
    }
    return false
  }
  deps.onReady(() => {
    const worker = startWorker('demo-neighbours', LOOK_EVERY_MS, round, deps.log)
    deps.onClose(() => worker.close())
  })
}

const welcome = ({ db, clock }: Needs, region: string, seed: string): Promise<void> =>
  db.tx(async (tx) => {
    for (const person of generateRegion(region, seed).people) {
      const known = await tx.sql(`select from platform.person p where p.id = $1`, [person.id])
      if (known.length === 0) await insertPerson(tx, { ...person, demo: true }, clock.now())
    }
  })

import type { Db } from '../platform/db.ts'
import type { HpidList } from './hpid-map.ts'
import { matchHpids } from './hpid-match.ts'
import { linkHpids, lockImports, registeredPlaces } from './import.sql.ts'
import type { HpidReport } from './import-report.ts'

interface Ask extends HpidList {
  readonly file: string
  readonly dryRun: boolean
}

/** Links hpids with the directory by a list of the emergency centre. A link that is there stands: a person's map knows better. */
export const linkByList = ({ db }: { readonly db: Db }, { file, listed, unusable, dryRun }: Ask): Promise<HpidReport> =>
  db.tx(async (tx) => {
    await lockImports(tx)
    const hospitals = await registeredPlaces(tx)
    const { links, doubtful } = matchHpids(listed, hospitals)
    const known = new Set(hospitals.flatMap(({ id, hpid }) => (hpid === null ? [] : [id, hpid])))
    const fresh = links.filter(({ hpid, hospitalId }) => !known.has(hpid) && !known.has(hospitalId))
    if (!dryRun) await linkHpids(tx, fresh)
    const linkedAfter = hospitals.filter(({ hpid }) => hpid !== null).length + fresh.length
    return {
      kind: 'hpids',
      file,
      dryRun,
      rows: listed.length + unusable.length,
      linked: fresh.length,
      standing: links.length - fresh.length,
      doubtful,
      unusable,
      unlinked: hospitals.length - linkedAfter,
    }
  })

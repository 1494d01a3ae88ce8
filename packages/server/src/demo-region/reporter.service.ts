import { refreshSlots, slotsOfHospital } from '../beds/index.ts'
import type { Deps } from '../platform/deps.ts'
import { startWorker } from '../platform/worker.ts'
import type { DemoHospital, DemoRegion } from './generate.ts'

/** Minutes between the reports of an invented hospital; null = it never speaks again. */
const REPORTS_EVERY_MIN: Readonly<Partial<Record<DemoHospital['part'], number | null>>> = { silent: null, second: 75 }
const USUAL_MIN = 20
const LOOK_EVERY_MS = 60_000

type Needs = Pick<Deps, 'db' | 'clock' | 'log' | 'onReady' | 'onClose'>

/**
 * The invented hospitals go on saying that their figures are still true, as real ones would: a demo that is opened again the
 * next day would otherwise have no figure young enough to place on. What a person did stays: nothing but the age changes, and
 * a hospital whose figures somebody doubts is left alone.
 */
export const reportForDemo = (deps: Needs, demo: DemoRegion, lastReports: Date): void => {
  const said = new Map(demo.hospitals.map(({ id }) => [id as string, lastReports]))
  const round = async (): Promise<boolean> => {
    for (const { id, part } of demo.hospitals) {
      const now = deps.clock.now()
      if (!isDue(part, said.get(id) ?? lastReports, now)) continue
      said.set(id, now)
      await stillTrue(deps, id, now)
    }
    return false
  }
  deps.onReady(() => {
    const worker = startWorker('demo-reporter', LOOK_EVERY_MS, round, deps.log)
    deps.onClose(() => worker.close())
  })
}

const isDue = (part: DemoHospital['part'], last: Date, now: Date): boolean => {
  const everyMin = REPORTS_EVERY_MIN[part] === undefined ? USUAL_MIN : REPORTS_EVERY_MIN[part]
  return everyMin !== null && now.getTime() - last.getTime() >= everyMin * 60_000
}

export const stillTrue = ({ db }: Pick<Needs, 'db'>, hospitalId: string, now: Date): Promise<void> =>
  db.tx(async (tx) => {
    const slots = await slotsOfHospital(tx, hospitalId)
    if (slots.some((slot) => slot.doubted_at !== null)) return
    await refreshSlots(tx, hospitalId, null, 'api', now)
  })

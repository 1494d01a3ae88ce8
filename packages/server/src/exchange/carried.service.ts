import type { Intake, Taken } from './intake.service.ts'
import type { CellId } from './log-record.ts'
import { makeRunReader, type Step } from './runs.ts'
import type { SnapshotIntake } from './snapshot.intake.service.ts'
import { makeSnapshotReader, type SnapshotStep } from './snapshot-lines.ts'
import { MAX_LINE_CHARS, readLine } from './wire.ts'

/** Who takes what a carried file says. */
export interface TakenBy {
  readonly self: CellId
  readonly intake: Intake
  readonly snapshots: SnapshotIntake
}

/** Takes one file, line by line. What it gives is why to stop, or `null`. */
export interface Taker {
  line(line: string): Promise<string | null>
  /** The file is over, wherever it is: what is whole of it is taken. */
  rest(): Promise<string | null>
  taken(): { readonly took: number; readonly whole: boolean }
}

export const runTaker = ({ intake }: TakenBy): Taker => {
  const reader = makeRunReader()
  let took = 0
  let whole = false
  const takeSteps = async (steps: readonly Step[]): Promise<string | null> => {
    for (const step of steps) {
      if (step.type === 'end') whole = true
      const taken: Taken | undefined =
        step.type === 'head'
          ? await intake.header(step.head)
          : step.type === 'run'
            ? await intake.run(step.run)
            : undefined
      took += taken?.took ?? 0
      if (taken?.refused !== undefined) return taken.refused
      if (taken?.stopped !== undefined) return `stopped: ${taken.stopped}`
    }
    return null
  }
  return {
    line: async (line) => {
      const read = line.length > MAX_LINE_CHARS ? undefined : readLine(line)
      const steps = read === undefined ? 'not-a-line' : reader.take(read)
      return typeof steps === 'string' ? steps : takeSteps(steps)
    },
    rest: () => takeSteps(reader.rest()),
    taken: () => ({ took, whole }),
  }
}

/**
 * A snapshot from a file counts only whole: what came of one that broke off is let go of, as nobody could give the rest of it.
 * The own log is never begun so: a file cannot know that nobody has the whole of what was decided here.
 */
export const snapshotTaker = ({ self, snapshots }: TakenBy): Taker => {
  const take = makeSnapshotReader()
  let origin: CellId | undefined
  let took = 0
  let whole = false
  let known = false
  const takeStep = async (step: SnapshotStep): Promise<string | null> => {
    origin ??= step.type === 'head' ? step.head.origin : step.type === 'manifest' ? step.manifest.origin : undefined
    if (origin === undefined) return 'out-of-place'
    if (origin === self) return 'snapshot-of-own-log'
    if (step.type === 'end') whole = true
    // Whoever carried it: it is the writer's word that counts.
    const taken = await snapshots.step(origin, origin, step)
    if (taken.took === 'whole') took = taken.records
    // As with records that are here already: nothing new, and nothing wrong.
    if (taken.refused === 'snapshot-not-newer') known = true
    return known ? null : (taken.refused ?? null)
  }
  const letGo = async (fault: string): Promise<string> => {
    if (origin !== undefined && origin !== self) await snapshots.forget(origin)
    return fault
  }
  return {
    line: async (line) => {
      const steps = known ? [] : take(line)
      if (typeof steps === 'string') return letGo(steps)
      for (const step of steps) {
        const fault = known ? null : await takeStep(step)
        if (fault !== null) return letGo(fault)
      }
      return null
    },
    rest: async () => (whole || known ? null : letGo('cut-off')),
    taken: () => ({ took, whole: whole || known }),
  }
}

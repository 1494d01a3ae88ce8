import { setTimeout as wait } from 'node:timers/promises'
import { bedEndpoints, type Problem, type RequestView, type Result } from '@dure/contract'
import { PATIENT, placeAtHome, type Region } from '../../packages/server/src/demo-cells/placing.service.ts'

/** One patient somebody asks a bed for: known again in the database by a telephone number that nobody else has. */
interface Wish {
  readonly phone: string
  readonly key: string
}

export interface Acknowledged {
  readonly id: string
  readonly phone: string
}

/** What people were told while the load ran. */
export interface Ledger {
  /** Requests a person has seen accepted. */
  readonly requests: readonly Acknowledged[]
  /** Beds a person has seen confirmed. */
  readonly beds: readonly { readonly requestId: string; readonly slotId: string }[]
  /** Telephone numbers of all that was asked, acknowledged or not. */
  readonly phones: readonly string[]
  /** Refusals by code, and `no-answer`. */
  readonly refusals: ReadonlyMap<string, number>
}

export interface Load {
  /** As it stands. */
  ledger(): Ledger
  /** Ends after what is under way; what has no answer then was never acknowledged. */
  stop(): Promise<Ledger>
}

export interface LoadOptions {
  /** People who ask again and again; each asks for the next only when the last is answered. */
  readonly askers?: number
  /** One who follows patients to a confirmed bed. */
  readonly placer?: boolean
}

const AGAIN_MS = 100
let loads = 0
const running = new Set<Load>()

/** A test that failed has not stopped its own. */
export const stopLoads = async (): Promise<void> => {
  await Promise.all([...running].map((load) => load.stop()))
}

/**
 * Doctors of a region asking for beds, as their screens do: an action keeps its key until it is answered, however often it is sent.
 */
export const startLoad = (region: Region, { askers = 3, placer = true }: LoadOptions = {}): Load => {
  loads += 1
  const series = `010-${String(1000 + loads)}`
  const requests: Acknowledged[] = []
  const beds: { requestId: string; slotId: string }[] = []
  const phones: string[] = []
  const refusals = new Map<string, number>()
  let stopped = false
  const count = (code: string) => refusals.set(code, (refusals.get(code) ?? 0) + 1)
  const wish = (): Wish => {
    const phone = `${series}-${String(phones.length).padStart(4, '0')}`
    phones.push(phone)
    return { phone, key: crypto.randomUUID() }
  }

  const untilAnswered = async <T>(send: () => Promise<Result<T, Problem>>): Promise<T | undefined> => {
    while (!stopped) {
      const answer = await send().catch(() => undefined)
      if (answer?.ok === true) return answer.value
      count(answer === undefined ? 'no-answer' : answer.error.code)
      await wait(AGAIN_MS)
    }
    return undefined
  }
  const ask = async ({ phone, key }: Wish): Promise<RequestView | undefined> => {
    const body = { ...PATIENT, callbackPhone: phone }
    const made = await untilAnswered(() => region.doctor(bedEndpoints.createRequest, { body }, { key }))
    if (made !== undefined) requests.push({ id: made.id, phone })
    return made
  }
  const judge = async (made: RequestView): Promise<void> => {
    const act = { event: 'triage', severity: 'critical', urgency: 'immediate' } as const
    const input = { params: { id: made.id }, body: { act, version: made.version } }
    await untilAnswered(() => region.desk(bedEndpoints.actOnRequest, input, { key: `${made.id}-triage` }))
  }
  const askOn = async (): Promise<void> => {
    while (!stopped) {
      const made = await ask(wish())
      if (made !== undefined) await judge(made)
    }
  }
  const placeOn = async (): Promise<void> => {
    while (!stopped) {
      const { phone } = wish()
      try {
        const { requestId, slotId } = await placeAtHome(region, { callbackPhone: phone })
        beds.push({ requestId, slotId })
      } catch (error) {
        // No hospital with a bed left is an answer too; the next patient may fit elsewhere.
        count(error instanceof Error ? (error.message.split(':')[0] ?? 'no-answer') : 'no-answer')
        await wait(AGAIN_MS)
      }
    }
  }
  const people = [...Array.from({ length: askers }, askOn), ...(placer ? [placeOn()] : [])]
  const ledger = (): Ledger => ({ requests, beds, phones, refusals })
  const load: Load = {
    ledger,
    stop: async () => {
      stopped = true
      running.delete(load)
      await Promise.all(people)
      return ledger()
    },
  }
  running.add(load)
  return load
}

import { exchangeEndpoints, type ServersView } from '@dure/contract'
import { callAt } from '../offline/api.ts'
import {
  connectionFacts,
  forgetFailures,
  looksElsewhere,
  noteStoodIn,
  subscribeConnection,
} from '../offline/connection.ts'
import { readFact, writeFact } from '../offline/device-db.ts'
import { goTo, isAway, server } from '../offline/server.ts'
import { type Candidate, candidatesOf, checkList, readList, type SignedList, serves } from '../offline/server-list.ts'
import { renewShellPage } from '../offline/shell-update.ts'
import { signInAt } from './sign-in-at.ts'

const LOOK_EVERY_MS = 3_000
const LIST_EVERY_MS = 10 * 60_000

interface KnownList extends SignedList {
  /** The cell this page came from. */
  readonly cell: string
}
const FACT = 'servers'

const askAt = async (origin: string): Promise<ServersView | null> => {
  const answer = await callAt(origin)(exchangeEndpoints.listServers, {}).catch(() => null)
  return answer?.ok === true ? answer.value : null
}

/** While the own server answers: takes its list, if it is to be believed and not older than the one that is here. */
const takeList = async (): Promise<void> => {
  const answer = isAway() ? null : await askAt('')
  if (answer === null || answer.list === null) return
  if (!serves(answer, answer.cell)) noteStoodIn(Date.now())
  const kept = await readFact<KnownList>(FACT)
  const checked = await checkList(answer.list, kept)
  if (!checked.ok) {
    console.warn('the list of servers was not taken:', checked.fault)
    return
  }
  if (kept?.text !== answer.list.text) await writeFact(FACT, { ...answer.list, cell: answer.cell } satisfies KnownList)
  // Also when the list is known: the page that lies on the device may be of before it.
  renewShellPage()
}

/** The first of the list that answers for our cell, and lets this person in. */
const findOther = async (): Promise<void> => {
  const known = await readFact<KnownList>(FACT)
  const list = known === undefined ? undefined : readList(known.text)
  if (known === undefined || list === undefined) return
  for (const candidate of candidatesOf(list, known.cell, location.origin)) {
    if (candidate.origin === server().origin) continue
    const answer = await askAt(candidate.origin)
    if (answer === null || !serves(answer, known.cell)) continue
    await moveTo(candidate)
    return
  }
}

/** A neighbour that has just begun to stand in may need a moment to know our people. */
const DOORS_TRIED = 5
const tried = new Map<string, number>()

/** Whoever is at work is let in there first. Who cannot be, is shown the door; what is on its way waits for that. */
const moveTo = async (next: Candidate | null): Promise<void> => {
  if (next !== null && (await signInAt(next.origin)) === 'refused') {
    const tries = (tried.get(next.origin) ?? 0) + 1
    tried.set(next.origin, tries)
    if (tries < DOORS_TRIED) return
  }
  tried.clear()
  forgetFailures()
  goTo(next)
}

/** Back as soon as the own cell decides again; its session is still there, as a cookie. */
const lookHome = async (): Promise<void> => {
  const known = await readFact<KnownList>(FACT)
  const answer = await askAt('')
  if (answer !== null && serves(answer, known?.cell ?? answer.cell)) await moveTo(null)
}

/** One at a time, at most every so often but for what is urgent; a look that fails is a look. */
const everySoOften = (work: () => Promise<void>, ms: number): ((urgent?: boolean) => void) => {
  let busy = false
  let next = 0
  return (urgent = false) => {
    if (busy || (!urgent && Date.now() < next)) return
    busy = true
    void work()
      .catch((fault: unknown) => console.warn('servers', fault))
      .finally(() => {
        busy = false
        next = Date.now() + ms
      })
  }
}

/** Keeps the list of servers, and works with the first that answers for this region. Called once. */
export const watchServers = (): void => {
  const list = everySoOften(takeList, LIST_EVERY_MS)
  const other = everySoOften(findOther, LOOK_EVERY_MS)
  const home = everySoOften(lookHome, LOOK_EVERY_MS)
  let saidBefore: number | null = null
  const look = () => {
    const { stoodInSaidAt, heardAt } = connectionFacts()
    // A press was just refused for it: the own region was given back, or is stood in for. Nobody is to wait for the next look.
    const urgent = stoodInSaidAt !== null && stoodInSaidAt !== saidBefore
    saidBefore = stoodInSaidAt
    if (isAway()) home(urgent)
    if (looksElsewhere(connectionFacts(), Date.now())) other(urgent)
    if (!isAway() && heardAt !== null) list()
  }
  subscribeConnection(look)
  setInterval(look, 1_000)
}

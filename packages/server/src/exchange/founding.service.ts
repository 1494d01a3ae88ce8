import type { Logger } from '../platform/logger.ts'
import { ask, type Link } from './client.service.ts'
import type { CellId } from './log-record.ts'

/** A neighbour that does not answer by then is not waited for: the first cell of a nation has nobody to ask. */
const ASK_MS = 4_000

/**
 * Before a cell founds its log: does any neighbour that can be reached have one of this name already? Then this is no new cell but one
 * that lost everything, and it gets its log back from them.
 */
export const isKnownElsewhere = async (self: CellId, links: readonly Link[], log: Logger): Promise<boolean> => {
  const answers = await Promise.all(links.map((link) => knows(self, link, log)))
  for (const { agent } of links) agent.destroy()
  return answers.includes(true)
}

const knows = async (self: CellId, link: Link, log: Logger): Promise<boolean> => {
  const vector = new Map([[self, { openings: [], end: 0, followedEpoch: 0 }]])
  const signal = AbortSignal.timeout(ASK_MS)
  try {
    for await (const step of ask(link, { self, vector, waitS: 0, signal, onAlive: () => undefined }))
      if (step.type === 'head' && step.head.origin === self) return true
    return false
  } catch (error) {
    log.info({ peer: link.peer, why: error instanceof Error ? error.message : 'unknown' }, 'neighbour-not-asked')
    return false
  }
}

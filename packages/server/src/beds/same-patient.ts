import type { RequestState } from '@dure/contract'

/** One of two requests for the same patient, as the logs say it. */
export interface SideOfTwo {
  readonly id: string
  readonly state: RequestState
  readonly waitingSinceMs: number
}

/**
 * How far a request has come: what the patient would lose if it were the one to be put aside. `null`: it is over and competes with
 * nobody. An admitted patient has a bed, so that keeps.
 */
export const ADVANCE: Record<RequestState, number | null> = {
  draft: null,
  on_hold: 0,
  submitted: 1,
  needs_info: 1,
  triaged: 1,
  matching: 1,
  escalated: 1,
  no_bed: 1,
  diverted: 1,
  offered: 1,
  held: 2,
  confirmed: 3,
  transport_arranged: 4,
  in_transit: 5,
  arrived: 6,
  admitted: 7,
  cancelled: null,
  deceased: null,
  stepped_down: null,
  merged: null,
  entered_in_error: null,
}

/**
 * Which of two is kept: the further-advanced, then who has waited longer, then the lower id. Both regions choose alike as soon as they
 * have each other's log; until then each may keep its own, and nobody is sent away because of what is only believed.
 */
export const keptOf = (mine: SideOfTwo, theirs: SideOfTwo): 'mine' | 'theirs' => {
  const [ours, others] = [ADVANCE[mine.state], ADVANCE[theirs.state]]
  if (others === null) return 'mine'
  if (ours === null) return 'theirs'
  if (ours !== others) return ours > others ? 'mine' : 'theirs'
  if (mine.waitingSinceMs !== theirs.waitingSinceMs)
    return mine.waitingSinceMs < theirs.waitingSinceMs ? 'mine' : 'theirs'
  return mine.id < theirs.id ? 'mine' : 'theirs'
}

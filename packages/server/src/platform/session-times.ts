import type { Role, SessionKind } from '@dure/contract'

export interface SessionTimes {
  /** Whatever is done, the session ends then. */
  readonly absoluteMin: number
  /** Unused for this long, it ends. An open live screen counts as use. */
  readonly idleMin: number
  readonly why: string
}

/** A shift of twelve hours and its hand-over. */
export const SESSION_HOURS = 14
const SHIFT_MIN = SESSION_HOURS * 60

/** @see docs/sources/people.md#sessions */
export const SESSION_TIMES: Record<SessionKind, SessionTimes> = {
  link: {
    absoluteMin: SHIFT_MIN,
    idleMin: 60,
    why: 'a link proves only that it reached somebody: it serves to add a passkey, and an unwatched screen ends soon',
  },
  passkey: {
    absoluteMin: SHIFT_MIN,
    idleMin: 240,
    why: 'proved by a person at a device of their own, which locks itself; shorter would sign out the phone of who is on call',
  },
  oidc: {
    absoluteMin: SHIFT_MIN,
    idleMin: 240,
    why: 'as a passkey; the organisation may have ended the account meanwhile, so never beyond the shift',
  },
  credential: {
    absoluteMin: 240,
    idleMin: 60,
    why: 'nobody could be asked whether the person still works there: short enough to be an exception, long enough for a crisis',
  },
  demo: {
    absoluteMin: SHIFT_MIN,
    idleMin: SHIFT_MIN,
    why: 'invented people in front of invented patients: a presentation is not interrupted',
  },
}

/** Never longer than the session itself. */
export const idleMinutes = (kind: SessionKind, absoluteMin: number): number =>
  Math.max(1, Math.min(SESSION_TIMES[kind].idleMin, Math.ceil(absoluteMin)))

/** What a session may be used for when it is less than the person's roles: nobody could be asked, so nobody is answered for. */
export const SESSION_ROLES: Partial<Record<SessionKind, readonly Role[]>> = {
  credential: ['requester', 'hospital_desk', 'placement_desk', 'transport'],
}

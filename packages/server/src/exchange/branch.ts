/** Where an epoch begins in a log: its number and the place of its opening record. */
export interface Opening {
  readonly epoch: number
  readonly seq: number
}

/** The shape of a log: its epochs, rising, and where it ends. Two logs of one origin with the same shape up to a place are the same up to there. */
export interface Branch {
  readonly openings: readonly Opening[]
  /** Number of the last record, 0 for none. */
  readonly end: number
}

export const EMPTY_BRANCH: Branch = { openings: [], end: 0 }

export const newestEpoch = ({ openings }: Pick<Branch, 'openings'>): number => openings.at(-1)?.epoch ?? 0

/**
 * Up to which record two branches of one origin are the same. Epochs are opened once and by one cell, so two branches that share an
 * opening share everything before it, and within the last opening they share they agree as far as both go on in it.
 */
export const commonEnd = (one: Branch, other: Branch): number => {
  let shared = 0
  while (shared < one.openings.length && isSame(one.openings[shared], other.openings[shared])) shared += 1
  if (shared === 0) return 0
  return Math.min(endOfEpoch(one, shared - 1), endOfEpoch(other, shared - 1))
}

const isSame = (one: Opening | undefined, other: Opening | undefined) =>
  one !== undefined && other !== undefined && one.epoch === other.epoch && one.seq === other.seq

const endOfEpoch = ({ openings, end }: Branch, index: number): number => {
  const next = openings[index + 1]
  return next === undefined ? end : next.seq - 1
}

/**
 * The one to follow is the one whose newest epoch is higher. Records of the other behind their common end are given up: their origin
 * was restored from before them, or a neighbour that had not seen them stands in.
 */
export const isNewer = (theirs: Pick<Branch, 'openings'>, ours: Pick<Branch, 'openings'>): boolean =>
  newestEpoch(theirs) > newestEpoch(ours)

/** The branch a reader follows: its copy is a beginning of it. `doubts` counts answers in a row by cells that do not know it. */
export interface Following {
  readonly openings: readonly Opening[]
  readonly doubts: number
}
export const FOLLOWS_NOTHING: Following = { openings: [], doubts: 0 }

/** Answers in a row without the branch we wait for, after which it is taken to have been lost with the only disk that had it. */
const DOUBTS_BEFORE_LETTING_GO = 20

/**
 * Which branch to follow after an answer. The newest one is; but a branch of which we hold only the name, and which nobody offers any
 * more, must not keep us from the one that lives.
 * @param offered openings of the answer; the caller has verified the signature of the newest opening's record
 */
export const reconsider = (held: Branch, following: Following, offered: readonly Opening[]): Following => {
  if (isNewer({ openings: offered }, following)) return { openings: offered, doubts: 0 }
  const waitsForIt = isNewer(following, held)
  if (!waitsForIt || !isNewer(following, { openings: offered })) return { openings: following.openings, doubts: 0 }
  const doubts = following.doubts + 1
  return doubts > DOUBTS_BEFORE_LETTING_GO
    ? { openings: held.openings, doubts: 0 }
    : { openings: following.openings, doubts }
}

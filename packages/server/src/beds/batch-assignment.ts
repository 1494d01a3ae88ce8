/** A place that would do for a request, and what it costs: whole seconds to treatment, waste included. */
export interface AssignmentEdge {
  readonly slotId: string
  readonly hospitalId: string
  readonly cost: number
}

export interface AssignmentRow {
  readonly requestId: string
  /** Half band of the queue, 0 = most pressing: what it costs to leave this request without a bed. */
  readonly level: number
  readonly edges: readonly AssignmentEdge[]
}

export interface AssignmentPair {
  readonly requestId: string
  readonly slotId: string
  readonly hospitalId: string
  readonly cost: number
}

/** More requests than this are left for the next suggestion: the work grows with the square of their number. */
export const ASSIGNMENT_MOST_REQUESTS = 100

/** Leaving a request out costs more than any drive, and more for the more pressing. */
const UNPLACED_COST = 1_000_000
const LEVELS = 10

/**
 * The cheapest way to give each request at most one slot and each slot at most one request (Hungarian method). A
 * suggestion: people confirm it, and every slot is still won by a hold.
 * @param rows in the order of the queue, which breaks ties
 */
export const suggestAssignment = (rows: readonly AssignmentRow[]): { pairs: AssignmentPair[]; unplaced: string[] } => {
  const taken = rows.slice(0, ASSIGNMENT_MOST_REQUESTS)
  const slotIds = [...new Set(taken.flatMap(({ edges }) => edges.map(({ slotId }) => slotId)))].sort()
  const slotAt = new Map(slotIds.map((id, at) => [id, at]))
  const width = slotIds.length + taken.length
  const impossible = UNPLACED_COST * LEVELS * (taken.length + 1)
  const cost = taken.map((row, at) => {
    const line = new Float64Array(width).fill(impossible)
    for (const edge of row.edges) {
      const column = slotAt.get(edge.slotId) ?? 0
      line[column] = Math.min(line[column] ?? impossible, edge.cost)
    }
    line[slotIds.length + at] = UNPLACED_COST * (LEVELS - Math.min(row.level, LEVELS - 1))
    return line
  })
  const chosen = hungarian(cost, width)
  const pairs: AssignmentPair[] = []
  const unplaced = rows.slice(ASSIGNMENT_MOST_REQUESTS).map(({ requestId }) => requestId)
  for (const [at, row] of taken.entries()) {
    const slotId = slotIds[chosen[at] ?? -1]
    const edge = cheapest(row.edges.filter((candidate) => candidate.slotId === slotId))
    if (edge === undefined) unplaced.push(row.requestId)
    else pairs.push({ requestId: row.requestId, ...edge })
  }
  return { pairs, unplaced }
}

const cheapest = (edges: readonly AssignmentEdge[]): AssignmentEdge | undefined =>
  edges.reduce<AssignmentEdge | undefined>(
    (best, edge) => (best === undefined || edge.cost < best.cost ? edge : best),
    undefined,
  )

/**
 * Minimum-cost assignment of every row to a column of its own, by shortest augmenting paths with potentials.
 * @param cost rows × `width` columns, `width` ≥ rows
 * @returns the column of each row
 */
export const hungarian = (cost: readonly Float64Array[], width: number): Int32Array => {
  const rowPotential = new Float64Array(cost.length)
  const columnPotential = new Float64Array(width)
  const rowOfColumn = new Int32Array(width).fill(-1)
  for (let row = 0; row < cost.length; row++) augment(cost, width, row, rowPotential, columnPotential, rowOfColumn)
  const columnOfRow = new Int32Array(cost.length).fill(-1)
  for (const [column, row] of rowOfColumn.entries()) if (row >= 0) columnOfRow[row] = column
  return columnOfRow
}

const augment = (
  cost: readonly Float64Array[],
  width: number,
  start: number,
  u: Float64Array,
  v: Float64Array,
  rowOfColumn: Int32Array,
): void => {
  const least = new Float64Array(width).fill(Number.POSITIVE_INFINITY)
  const before = new Int32Array(width).fill(-1)
  const visited: number[] = []
  const isVisited = new Uint8Array(width)
  let row = start
  let column = -1
  while (row >= 0) {
    let delta = Number.POSITIVE_INFINITY
    let next = -1
    for (let j = 0; j < width; j++) {
      if (isVisited[j] === 1) continue
      const reduced = at(cost[row], j) - at(u, row) - at(v, j)
      if (reduced < at(least, j)) {
        least[j] = reduced
        before[j] = column
      }
      if (at(least, j) < delta) {
        delta = at(least, j)
        next = j
      }
    }
    if (next < 0) throw new Error('fewer columns than rows')
    u[start] = at(u, start) + delta
    for (const j of visited) {
      const owner = rowOfColumn[j] ?? -1
      u[owner] = at(u, owner) + delta
      v[j] = at(v, j) - delta
    }
    for (let j = 0; j < width; j++) if (isVisited[j] === 0) least[j] = at(least, j) - delta
    isVisited[next] = 1
    visited.push(next)
    column = next
    row = rowOfColumn[column] ?? -1
  }
  while (column >= 0) {
    const previous = before[column] ?? -1
    rowOfColumn[column] = previous < 0 ? start : (rowOfColumn[previous] ?? -1)
    column = previous
  }
}

const at = (line: Float64Array | undefined, index: number): number => line?.[index] ?? Number.POSITIVE_INFINITY

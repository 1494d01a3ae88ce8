import { LIVE_GRANT_STATES } from '../../beds/crossing.ts'
import { nextEpoch } from '../../exchange/epoch.ts'
import type { CellId } from '../../exchange/log-record.ts'
import { type Cell, chainHash, copyOf, emptyDisk, openEpoch, refold, setUnnumberedAside, writes } from './cell.ts'
import { allOf, type Copy, type Fault, lastOf } from './copies.ts'
import type { RegionOp, RegionState } from './region-state.ts'
import { awake, cut, newWorld, note, nowOf, step, type Trouble, type World, work } from './world.ts'

export interface Run {
  readonly seed: number
  readonly cells: number
  readonly violations: readonly string[]
  readonly promises: number
  readonly crossRegion: number
  readonly epochs: number
  readonly acrossEpochs: number
  readonly turnedAway: number
  readonly worstIdle: number
  readonly requests: number
  /** Copies that began with a snapshot: of other regions' logs, of the own one. */
  readonly begun: number
  readonly begunOwn: number
  readonly troubles: Readonly<Partial<Record<Trouble, number>>>
}
export interface RunOptions {
  readonly fault?: Fault
  readonly cells?: number
  readonly chaosTicks?: number
}

/** Steps in which a cut-off region with a free fitting bed must have used it. */
export const PROGRESS_BOUND_STEPS = 12
/** Peace lasts until nothing was decided for longer than any timer runs, or this many steps. */
const QUIET_STEPS_MAX = 600
const STILL_STEPS = 130

/** Plays one seed: trouble, then peace, then every promise is looked at. The same seed gives the same run. */
export const simulate = (seed: number, options: RunOptions = {}): Run => {
  const cells = options.cells ?? 3 + (seed % 5 === 0 ? (seed / 5) % 15 : seed % 4)
  const world = newWorld(seed, Math.min(cells, 17), options.fault ?? 'none')
  const ticks = options.chaosTicks ?? 150
  for (let tick = 0; tick < ticks; tick += 1) {
    trouble(world)
    step(world, true)
  }
  makePeace(world)
  settle(world)
  inspect(world)
  const { counts, violations, acknowledged, begun } = world.oracle
  return {
    seed,
    cells: world.ids.length,
    violations,
    promises: counts.promises,
    crossRegion: counts.crossRegion,
    epochs: counts.epochs,
    acrossEpochs: counts.acrossEpochs,
    turnedAway: world.turnedAway,
    worstIdle: world.worstIdle,
    requests: [...acknowledged.values()].reduce((sum, made) => sum + made.size, 0),
    begun: begun.others,
    begunOwn: begun.own,
    troubles: Object.fromEntries(world.troubles),
  }
}

const settle = (world: World) => {
  let decided = -1
  let still = 0
  for (let tick = 0; tick < QUIET_STEPS_MAX && still < STILL_STEPS; tick += 1) {
    step(world, false)
    const now = [...world.cells.values()].reduce((sum, { durable }) => sum + durable.nextId, 0)
    still = now === decided ? still + 1 : 0
    decided = now
  }
}

// ------------------------------------------------------------------------------------------------ trouble

/** What may happen in a step, with its weight in a hundred; the rest of the hundred nothing happens. */
const BEFALLINGS: readonly { readonly weight: number; readonly befall: (world: World, cell: Cell) => void }[] = [
  { weight: 6, befall: (world, cell) => cutFromOne(world, cell) },
  { weight: 3, befall: (world, cell) => cutFromAll(world, cell) },
  { weight: 6, befall: (world) => world.blocked.clear() },
  { weight: 3, befall: (world, cell) => pause(world, cell) },
  { weight: 2, befall: (world) => partition(world) },
  { weight: 2, befall: (world, cell) => crash(world, cell) },
  { weight: 5, befall: (world, cell) => crashAtAWrite(world, cell) },
  { weight: 5, befall: (world) => reviveAll(world) },
  { weight: 8, befall: (world, cell) => backUp(world, cell) },
  { weight: 5, befall: (world, cell) => restore(world, cell) },
  { weight: 2, befall: (world, cell) => loseAll(world, cell) },
  { weight: 4, befall: (world, cell) => standIn(world, cell) },
  { weight: 4, befall: (world, cell) => comeHome(world, cell) },
]

const trouble = (world: World) => {
  const cell = world.cells.get(world.random.pick(world.ids))
  let left = world.random.below(100)
  for (const { weight, befall } of BEFALLINGS) {
    left -= weight
    if (left >= 0) continue
    if (cell !== undefined) befall(world, cell)
    return
  }
}

const othersOf = (world: World, cell: Cell): readonly CellId[] => world.ids.filter((id) => id !== cell.id)
const cutFromOne = (world: World, cell: Cell) => {
  note(world, 'cut')
  cut(world, cell.id, world.random.pick(othersOf(world, cell)))
}
/** Two halves that do not hear of each other. */
const partition = (world: World) => {
  note(world, 'partitioned')
  const here = new Set(world.ids.filter(() => world.random.chance(0.5)))
  for (const one of here) for (const other of world.ids) if (!here.has(other)) cut(world, one, other)
}
const cutFromAll = (world: World, cell: Cell) => {
  note(world, 'cut-from-all')
  for (const id of othersOf(world, cell)) cut(world, cell.id, id)
}
const pause = (world: World, cell: Cell) => {
  note(world, 'paused')
  cell.pausedUntil = world.tick + world.random.below(20)
}
const crash = (world: World, cell: Cell) => {
  note(world, 'crashed')
  cell.alive = false
}
/** In the midst of whatever it does next: between two transactions, or between two writes of one. */
const crashAtAWrite = (world: World, cell: Cell) => {
  cell.crashIn = world.random.below(8)
}
const reviveAll = (world: World) => {
  for (const cell of world.cells.values()) cell.alive = true
}
const backUp = (world: World, cell: Cell) => {
  if (cell.recoveringUntil === null) world.backups.set(cell.id, structuredClone(cell.durable))
}

/** The disk is lost, an older backup is put in its place. */
const restore = (world: World, cell: Cell) => {
  const backup = world.backups.get(cell.id)
  if (backup === undefined) return
  note(world, 'restored')
  beginOn(world, cell, backup)
}

/** The disk is lost and there is no backup: of its own log, too, it has what others give it. Somebody has it, or it would be a new cell. */
const loseAll = (world: World, cell: Cell) => {
  if (world.fault === 'no-epoch' || !othersOf(world, cell).some((id) => isKnownTo(world, id, cell.id))) return
  note(world, 'lost-all')
  beginOn(world, cell, emptyDisk())
}
const isKnownTo = (world: World, id: CellId, origin: CellId): boolean =>
  (world.cells.get(id)?.durable.copies.get(origin)?.state.epoch ?? 0) > 0

const beginOn = (world: World, cell: Cell, backup: Cell['durable']) => {
  rememberWhatOnlyThisDiskHad(world, cell)
  cell.crashIn = null
  cell.durable = structuredClone(backup)
  cell.durable.nextId += 1_000_000 * world.tick
  cell.alive = true
  if (world.fault === 'no-epoch') return
  setUnnumberedAside(cell)
  cell.durable.restoredAtEpoch = nextEpoch(0, nowOf(world, cell), '00')
  cell.recoveringUntil = world.tick + 15 + world.random.below(10)
}

const rememberWhatOnlyThisDiskHad = (world: World, cell: Cell) => {
  for (const origin of world.ids) {
    const known = new Set(othersOf(world, cell).flatMap((id) => requestsKnownTo(world.cells.get(id), origin)))
    for (const requestId of requestsKnownTo(cell, origin)) if (!known.has(requestId)) world.gone.add(requestId)
  }
}

const requestsKnownTo = (cell: Cell | undefined, origin: CellId): string[] => {
  if (cell === undefined) return []
  const handedBack = [...cell.durable.copies.values()].flatMap((copy) =>
    [...allOf(copy).map(({ body }) => (body as { op: RegionOp }).op), ...copy.outbox.map(({ op }) => op)].flatMap(
      (op) => (op.kind === 'orphans-returned' && op.origin === origin ? op.ops : []),
    ),
  )
  const kept = [...(cell.durable.redo.get(origin) ?? []), ...handedBack]
  const made = kept.flatMap((op) => (op.kind === 'request-made' ? [op.requestId] : []))
  return [...copyOf(cell, origin).state.requests.keys(), ...made]
}

/** Two operators of a neighbour sign an epoch rise for a region whose cell is dead or out of reach. */
const standIn = (world: World, cell: Cell) => {
  const lost = [...world.cells.values()].find((other) => other.id !== cell.id && !other.alive)
  const state = lost === undefined ? undefined : copyOf(cell, lost.id).state
  if (lost === undefined || state === undefined || state.epoch === 0) return
  if (!awake(world, cell) || cell.recoveringUntil !== null || writes(cell, lost.id)) return
  const approvedBy = [`${cell.id}-kim`, `${cell.id}-lee`]
  work(world, cell, () => {
    openEpoch(cell, lost.id, 'stood-in', approvedBy, nowOf(world, cell), world.oracle)
    note(world, 'stood-in')
    world.stoodIn.add(lost.id)
  })
}

/** A cell that finds its region written by a neighbour takes it back once its operators say so. */
const comeHome = (world: World, cell: Cell) => {
  if (!awake(world, cell) || cell.recoveringUntil !== null || writes(cell, cell.id)) return
  work(world, cell, () => openEpoch(cell, cell.id, 'returned', [], nowOf(world, cell), world.oracle))
}

const makePeace = (world: World) => {
  world.blocked.clear()
  for (const cell of world.cells.values()) {
    cell.alive = true
    cell.crashIn = null
    cell.pausedUntil = 0
  }
  for (let round = 0; round < 60; round += 1) step(world, false)
  for (const cell of world.cells.values()) {
    // Nobody has anything of its log any more: its operators say that it begins anew.
    cell.recoveringUntil = null
    comeHome(world, cell)
  }
}

// ------------------------------------------------------------------------------------------------ inspection

const inspect = (world: World) => {
  for (const id of world.ids) {
    inspectLog(world, id)
    inspectPromises(world, id)
    inspectLost(world, id)
  }
  if (world.worstIdle > PROGRESS_BOUND_STEPS) {
    world.oracle.violate(`a cut-off region left a fitting bed unused for ${world.worstIdle} steps`)
  }
}

/** Every copy of a log is the same log, and its chain verifies. */
const inspectLog = (world: World, id: CellId) => {
  const home = world.cells.get(id)
  if (home === undefined) return
  if (!writes(home, id)) world.oracle.violate(`${id} does not write its own log in peace`)
  const own = copyOf(home, id)
  if (own.outbox.length > 0) world.oracle.violate(`${id} has ops without a number in peace`)
  if (world.fault !== 'cursor-on-identity') inspectChain(world, id, own)
  for (const other of world.cells.values()) {
    const copy = copyOf(other, id)
    const same = endOf(copy) === endOf(own) && lastOf(copy)?.hash === lastOf(own)?.hash
    if (!same) world.oracle.violate(`${other.id} has ${endOf(copy)} of ${endOf(own)} records of ${id}`)
    // One chain, one state: unless a copy began with a snapshot, of which the chain says nothing.
    if (copy.base === null) continue
    inspectChain(world, id, copy)
    if (facts(refold(copy)) !== facts(refold(own)))
      world.oracle.violate(`what ${other.id} made of a snapshot of ${id} is not what ${id} made of its log`)
  }
  const folded = refold(own)
  if (JSON.stringify([...folded.slots]) !== JSON.stringify([...own.state.slots])) {
    world.oracle.violate(`the log of ${id} does not fold to its state`)
  }
}

const endOf = ({ records, base }: Copy): number => (base?.upto ?? 0) + records.length
const facts = ({ slots, requests, asks, grants, lapses, epoch, writer }: RegionState): string =>
  JSON.stringify([epoch, writer, ...[slots, requests, asks, grants, lapses].map((of) => [...of].sort())])

/** Of a copy that began with a snapshot, from its last record on. */
const inspectChain = (world: World, id: CellId, { records, base }: Copy) => {
  const before = base?.kept.at(-1)
  records.forEach((record, index) => {
    const fits =
      record.prevHash === ((records[index - 1] ?? before)?.hash ?? '0'.repeat(64)) && chainHash(record) === record.hash
    if (!fits || record.seq !== (base?.upto ?? 0) + index + 1)
      world.oracle.violate(`the chain of ${id} breaks at ${record.seq}`)
  })
}

/** At most one slot per request; what a request counts on, its owner has promised under the same number; nothing is held for nobody. */
const inspectPromises = (world: World, id: CellId) => {
  const home = world.cells.get(id)
  if (home === undefined) return
  const { state } = copyOf(home, id)
  const placedOn = new Map<string, string>()
  for (const [requestId, request] of state.requests) {
    const confirmed = [...state.asks.values()].filter((ask) => ask.requestId === requestId && ask.state === 'confirmed')
    const local = [...state.slots].filter(([, slot]) => slot.holder === requestId)
    if (confirmed.length + local.length > 1)
      world.oracle.violate(`${requestId} has ${confirmed.length + local.length} beds`)
    if (request.state !== 'placed' || request.slotId === null) continue
    if (placedOn.has(request.slotId)) world.oracle.violate(`${request.slotId} counts for two requests of ${id}`)
    placedOn.set(request.slotId, requestId)
    if (request.askId === null) {
      if (state.slots.get(request.slotId)?.holder !== requestId)
        world.oracle.violate(`${requestId} counts on ${request.slotId}, which is not held for it`)
      continue
    }
    const ask = state.asks.get(request.askId)
    const ownerHome = ask === undefined ? undefined : world.cells.get(ask.owner)
    const grant =
      ownerHome === undefined || ask === undefined
        ? undefined
        : copyOf(ownerHome, ask.owner).state.grants.get(request.askId)
    if (grant?.state !== 'confirmed' || grant.fencing !== ask?.fencing || grant.slotId !== request.slotId) {
      world.oracle.violate(`${requestId} counts on ${request.slotId} without its owner's word`)
    }
  }
  for (const [slotId, slot] of state.slots) if (slot.holder !== null) inspectHolder(world, id, slotId, slot.holder)
}

const inspectHolder = (world: World, id: CellId, slotId: string, holder: string) => {
  const home = world.cells.get(id)
  if (home === undefined) return
  const { state } = copyOf(home, id)
  const grant = state.grants.get(holder)
  if (grant !== undefined) {
    const asker = world.cells.get(grant.asker)
    const ask = asker === undefined ? undefined : copyOf(asker, grant.asker).state.asks.get(holder)
    const wanted = ask !== undefined && (ask.state === 'accepted' || ask.state === 'confirmed' || ask.state === 'asked')
    if (!LIVE_GRANT_STATES.includes(grant.state) || !wanted)
      world.oracle.violate(`${slotId} is kept for ${holder}, which nobody wants`)
    return
  }
  if (world.beds.get(slotId)?.patient === holder) return
  if (state.requests.get(holder)?.slotId !== slotId)
    world.oracle.violate(`${slotId} is held for ${holder}, which does not count on it`)
}

/** What was acknowledged to a person is in the log, but for what was only on a disk that was lost. */
const inspectLost = (world: World, id: CellId) => {
  const home = world.cells.get(id)
  if (home === undefined) return
  const { state } = copyOf(home, id)
  for (const requestId of world.oracle.acknowledged.get(id) ?? []) {
    if (!state.requests.has(requestId) && !world.gone.has(requestId))
      world.oracle.violate(`${requestId} was acknowledged and is lost`)
  }
}

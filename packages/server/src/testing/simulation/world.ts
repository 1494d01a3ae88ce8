import type { Branch } from '../../exchange/branch.ts'
import type { CellId } from '../../exchange/log-record.ts'
import {
  type Answer,
  type Cell,
  copyOf,
  newCell,
  openEpoch,
  receive,
  recordsAfter,
  sequence,
  vectorOf,
  writes,
} from './cell.ts'
import { makeCheckpoint } from './checkpoints.ts'
import type { Fault } from './copies.ts'
import { atWrite, diesIn } from './crash.ts'
import { closeRequest, type Duty, doDuties, vouch } from './duties.ts'
import { type Random, seeded } from './random.ts'
import type { RegionState } from './region-state.ts'
import { newOracle, type Oracle, requestOfAsk } from './watcher.ts'

/** One step of the simulated clock. */
export const TICK_MS = 20_000
const START_MS = 1_665_792_000_000

interface Message {
  readonly due: number
  readonly from: CellId
  readonly to: CellId
  readonly ask: ReadonlyMap<CellId, Branch> | null
  readonly answers: readonly Answer[]
}

/** A bed as it stands in the hospital: who lies in it, and what its desk has been told. */
interface Bed {
  readonly origin: CellId
  patient: string | null
  expected: string | null
  fencing: number
}
interface Journey {
  readonly requestId: string
  readonly slotId: string
  readonly home: CellId
  readonly arrives: number
  readonly fencing: number
}

export const TROUBLES = [
  ...(['dropped', 'delayed', 'doubled', 'reordered', 'cut', 'partitioned', 'cut-from-all', 'paused'] as const),
  ...(['crashed', 'crashed-at-a-write', 'restored', 'lost-all', 'stood-in', 'clock-apart'] as const),
] as const
export type Trouble = (typeof TROUBLES)[number]
export const note = ({ troubles }: Pick<World, 'troubles'>, trouble: Trouble): void =>
  void troubles.set(trouble, (troubles.get(trouble) ?? 0) + 1)

/** Work of one cell. A crash that was set on one of its writes happens here. */
export const work = (world: World, cell: Cell, what: () => void): void => {
  if (diesIn(cell, what)) note(world, 'crashed-at-a-write')
}

export interface World {
  readonly random: Random
  readonly cells: Map<CellId, Cell>
  readonly ids: readonly CellId[]
  readonly beds: Map<string, Bed>
  readonly oracle: Oracle
  readonly fault: Fault
  readonly blocked: Set<string>
  readonly stays: Map<string, number>
  readonly started: Set<string>
  messages: Message[]
  journeys: Journey[]
  backups: Map<CellId, Cell['durable']>
  tick: number
  nextRequest: number
  /** Ticks in a row a cut-off region had a patient waiting and a free vouched bed. */
  readonly idleWhileNeeded: Map<CellId, number>
  worstIdle: number
  turnedAway: number
  stoodIn: Set<CellId>
  readonly discharged: Set<string>
  /** How often each kind of trouble came. */
  readonly troubles: Map<Trouble, number>
  readonly gone: Set<string>
}

export const newWorld = (seed: number, cellCount: number, fault: Fault): World => {
  const random = seeded(seed)
  const ids = [
    '11',
    '28',
    '41',
    '26',
    '27',
    '29',
    '30',
    '31',
    '36',
    '51',
    '43',
    '44',
    '52',
    '46',
    '47',
    '48',
    '50',
  ].slice(0, cellCount)
  const world: World = {
    random,
    cells: new Map(ids.map((id) => [id, newCell(id, random.below(60_000) - 30_000)])),
    ids,
    beds: new Map(),
    oracle: newOracle(),
    fault,
    blocked: new Set(),
    stays: new Map(),
    started: new Set(),
    messages: [],
    journeys: [],
    backups: new Map(),
    tick: 0,
    nextRequest: 1,
    idleWhileNeeded: new Map(),
    worstIdle: 0,
    turnedAway: 0,
    stoodIn: new Set(),
    discharged: new Set(),
    troubles: new Map(),
    gone: new Set(),
  }
  for (const cell of world.cells.values()) {
    found(world, cell)
    // One that joins late finds the others in the midst of it.
    if (cell.id === ids.at(-1) && ids.length > 3 && random.chance(0.3)) cell.alive = false
    if (Math.abs(cell.skewMs) >= TICK_MS / 2) note(world, 'clock-apart')
  }
  return world
}

const found = (world: World, cell: Cell) => {
  openEpoch(cell, cell.id, 'founded', [], nowOf(world, cell), world.oracle)
  const slots = 1 + world.random.below(4)
  for (let index = 1; index <= slots; index += 1) {
    const slotId = `${cell.id}-${index}`
    world.beds.set(slotId, { origin: cell.id, patient: null, expected: null, fencing: 0 })
    vouch(dutyOf(world, cell, cell.id), slotId, null)
  }
}

export const nowOf = (world: World, cell: Cell) => START_MS + world.tick * TICK_MS + cell.skewMs
export const dutyOf = (world: World, cell: Cell, origin: CellId): Duty => ({
  cell,
  origin,
  everyone: world.ids,
  nowMs: nowOf(world, cell),
  random: world.random,
  fault: world.fault,
  watcher: world.oracle,
})

export const awake = (world: World, cell: Cell) => cell.alive && cell.pausedUntil <= world.tick
export const writerOf = (world: World, origin: CellId): Cell | undefined =>
  [...world.cells.values()]
    .filter((cell) => awake(world, cell) && writes(cell, origin))
    .sort((one, other) => copyOf(other, origin).state.epoch - copyOf(one, origin).state.epoch)[0]

/** One step of everybody. */
export const step = (world: World, load: boolean): void => {
  world.tick += 1
  deliver(world)
  for (const id of world.ids) {
    const cell = world.cells.get(id)
    if (cell !== undefined && awake(world, cell)) work(world, cell, () => stepCell(world, cell))
  }
  if (load) askForBeds(world)
  hospitals(world)
  travel(world)
  watchCutOff(world)
}

const stepCell = (world: World, cell: Cell) => {
  const { random } = world
  for (const origin of world.ids) if (writes(cell, origin)) doDuties(dutyOf(world, cell, origin))
  if (cell.recoveringUntil !== null && cell.recoveringUntil <= world.tick) endRecovery(world, cell)
  if (checkpoints(world))
    for (const [origin, copy] of cell.durable.copies) makeCheckpoint(cell, origin, copy, world.fault, world.oracle)
  if (random.chance(0.8)) sequence(cell, world.fault, () => random.chance(0.4))
  if (world.ids.length > 1 && random.chance(0.7)) {
    const to = random.pick(world.ids.filter((id) => id !== cell.id))
    send(world, { from: cell.id, to, ask: vectorOf(cell), answers: [] })
  }
}

/** The baselines that must fail know no snapshots. */
const checkpoints = ({ fault }: World) => fault !== 'cursor-on-identity' && fault !== 'last-write-wins'

/** After a restore: whatever others still had of our own log has come; a higher epoch keeps old numbers from coming back. */
const endRecovery = (world: World, cell: Cell) => {
  // Nothing of what it had decided was heard yet: it cannot know where to go on.
  if (copyOf(cell, cell.id).state.epoch === 0) {
    cell.recoveringUntil = world.tick + 5
    return
  }
  cell.recoveringUntil = null
  if (copyOf(cell, cell.id).state.writer === cell.id)
    openEpoch(cell, cell.id, 'restored', [], nowOf(world, cell), world.oracle)
}

// ------------------------------------------------------------------------------------------------ network

const link = (from: CellId, to: CellId) => `${from}>${to}`
export const cut = (world: World, one: CellId, other: CellId) =>
  world.blocked.add(link(one, other)).add(link(other, one))
export const isCutFromAll = (world: World, id: CellId) =>
  world.ids.every((other) => other === id || (world.blocked.has(link(id, other)) && world.blocked.has(link(other, id))))

const send = (world: World, message: Omit<Message, 'due'>) => {
  const { random } = world
  if (random.chance(0.05)) return note(world, 'dropped')
  const copies = random.chance(0.05) ? 2 : 1
  if (copies > 1) note(world, 'doubled')
  for (let copy = 0; copy < copies; copy += 1) {
    const late = random.chance(0.1)
    if (late) note(world, 'delayed')
    const delay = late ? 1 + random.below(20) : random.below(2)
    world.messages.push({ ...message, due: world.tick + 1 + delay })
  }
}

const deliver = (world: World) => {
  const due = world.messages.filter((message) => message.due <= world.tick)
  world.messages = world.messages.filter((message) => message.due > world.tick)
  while (due.length > 0) {
    const which = world.random.below(due.length)
    if (which > 0) note(world, 'reordered')
    const [message] = due.splice(which, 1)
    const to = message === undefined ? undefined : world.cells.get(message.to)
    if (message === undefined || to === undefined || !awake(world, to)) continue
    if (world.blocked.has(link(message.from, message.to))) continue
    if (message.ask !== null) {
      const answers = recordsAfter(to, message.ask, message.from, world.fault, world.oracle)
      send(world, { from: message.to, to: message.from, ask: null, answers })
    } else work(world, to, () => receive(to, message.answers, world.fault, world.oracle))
  }
}

// ------------------------------------------------------------------------------------------------ people

const askForBeds = (world: World) => {
  for (const origin of world.ids) {
    const writer = writerOf(world, origin)
    if (writer === undefined || !world.random.chance(0.04)) continue
    const requestId = `r${origin}-${world.nextRequest++}`
    work(world, writer, () => copyRequest(dutyOf(world, writer, origin), requestId, world))
  }
}

const copyRequest = (duty: Duty, requestId: string, world: World) => {
  const { cell, origin, watcher } = duty
  atWrite(cell)
  const copy = copyOf(cell, origin)
  copy.outbox.push({ id: `${cell.id}:${cell.durable.nextId++}`, op: { kind: 'request-made', requestId } })
  copy.state.requests.set(requestId, { state: 'waiting', slotId: null, askId: null })
  watcher.committed(origin, cell.id, copy.state, { kind: 'request-made', requestId })
  world.stays.set(requestId, 10 + world.random.below(40))
}

/** The desk of a hospital looks at the screen of the cell that writes its region, and says what is true when it is asked. */
const hospitals = (world: World) => {
  for (const [slotId, bed] of world.beds) {
    const writer = writerOf(world, bed.origin)
    if (writer === undefined || !world.random.chance(0.6)) continue
    work(world, writer, () => lookAtBed(world, writer, slotId, bed))
  }
}

const lookAtBed = (world: World, writer: Cell, slotId: string, bed: Bed) => {
  const { state } = copyOf(writer, bed.origin)
  const slot = state.slots.get(slotId)
  const duty = dutyOf(world, writer, bed.origin)
  if (slot === undefined || slot.vouchedIn !== state.epoch) {
    vouch(duty, slotId, bed.patient ?? bed.expected)
    return
  }
  if (slot.fencing >= bed.fencing) {
    bed.fencing = slot.fencing
    bed.expected = slot.holder === null ? null : requestOfAsk(slot.holder)
  }
  if (slot.holder !== null && isNobodys(world, state, slotId, slot.holder)) freeByWord(duty, slotId)
}

/** Kept on the hospital's own word for a patient who is not coming: nobody's log has the promise any more. */
const isNobodys = (world: World, state: RegionState, slotId: string, holder: string) => {
  if (!holder.startsWith('r') || holder.includes('/')) return false
  if (state.requests.get(holder)?.slotId === slotId) return false
  const home = holder.slice(1, 3)
  const homeWriter = writerOf(world, home)
  if (homeWriter === undefined) return false
  const request = copyOf(homeWriter, home).state.requests.get(holder)
  return request?.slotId !== slotId && world.beds.get(slotId)?.patient !== holder
}

const freeByWord = (duty: Duty, slotId: string) => {
  const { state } = copyOf(duty.cell, duty.origin)
  const slot = state.slots.get(slotId)
  if (slot === undefined) return
  atWrite(duty.cell)
  const copy = copyOf(duty.cell, duty.origin)
  copy.outbox.push({ id: `${duty.cell.id}:${duty.cell.durable.nextId++}`, op: { kind: 'slot-freed', slotId } })
  state.slots.set(slotId, { ...slot, holder: null })
  duty.watcher.committed(duty.origin, duty.cell.id, state, { kind: 'slot-freed', slotId })
}

const travel = (world: World) => {
  for (const home of world.ids) {
    const writer = writerOf(world, home)
    if (writer === undefined) continue
    for (const [requestId, request] of copyOf(writer, home).state.requests) {
      if (request.state === 'placed' && request.slotId !== null) setOut(world, home, requestId, request.slotId)
    }
  }
  const arriving = world.journeys.filter(({ arrives }) => arrives <= world.tick)
  world.journeys = world.journeys.filter(({ arrives }) => arrives > world.tick)
  for (const journey of arriving) arrive(world, journey)
  for (const bed of world.beds.values()) if (bed.patient !== null) leave(world, bed, bed.patient)
  for (const requestId of world.discharged) tellHome(world, requestId)
}

const setOut = (world: World, home: CellId, requestId: string, slotId: string) => {
  const key = `${requestId}@${slotId}`
  if (world.started.has(key)) return
  world.started.add(key)
  const fencing = 0
  world.journeys.push({ requestId, slotId, home, fencing, arrives: world.tick + 2 + world.random.below(6) })
}

const arrive = (world: World, journey: Journey) => {
  const bed = world.beds.get(journey.slotId)
  const writer = writerOf(world, journey.home)
  if (bed === undefined) return
  const request = writer === undefined ? undefined : copyOf(writer, journey.home).state.requests.get(journey.requestId)
  if (request !== undefined && request.slotId !== journey.slotId) {
    world.started.delete(`${journey.requestId}@${journey.slotId}`)
    return
  }
  if (bed.patient !== null && bed.patient !== journey.requestId) {
    world.turnedAway += 1
    return
  }
  bed.patient = journey.requestId
}

/** The patient goes home. The hospital knows at once; the region where the bed was asked for is told as soon as it can be. */
const leave = (world: World, bed: Bed, requestId: string) => {
  const stay = (world.stays.get(requestId) ?? 0) - 1
  world.stays.set(requestId, stay)
  if (stay > 0) return
  bed.patient = null
  if (bed.expected === requestId) bed.expected = null
  world.discharged.add(requestId)
}

const tellHome = (world: World, requestId: string) => {
  const home = requestId.slice(1, 3)
  const writer = writerOf(world, home)
  const state = writer === undefined ? undefined : copyOf(writer, home).state.requests.get(requestId)?.state
  if (writer === undefined || state === undefined || state === 'closed') return
  work(world, writer, () => closeRequest(dutyOf(world, writer, home), requestId))
}

// ------------------------------------------------------------------------------------------------ progress

/** Steps a cut-off region may take to use a free bed it has. */
const watchCutOff = (world: World) => {
  for (const id of world.ids) {
    const cell = world.cells.get(id)
    const able = cell !== undefined && awake(world, cell) && writes(cell, id) && isCutFromAll(world, id)
    const state = cell === undefined ? undefined : copyOf(cell, id).state
    const free = state !== undefined && [...state.slots.values()].some((slot) => slot.holder === null)
    const waiting =
      state !== undefined &&
      [...state.requests].some(([request, { state: at }]) => at === 'waiting' && !isBound(state, request))
    const idle = able && free && waiting ? (world.idleWhileNeeded.get(id) ?? 0) + 1 : 0
    world.idleWhileNeeded.set(id, idle)
    world.worstIdle = Math.max(world.worstIdle, idle)
  }
}

/** A request that has accepted another region's bed waits for that region's word. */
const isBound = (state: RegionState, requestId: string) =>
  [...state.asks.values()].some(
    (ask) => ask.requestId === requestId && (ask.state === 'accepted' || ask.state === 'confirmed'),
  )

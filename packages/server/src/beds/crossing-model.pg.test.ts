import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Tx } from '../platform/db.ts'
import { testCell } from '../testing/cell.ts'
import { type AskRow, askById, foldCrossing, type GrantRow, grantById, toAsk, toGrant } from './crossing.sql.ts'
import {
  ASK_TTL_MS,
  answerAcceptance,
  answerAsk,
  answerGivingUp,
  expireAsk,
  expireGrant,
  giveUp,
  openAsk,
  takeConfirmation,
  takeGrant,
  takeLapse,
  takeRefusal,
} from './crossing.ts'
import type { AskNeed, CrossingOp } from './crossing-ops.ts'
import { HOLD_TTL_MS } from './placement-times.ts'

const ASKER = '28'
const OWNER = '11'
const PLACE = { slotId: 'S', hospitalId: 'H' }
const NEED: AskNeed = {
  code: '0001',
  requestedClass: 'CRITICAL',
  isolationNeed: 'none',
  pathogen: null,
  needs: [],
  oxygen: 'room_air',
  ageYears: 54,
  sex: 'male',
  urgency: 'immediate',
  stability: 'stable',
  severity: null,
  originHospitalId: null,
  originLat: null,
  originLon: null,
}

const ACTIONS = [
  'answer',
  'answer-full',
  'follow',
  'accepted',
  'expire-grant',
  'expire-ask',
  'give-up',
  'wait',
] as const
type Action = (typeof ACTIONS)[number]

interface World {
  readonly tx: Tx
  readonly askId: string
  nowMs: number
  fencing: number
}

const say = (world: World, origin: string, op: CrossingOp) => foldCrossing(world.tx, origin, op, new Date(world.nowMs))

/** One step of one side by the pure machine; gives the rows it expects. Nothing happens where it has nothing to say. */
const STEPS: Record<Action, (world: World, ask: AskRow, grant: GrantRow | null) => Promise<unknown>> = {
  answer: (world, ask, grant) => answer(world, ask, grant, true),
  'answer-full': (world, ask, grant) => answer(world, ask, grant, false),
  follow: async (world, row, grant) => {
    const ask = toAsk(row)
    const { askId } = world
    if (ask.state === 'asked') {
      if (grant?.state === 'granted' && grant.fencing !== null) {
        const step = takeGrant(ask, { slotId: 'S', fencing: Number(grant.fencing) }, true)
        const body = { askId, ...PLACE, fencing: Number(grant.fencing), sealed: null }
        await say(world, ASKER, { kind: 'hold-accepted', body })
        return expectAsk(world, step.row)
      }
      if (grant?.state !== 'refused') return
      await say(world, ASKER, { kind: 'ask-refused', body: { askId } })
      return expectAsk(world, takeRefusal(ask))
    }
    if (grant !== null && grant.lapsed !== null && Number(grant.lapsed) >= (ask.fencing ?? 0)) {
      const after = takeLapse(ask, ask.fencing ?? 0)
      if (after.state === ask.state) return
      await say(world, ASKER, { kind: 'ask-lapsed', body: { askId } })
      return expectAsk(world, after)
    }
    if (grant?.state !== 'confirmed') return
    const confirmed = { slotId: grant.slot_id ?? '', fencing: Number(grant.fencing) }
    const after = takeConfirmation(ask, confirmed)
    if (after.state === ask.state && after.fencing === ask.fencing) return
    await say(world, ASKER, { kind: 'ask-confirmed', body: { askId, ...PLACE, fencing: confirmed.fencing } })
    return expectAsk(world, after)
  },
  accepted: async (world, ask, grant) => {
    const { askId } = world
    if (ask.state === 'given_up') {
      if (grant === null) return
      const after = answerGivingUp(toGrant(grant))
      await say(world, OWNER, { kind: 'hold-released', body: { askId } })
      return expectGrant(world, after)
    }
    if (ask.state !== 'accepted' || grant === null || (grant.lapsed !== null && grant.lapsed >= (ask.fencing ?? '')))
      return
    const accepted = { askId, asker: ASKER, slotId: 'S', fencing: Number(ask.fencing) }
    const { row, op } = answerAcceptance(accepted, toGrant(grant), null, world.nowMs)
    if (op?.kind === 'hold-confirmed')
      await say(world, OWNER, { kind: op.kind, body: { askId, asker: ASKER, ...PLACE, fencing: op.fencing } })
    if (op?.kind === 'hold-lapsed')
      await say(world, OWNER, { kind: op.kind, body: { askId, asker: ASKER, fencing: op.fencing, why: op.why } })
    return row === undefined ? undefined : expectGrant(world, row)
  },
  'expire-grant': async (world, _ask, grant) => {
    if (grant === null) return
    const { row, op } = expireGrant(toGrant(grant), world.nowMs)
    if (op?.kind !== 'hold-lapsed') return
    await say(world, OWNER, {
      kind: op.kind,
      body: { askId: world.askId, asker: ASKER, fencing: op.fencing, why: op.why },
    })
    return expectGrant(world, row)
  },
  'expire-ask': async (world, ask) => {
    const { row, op } = expireAsk(toAsk(ask), world.nowMs)
    if (op?.kind === 'hold-given-up')
      await say(world, ASKER, { kind: op.kind, body: { askId: world.askId, why: op.why } })
    return expectAsk(world, row)
  },
  'give-up': async (world, ask) => {
    const { row, op } = giveUp(toAsk(ask), 'request-closed')
    if (op?.kind === 'hold-given-up')
      await say(world, ASKER, { kind: op.kind, body: { askId: world.askId, why: op.why } })
    return expectAsk(world, row)
  },
  wait: async (world) => {
    world.nowMs += HOLD_TTL_MS / 2 + 1
  },
}

const answer = async (world: World, ask: AskRow, grant: GrantRow | null, free: boolean) => {
  const { askId } = world
  const known = grant === null ? undefined : toGrant(grant)
  const asked = { askId, asker: ASKER, expiresAtMs: ask.expires_at.getTime() }
  const place = free ? { slotId: 'S', fencing: ++world.fencing } : null
  const { row, op } = answerAsk(asked, known, place, world.nowMs, HOLD_TTL_MS)
  if (op?.kind === 'hold-granted')
    await say(world, OWNER, {
      kind: op.kind,
      body: { askId, asker: ASKER, ...PLACE, fencing: op.fencing, untilMs: op.untilMs },
    })
  if (op?.kind === 'hold-refused')
    await say(world, OWNER, { kind: op.kind, body: { askId, asker: ASKER, why: op.why } })
  if (known === undefined) await expectGrant(world, row)
}

const expectAsk = async (world: World, row: ReturnType<typeof toAsk>) => {
  const stored = await askById(world.tx, world.askId)
  assert.deepEqual(stored === null ? null : toAsk(stored), row)
}

/** The end of what is confirmed has no meaning any more, and is not compared. */
const expectGrant = async (world: World, row: ReturnType<typeof toGrant>) => {
  const stored = await grantById(world.tx, world.askId)
  const plain = ({ untilMs, ...rest }: ReturnType<typeof toGrant>) => ({
    ...rest,
    untilMs: rest.state === 'granted' ? untilMs : 0,
  })
  assert.deepEqual(stored === null ? null : plain(toGrant(stored)), plain(row))
}

test('the rows become what the pure machine says, whatever happens in which order', async () => {
  await using cell = await testCell()
  const { db } = cell.cell.deps
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 14 }), async (actions) => {
      runs += 1
      await db.tx(async (tx) => {
        const world: World = { tx, askId: `A${runs}`, nowMs: cell.clock.now().getTime(), fencing: 0 }
        const opened = openAsk(world.askId, `R${runs}`, OWNER, world.nowMs)
        const body = { askId: world.askId, requestId: `R${runs}`, owner: OWNER, hospitalId: null, need: NEED }
        await say(world, ASKER, { kind: 'hold-asked', body: { ...body, expiresAtMs: world.nowMs + ASK_TTL_MS } })
        await expectAsk(world, opened)
        for (const action of actions) {
          const ask = await askById(tx, world.askId)
          if (ask === null) throw new Error('the ask is gone')
          await STEPS[action](world, ask, await grantById(tx, world.askId))
        }
      })
    }),
    { numRuns: 150 },
  )
})

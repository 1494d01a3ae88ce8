import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REQUEST_STATES, type RequestState, TERMINAL_REQUEST_STATES } from '@dure/contract'
import fc from 'fast-check'
import { decideRequest, isTerminal, possibleEvents, REQUIRED_DETAILS, type RequestFacts } from './placement.ts'
import { ACTORS, type Actor, REQUEST_EVENT_ACTORS } from './placement-actors.ts'
import {
  HOLDING_STATES,
  NOTIFY_TARGETS,
  OFFERING_STATES,
  REQUEST_TIMERS,
  type RequestEffect,
} from './placement-effects.ts'
import { noBedStep } from './placement-escalation.ts'
import { REQUEST_EVENTS, REQUEST_TRANSITIONS, type RequestEvent } from './placement-table.ts'
import { SERVICE_TARGETS_MS } from './placement-times.ts'

const NOW_MS = 1_667_358_000_000
const ALL_DETAILS = {
  question: 'weight?',
  answer: '80 kg',
  severity: 'critical',
  urgency: 'immediate',
  interimPlan: 'high flow, prone, call ICU',
  why: 'deteriorated',
  reason: 'recovered',
  hospitalName: 'Elsewhere',
  phone: '032-000-0000',
  into: 'other-request',
} as const

const facts = (rest: Partial<RequestFacts> = {}): RequestFacts => ({
  nowMs: NOW_MS,
  urgency: 'within_1h',
  level: 'region',
  retriesAtLevel: 0,
  openOffers: 0,
  hold: null,
  conditionsOpen: false,
  statusSinceMs: NOW_MS - 60_000,
  queueSinceMs: NOW_MS - 120_000,
  resumeState: null,
  details: ALL_DETAILS,
  ...rest,
})
const HOLD = { expiresAtMs: NOW_MS + 1, confirmed: false }
const details = (event: RequestEvent) => (event === 'step_down' ? { ...ALL_DETAILS, to: 'home' } : ALL_DETAILS)
const decide = (state: RequestState, event: RequestEvent, actor: Actor, rest: Partial<RequestFacts> = {}) =>
  decideRequest(state, event, actor, facts({ details: details(event), ...rest }))
const has = (effects: readonly RequestEffect[], kind: RequestEffect['kind']) => effects.some((one) => one.kind === kind)
const decided = (...args: Parameters<typeof decide>) => {
  const decision = decide(...args)
  assert.ok(decision.ok, decision.ok ? '' : decision.error.reason)
  return decision.value
}
const refusedWith = (...args: Parameters<typeof decide>) => {
  const decision = decide(...args)
  return decision.ok ? null : decision.error
}

test('every state, event and role is allowed or refused with a reason', () => {
  for (const state of REQUEST_STATES)
    for (const event of REQUEST_EVENTS)
      for (const actor of ACTORS) {
        const decision = decide(state, event, actor, { hold: HOLD })
        if (decision.ok) {
          assert.equal(decision.value.to, REQUEST_TRANSITIONS[state][event])
          assert.ok(REQUEST_EVENT_ACTORS[event].includes(actor))
        } else assert.ok(decision.error.reason.length > 5, `${state} ${event} ${actor}`)
      }
})

test('a role the table does not name is refused in every state', () => {
  for (const state of REQUEST_STATES)
    for (const event of REQUEST_EVENTS)
      for (const actor of ACTORS.filter((one) => !REQUEST_EVENT_ACTORS[event].includes(one)))
        assert.equal(refusedWith(state, event, actor)?.code, 'role-not-allowed')
})

test('a closed request can only be marked as entered in error, and that is the end', () => {
  for (const state of TERMINAL_REQUEST_STATES)
    for (const event of REQUEST_EVENTS) {
      const to = REQUEST_TRANSITIONS[state][event]
      if (event === 'enter_in_error' && state !== 'entered_in_error') assert.equal(to, 'entered_in_error')
      else assert.equal(to, null)
    }
  assert.equal(refusedWith('cancelled', 'submit', 'requester')?.code, 'request-closed')
})

test('every closing event releases the bed, withdraws the offers, stops the clocks and tells everyone', () => {
  for (const state of REQUEST_STATES.filter((one) => !isTerminal(one)))
    for (const event of REQUEST_EVENTS) {
      const to = REQUEST_TRANSITIONS[state][event]
      if (to === null || !isTerminal(to)) continue
      const { effects } = decided(state, event, 'placement_desk', { hold: HOLD, openOffers: 2 })
      assert.ok(has(effects, to === 'admitted' ? 'occupy_hold' : 'release_hold'), `${state} ${event}`)
      assert.ok(has(effects, 'withdraw_open_offers'))
      assert.deepEqual(
        effects.find((one) => one.kind === 'cancel_timers'),
        { kind: 'cancel_timers', timers: REQUEST_TIMERS },
      )
      assert.deepEqual(
        effects.find((one) => one.kind === 'notify'),
        { kind: 'notify', who: NOTIFY_TARGETS, about: event },
      )
    }
})

test('every state can be reached and every open state can be closed', () => {
  const reachable = (from: RequestState): ReadonlySet<RequestState> => {
    const seen = new Set<RequestState>([from])
    for (const state of seen) for (const to of Object.values(REQUEST_TRANSITIONS[state])) if (to !== null) seen.add(to)
    return seen
  }
  assert.deepEqual([...reachable('draft')].sort(), [...REQUEST_STATES].sort())
  for (const state of REQUEST_STATES.filter((one) => !isTerminal(one)))
    for (const end of ['cancelled', 'entered_in_error'] as const)
      assert.ok(reachable(state).has(end), `${state} → ${end}`)
})

test('the story: submitted, triaged, matched, offered, held, confirmed, driven, admitted', () => {
  const path: [RequestEvent, Actor, RequestState, Partial<RequestFacts>?][] = [
    ['submit', 'requester', 'submitted'],
    ['triage', 'placement_desk', 'triaged'],
    ['start_matching', 'placement_desk', 'matching'],
    ['offer_sent', 'placement_desk', 'offered'],
    ['hold_granted', 'asked_hospital', 'held', { hold: HOLD, openOffers: 2 }],
    ['confirm', 'requester', 'confirmed', { hold: HOLD }],
    ['arrange_transport', 'requester', 'transport_arranged', { hold: HOLD }],
    ['depart', 'transport', 'in_transit', { hold: HOLD }],
    ['arrive', 'transport', 'arrived', { hold: HOLD }],
    ['admit', 'holding_hospital', 'admitted', { hold: HOLD }],
  ]
  let state: RequestState = 'draft'
  for (const [event, actor, next, rest] of path) state = decided(state, event, actor, rest).to === next ? next : 'draft'
  assert.equal(state, 'admitted')
})

test('the first hospital that gets a hold wins: the other offers are withdrawn and it alone learns who the patient is', () => {
  const { effects } = decided('offered', 'hold_granted', 'asked_hospital', { hold: HOLD, openOffers: 2 })
  assert.ok(has(effects, 'withdraw_open_offers'))
  assert.ok(has(effects, 'reveal_identity_to_holder'))
  assert.equal(refusedWith('held', 'hold_granted', 'asked_hospital', { hold: HOLD })?.code, 'not-possible-now')
  assert.equal(refusedWith('offered', 'hold_granted', 'asked_hospital')?.code, 'no-live-hold')
})

test('a diversion gives the bed back, hides who the patient is, searches at once and keeps the place in the queue', () => {
  for (const state of HOLDING_STATES) {
    const decision = decided(state, 'divert', 'placement_desk', { hold: HOLD })
    assert.equal(decision.to, 'diverted')
    assert.equal(decision.queueSinceMs, facts().queueSinceMs)
    for (const kind of ['release_hold', 'hide_identity_from_holder', 'search_again'] as const)
      assert.ok(has(decision.effects, kind), `${state}: ${kind}`)
  }
})

test('a patient who has to turn back is judged anew and keeps the place in the queue', () => {
  const decision = decided('in_transit', 'return_to_origin', 'transport', { hold: HOLD })
  assert.equal(decision.to, 'submitted')
  assert.ok(has(decision.effects, 'release_hold'))
  assert.equal(decision.queueSinceMs, facts().queueSinceMs)
})

test('the queue counts from the first submission, also after a second one', () => {
  assert.equal(decided('draft', 'submit', 'requester', { queueSinceMs: null }).queueSinceMs, NOW_MS)
  assert.equal(decided('draft', 'submit', 'requester', { queueSinceMs: 5 }).queueSinceMs, 5)
})

test('submission starts the clocks of the four targets', () => {
  const due = decided('draft', 'submit', 'requester').effects.flatMap((one) =>
    one.kind === 'schedule_timer' ? [[one.timer, one.dueAtMs - NOW_MS]] : [],
  )
  assert.deepEqual(Object.fromEntries(due), SERVICE_TARGETS_MS)
})

test('a detail that is missing or blank is refused with a pointer to it', () => {
  for (const event of REQUEST_EVENTS)
    for (const key of REQUIRED_DETAILS[event]) {
      const state = REQUEST_STATES.find((one) => REQUEST_TRANSITIONS[one][event] !== null) ?? 'draft'
      const actor = REQUEST_EVENT_ACTORS[event][0] ?? 'system'
      const refused = refusedWith(state, event, actor, { details: { ...details(event), [key]: ' ' }, hold: HOLD })
      assert.deepEqual([refused?.code, refused?.pointer], ['detail-missing', `/${key}`], event)
    }
})

test('no bed is said with a plan until there is one, by a person first, and is tried again in time', () => {
  assert.equal(refusedWith('matching', 'declare_no_bed', 'system')?.code, 'role-not-allowed')
  const said = decided('matching', 'declare_no_bed', 'placement_desk')
  assert.deepEqual(
    said.effects.find((one) => one.kind === 'schedule_timer'),
    { kind: 'schedule_timer', timer: 'no_bed_step', dueAtMs: NOW_MS + 10 * 60_000 },
  )
  const retried = decided('no_bed', 'retry', 'system')
  assert.deepEqual([retried.to, retried.retriesAtLevel], ['matching', 1])
  assert.ok(decide('matching', 'declare_no_bed', 'system', { retriesAtLevel: 1 }).ok)
})

test('the desk may name its own time until the next try', () => {
  const own = decided('matching', 'declare_no_bed', 'placement_desk', {
    details: { ...ALL_DETAILS, retryInMinutes: 7 },
  })
  assert.deepEqual(
    own.effects.find((one) => one.kind === 'schedule_timer'),
    { kind: 'schedule_timer', timer: 'no_bed_step', dueAtMs: NOW_MS + 7 * 60_000 },
  )
})

test('the ladder leads from the region over its neighbours to the nation, and the search never ends by itself', () => {
  assert.deepEqual(noBedStep('region', 0, 'within_1h'), { kind: 'retry', afterMs: 600_000 })
  assert.deepEqual(noBedStep('region', 2, 'within_1h'), { kind: 'escalate', to: 'neighbours', afterMs: 600_000 })
  assert.deepEqual(noBedStep('neighbours', 2, 'within_1h'), { kind: 'escalate', to: 'national', afterMs: 600_000 })
  assert.deepEqual(noBedStep('national', 99, 'within_1h'), { kind: 'retry', afterMs: 600_000 })
})

test('escalation goes up only, by one step or to a named level, and starts the count of tries anew', () => {
  const step = decided('matching', 'escalate', 'placement_desk', { retriesAtLevel: 2 })
  assert.deepEqual([step.level, step.retriesAtLevel], ['neighbours', 0])
  const jump = { details: { ...ALL_DETAILS, to: 'national' } }
  assert.equal(decided('matching', 'escalate', 'placement_desk', jump).level, 'national')
  const down = { level: 'neighbours', details: { ...ALL_DETAILS, to: 'neighbours' } } as const
  assert.equal(refusedWith('escalated', 'escalate', 'placement_desk', down)?.pointer, '/to')
  assert.equal(refusedWith('escalated', 'escalate', 'system', { level: 'national' })?.code, 'already-at-top-level')
})

test('a hold that has run out, or came with conditions nobody agreed to, cannot be confirmed', () => {
  const over = { hold: { expiresAtMs: NOW_MS, confirmed: false } }
  assert.equal(refusedWith('held', 'confirm', 'requester', over)?.code, 'hold-expired')
  assert.equal(
    refusedWith('held', 'confirm', 'requester', { hold: HOLD, conditionsOpen: true })?.code,
    'conditions-not-agreed',
  )
  assert.ok(has(decided('held', 'confirm', 'requester', { hold: HOLD }).effects, 'confirm_hold'))
})

test('offers are not exhausted while one is open', () => {
  assert.equal(refusedWith('offered', 'offers_exhausted', 'system', { openOffers: 1 })?.code, 'offers-still-open')
  assert.equal(decided('offered', 'offers_exhausted', 'system').to, 'matching')
})

test('what was put aside goes on where it was, and never takes up an old promise again', () => {
  const aside = (from: RequestState, event: RequestEvent) =>
    decided(from, event, 'placement_desk', { hold: null }).resumeState
  assert.equal(aside('triaged', 'ask_info'), 'triaged')
  assert.equal(aside('held', 'put_on_hold'), 'matching')
  assert.equal(decided('needs_info', 'give_info', 'requester', { resumeState: 'triaged' }).to, 'triaged')
  assert.equal(decided('on_hold', 'resume', 'placement_desk', { resumeState: 'matching' }).to, 'matching')
  assert.equal(decided('on_hold', 'resume', 'placement_desk').to, 'submitted')
})

test('a requester takes back a slip only while nobody has worked on it', () => {
  assert.ok(decide('submitted', 'enter_in_error', 'requester').ok)
  assert.equal(refusedWith('matching', 'enter_in_error', 'requester')?.code, 'role-not-allowed')
  assert.ok(decide('matching', 'enter_in_error', 'placement_desk').ok)
})

test('a patient who stands at the door of the hospital is let in, whatever nobody tapped on the way', () => {
  for (const state of ['confirmed', 'transport_arranged', 'in_transit'] as const) {
    assert.equal(decided(state, 'arrive', 'holding_hospital', { hold: HOLD }).to, 'arrived', state)
    assert.ok(!has(decided(state, 'arrive', 'holding_hospital', { hold: HOLD }).effects, 'release_hold'))
  }
  assert.equal(refusedWith('held', 'arrive', 'holding_hospital', { hold: HOLD })?.code, 'not-possible-now')
})

test('a place outside the network is recorded with its name and phone and goes on like any other', () => {
  const outside = decided('no_bed', 'place_outside', 'requester', { openOffers: 0 })
  assert.equal(outside.to, 'confirmed')
  assert.equal(decided('arrived', 'admit', 'placement_desk').to, 'admitted')
  assert.ok(!has(decided('arrived', 'admit', 'placement_desk').effects, 'occupy_hold'))
})

test('the buttons a screen shows are never refused for the state or the role', () => {
  for (const state of REQUEST_STATES)
    for (const actor of ACTORS)
      for (const event of possibleEvents(state, actor)) {
        const refused = refusedWith(state, event, actor, { hold: HOLD })
        assert.ok(
          !['not-possible-now', 'request-closed', 'not-your-request'].includes(refused?.code ?? ''),
          `${state} ${event}`,
        )
      }
})

/**
 * A small world that does what the effects say. Whatever is done in whatever order by whomever: a closed request holds no
 * bed and has no open offer, a bed is held exactly in the holding states unless the place is outside the network, and
 * offers are open only where hospitals are being asked.
 */
test('no order of events leaves a bed held or an offer open behind a closed request', () => {
  const step = fc.record({
    event: fc.constantFrom(...REQUEST_EVENTS),
    actor: fc.constantFrom(...ACTORS),
    minutes: fc.integer({ min: 0, max: 50 }),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      let state: RequestState = 'draft'
      let world = facts({ queueSinceMs: null, nowMs: 0, statusSinceMs: 0 })
      let outside = false
      for (const { event, actor, minutes } of steps) {
        world = { ...world, nowMs: world.nowMs + minutes * 60_000, details: details(event) }
        // The slice grants the hold first and tells the request of it.
        const granted = event === 'hold_granted' && world.openOffers > 0 && OFFERING_STATES.includes(state)
        const before = granted ? { ...world, hold: { expiresAtMs: world.nowMs + 1_800_000, confirmed: false } } : world
        const decision = decideRequest(state, event, actor, before)
        if (!decision.ok) continue
        const { value } = decision
        assert.ok(!isTerminal(state) || value.to === 'entered_in_error')
        if (world.queueSinceMs !== null) assert.equal(value.queueSinceMs, world.queueSinceMs)
        outside = event === 'place_outside' || (outside && HOLDING_STATES.includes(value.to))
        world = applied(before, value.effects, event)
        world = { ...world, level: value.level, retriesAtLevel: value.retriesAtLevel, queueSinceMs: value.queueSinceMs }
        state = value.to
        if (isTerminal(state)) assert.deepEqual([world.hold, world.openOffers], [null, 0], state)
        assert.equal(world.hold !== null, HOLDING_STATES.includes(state) && !outside, `${event} → ${state}`)
        if (!OFFERING_STATES.includes(state)) assert.equal(world.openOffers, 0, state)
      }
    }),
    { numRuns: 1_000 },
  )
})

const applied = (world: RequestFacts, effects: readonly RequestEffect[], event: RequestEvent): RequestFacts => {
  let { hold, openOffers } = world
  for (const effect of effects) {
    if (effect.kind === 'release_hold' || effect.kind === 'occupy_hold') hold = null
    if (effect.kind === 'confirm_hold' && hold !== null) hold = { ...hold, confirmed: true }
    if (effect.kind === 'withdraw_open_offers') openOffers = 0
  }
  if (event === 'offer_sent') openOffers = 2
  return { ...world, hold, openOffers }
}

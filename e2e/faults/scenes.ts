import assert from 'node:assert/strict'
import { bedEndpoints } from '@dure/contract'
import type { CutHow } from '../../packages/server/src/demo-cells/network.ts'
import { callAs, deskOf, must } from '../../packages/server/src/demo-cells/people.service.ts'
import {
  askRegion,
  placeAtHome,
  type Region,
  untilConfirmed,
} from '../../packages/server/src/demo-cells/placing.service.ts'
import { eventually } from '../../packages/server/src/testing/process.ts'
import { type Figures, judge, told } from './figures.ts'
import { type Load, startLoad } from './load.ts'
import type { World } from './world.ts'

/** Faults that people and machines live through, each from the first acknowledgement to the last look. */
const LIMIT_MS = 60_000

const untilAcknowledged = (load: Load, requests: number, beds = 0): Promise<void> =>
  eventually(
    `${requests} requests and ${beds} beds are acknowledged`,
    () => load.ledger().requests.length >= requests && load.ledger().beds.length >= beds,
    LIMIT_MS,
  )

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

interface Cut {
  /** Requests to be acknowledged meanwhile. */
  readonly enough?: number
  /** What the screens of the region are to be seen saying. */
  readonly whileCut?: () => Promise<unknown>
}

export const fullCut = async (world: World, { enough = 10, whileCut }: Cut = {}): Promise<Figures> => {
  const { nation } = world
  const seoul = await world.region('11')
  nation.cutOff('11')
  for (const other of ['28', '41', '00'])
    for (const [from, to] of [
      ['11', other],
      [other, '11'],
    ] as const)
      await world.untilReached(from, to, false)
  const load = startLoad(seoul)
  await untilAcknowledged(load, enough, 1)
  await whileCut?.()
  const ledger = await load.stop()
  nation.healAll()
  const since = performance.now()
  await world.untilReached('11', '28', true)
  const note = `cut off from all, placed by itself: ${ledger.beds.length} beds`
  return judge(nation, '11', ledger, { fault: 'a region cut off from all', note, since })
}

export const partialCut = async (world: World, how: CutHow): Promise<Figures> => {
  const { nation } = world
  const seoul = await world.region('11')
  nation.cut('11', '28', how)
  await world.untilReached('11', '28', false)
  await world.untilReached('28', '11', false)
  assert.equal(await world.reaches('11', '41'), true)
  const load = startLoad(seoul, { askers: 1, placer: false })
  const started = performance.now()
  const { requestId } = await askRegion(seoul, '28')
  const view = await untilConfirmed(seoul, requestId, LIMIT_MS)
  const took = performance.now() - started
  await untilAcknowledged(load, 3)
  const ledger = await load.stop()
  assert.equal(await world.reaches('11', '28'), false)
  nation.healAll()
  const since = performance.now()
  await world.untilReached('11', '28', true)
  assert.ok(view.hold !== null)
  const note = `a bed of 28 confirmed for 11 by way of another cell in ${seconds(took)}`
  return judge(nation, '11', ledger, { fault: `two regions cut from each other (${how})`, note, since })
}

export const killedUnderLoad = async (world: World, { times = 2, enough = 8 } = {}): Promise<Figures> => {
  const { nation } = world
  const load = startLoad(await world.region('28'))
  const member = nation.member('28')
  let back = 0
  for (let time = 0; time < times; time += 1) {
    await untilAcknowledged(load, load.ledger().requests.length + enough)
    await member.kill()
    const started = performance.now()
    await member.start()
    back = Math.max(back, performance.now() - started)
  }
  await untilAcknowledged(load, load.ledger().requests.length + 4)
  const since = performance.now()
  const ledger = await load.stop()
  const note = `killed ${times} times, serving again within ${seconds(back)}; ${told(ledger)}`
  return judge(nation, '28', ledger, { fault: 'a cell killed under load', note, since })
}

export const restoredFromBackup = async (world: World): Promise<Figures> => {
  const { nation } = world
  const member = nation.member('41')
  await member.stop()
  await nation.backup('41', 'backup_of_41')
  await member.start()
  const load = startLoad(await world.region('41'), { askers: 1 })
  await untilAcknowledged(load, 4, 1)
  const ledger = await load.stop()
  // What no other cell has yet goes with the disk; what they have must come back.
  await judge(nation, '41', ledger, { fault: '', note: '', since: performance.now() })
  await member.kill()
  await nation.restore('41', 'backup_of_41')
  const since = performance.now()
  await member.start()
  await eventually(
    'what had been acknowledged after the backup is back',
    async () => {
      const [row] = await nation.ask<{ requests: number; beds: number }>(
        '41',
        `select (select count(*)::int from beds.request where id = any($1)) as requests,
                (select count(*)::int from beds.hold where state = 'confirmed' and request_id = any($2)) as beds`,
        [ledger.requests.map(({ id }) => id), ledger.beds.map(({ requestId }) => requestId)],
      )
      return row?.requests === ledger.requests.length && row.beds === ledger.beds.length
    },
    LIMIT_MS,
  )
  const figures = await judge(nation, '41', ledger, {
    fault: 'a database restored from an older backup',
    note: 'acknowledged after the backup was made',
    since,
  })
  const region = await world.region('41')
  await hospitalsSpeak(nation, region)
  await placeAtHome(region)
  return figures
}

/** In a new epoch nothing is placed on a bed before its hospital has said that it is still free. */
const hospitalsSpeak = async (nation: World['nation'], { code, base }: Region): Promise<void> => {
  const rows = await nation.ask<{ id: string }>(
    code,
    `select distinct hospital_id as id from beds.slot where sido is null and doubted_at is not null order by id`,
  )
  for (const { id } of rows) {
    // The demo has people for some of the hospitals; the others stay silent, and are not asked.
    const person = await deskOf(base, id).catch(() => null)
    if (person === null) continue
    const hospital = await callAs(base, person)
    must(await hospital(bedEndpoints.stillTrue, { params: { id }, body: {} }))
  }
}

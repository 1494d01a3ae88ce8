import { after, before, type TestContext, test } from 'node:test'
import { FIGURES, type Figures } from './faults/figures.ts'
import { fullCut, killedUnderLoad, partialCut } from './faults/scenes.ts'
import { startWorld, type World } from './faults/world.ts'

// A quick selection of `npm run faults`, on link proxies, which need no rights: real processes with every change.
const FEW = 5

let world: World
before(async () => {
  world = await startWorld()
})
after(async () => {
  await world?.close()
})

const tell = (t: TestContext, figures: Figures): void => t.diagnostic(`${FIGURES}${JSON.stringify(figures)}`)

test('four processes: a region cut off from all places its own patients, and all agree once it is healed', async (t) => {
  tell(t, await fullCut(world, { enough: FEW }))
})

test('four processes: two regions cut from each other place across by way of a third', async (t) => {
  tell(t, await partialCut(world, 'refused'))
})

test('four processes: one killed under load loses nothing that it acknowledged, and does nothing twice', async (t) => {
  tell(t, await killedUnderLoad(world, { times: 1, enough: FEW }))
})

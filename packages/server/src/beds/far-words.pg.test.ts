import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints as e, facilityEndpoints, type InputOf } from '@dure/contract'
import { must } from '../testing/bed-world.ts'
import { startCells } from '../testing/linked-cells.ts'
import { settleRegion } from '../testing/regions.ts'

type Statement = InputOf<typeof facilityEndpoints.stateHospital>['body']['statement']
/** Shorter than any mark of a waiting request. */
const SOON_MS = 3 * 60_000

test('another region hears that a hospital takes nobody or cannot do something tonight, and that it does again', async () => {
  await using cells = await startCells(['28', '11'])
  const asker = await settleRegion(cells.of('28'), { hospitals: 1, slots: 0 })
  const owner = await settleRegion(cells.of('11'))
  await cells.settle()
  const request = await asker.wandering({ needs: ['thoracic_surgery'] })
  const [far] = owner.hospitalIds
  assert(far)
  const speaker = await owner.hospitalDesk()
  const say = async (statement: Statement) => {
    must(await speaker.call(facilityEndpoints.stateHospital, { params: { id: far }, body: { statement } }))
    await cells.settle()
  }
  const standing = async () => {
    const found = must(await asker.desk.call(e.listCandidates, { params: { id: request.id }, query: {} }))
    const excluded = found.whyNot.find(({ hospitalId }) => hospitalId === far)
    return found.candidates.some(({ hospitalId }) => hospitalId === far) ? 'candidate' : excluded?.reasons
  }
  assert.equal(await standing(), 'candidate')
  await say({ say: 'stop', reason: 'infection' })
  assert.deepEqual(await standing(), ['hospital-diverted'])
  await say({ say: 'resume' })
  assert.equal(await standing(), 'candidate')
  const until = new Date(cells.of('11').clock.now().getTime() + SOON_MS).toISOString()
  await say({ say: 'capability', code: 'thoracic_surgery', answer: 'no', until })
  assert.deepEqual(await standing(), ['capability-missing', 'missing:thoracic_surgery'])
  cells.of('11').clock.advance(SOON_MS)
  await cells.settle()
  assert.equal(await standing(), 'candidate')
})

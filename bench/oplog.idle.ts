import { testCells, until } from '../packages/server/src/testing/cells.ts'
import { databaseTicks } from './oplog.cpu.ts'

export const idleCost = async (count: number, ms: number) => {
  const ids = [
    '00',
    '11',
    '26',
    '27',
    '28',
    '29',
    '30',
    '31',
    '36',
    '41',
    '43',
    '44',
    '46',
    '47',
    '48',
    '50',
    '51',
    '52',
  ]
  await using cells = await testCells(ids.slice(0, count), { env: { DURE_POOL_SIZE: '3' } })
  const all = [...cells.nodes.values()]
  await until(
    'all agree',
    async () =>
      (await Promise.all(all.map((node) => node.cell.exchange.port.standings()))).every((of) => of.length === count),
    120_000,
  )
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  const before = process.cpuUsage()
  const databaseBefore = databaseTicks()
  await new Promise((resolve) => setTimeout(resolve, ms))
  const { user, system } = process.cpuUsage(before)
  return {
    cores: (user + system) / 1_000 / ms,
    databaseCores: ((databaseTicks() - databaseBefore) * 10) / ms,
  }
}

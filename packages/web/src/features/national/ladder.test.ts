import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CellsView, CellView, RegionOverview } from '@dure/contract'
import { agreeing, rungOf, stoodInFor } from './ladder.ts'

const cell = (code: string, link: CellView['link'], cutSince: string | null = null): CellView => ({
  cell: code,
  name: code,
  link,
  cutSince,
  knownAsOf: null,
  relayedBy: null,
  writer: code,
  epoch: '1',
  seq: '1',
  lastError: null,
})
const view = (cells: readonly CellView[], more: Partial<CellsView> = {}): CellsView => ({
  at: '2022-10-15T06:00:00.000Z',
  self: '28',
  state: 'writing',
  stateSince: '2022-10-15T05:00:00.000Z',
  writes: ['28'],
  cells: [cell('28', 'self'), ...cells],
  alarms: [],
  ...more,
})

test('a cell without others has no ladder', () => assert.equal(rungOf(view([])), undefined))

test('connected to all, heard through a neighbour, some cut, region only: each has its own rung', () => {
  const rung = (...cells: CellView[]) => rungOf(view(cells))?.rung
  assert.equal(rung(cell('11', 'connected'), cell('41', 'connected')), 'all')
  assert.equal(rung(cell('11', 'relayed'), cell('41', 'connected')), 'relayed')
  assert.equal(rung(cell('11', 'cut'), cell('41', 'relayed')), 'some')
  assert.equal(rung(cell('11', 'cut'), cell('41', 'never')), 'only')
  assert.equal(rung(cell('11', 'stopped'), cell('41', 'cut')), 'stopped')
})

test('region only is said since the first link was lost', () => {
  const cells = [cell('11', 'cut', '2022-10-15T06:10:00.000Z'), cell('41', 'cut', '2022-10-15T06:05:00.000Z')]
  assert.equal(rungOf(view(cells))?.since, '2022-10-15T06:05:00.000Z')
})

test('a cell another one stands in for says so before anything else, and who stands in says for whom', () => {
  const cells = [{ ...cell('28', 'self'), writer: '41' }, cell('11', 'cut')]
  assert.deepEqual(rungOf({ ...view([]), state: 'stood-in', cells })?.cells, ['41'])
  assert.deepEqual(stoodInFor(view([], { writes: ['28', '11'] })), ['11'])
})

test('a region whose cell is cut is never shown as connected, and one that another stands in for stays so', () => {
  const region = (sido: string, link: RegionOverview['link']): RegionOverview => ({
    ...{ sido, nameKo: sido, nameEn: sido, link, writer: sido, contactAt: null, toldAt: null, waiting: 0 },
    ...{ oldestWaitingSince: null, p50Min: null, p95Min: null, placed24h: 0, byClass: [] },
  })
  const links = (regions: RegionOverview[], ...cells: CellView[]) => agreeing(regions, cells).map(({ link }) => link)
  const told = [region('28', 'own'), region('11', 'connected'), region('41', 'connected'), region('26', 'stood_in')]
  const cells = [cell('28', 'self'), cell('11', 'relayed'), cell('41', 'cut'), cell('26', 'cut')]
  assert.deepEqual(links(told, ...cells), ['own', 'connected', 'cut', 'stood_in'])
  assert.deepEqual(links([region('41', 'connected')], cell('41', 'stopped')), ['cut'])
})

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { unwrap } from './result.ts'
import { DCC_CODES, externalValueSets, KOREA_VACCINES, readValueSet } from './value-sets.ts'

const FOLDER = new URL('../../../../shared/vectors/schema/valuesets/', import.meta.url)
/** Has a structure of its own. */
const OTHER = 'vaccine-encoding-instructions.json'

const entry = { display: 'Comirnaty', lang: 'en', active: true, system: 'x', version: '' }
const SET = { valueSetId: 'vaccines', valueSetDate: '2022-11-30', valueSetValues: { 'EU/1/20/1528': entry } }

test('a value set is read, and its codes stand under its id in the external parameters', () => {
  const set = unwrap(readValueSet(SET))
  assert.deepEqual([set.id, set.date, set.codes.get('EU/1/20/1528')?.display], ['vaccines', '2022-11-30', 'Comirnaty'])
  assert.deepEqual(externalValueSets([set]), { vaccines: ['EU/1/20/1528'] })
})

test('what is no value set is refused with the member at fault', () => {
  const faults: [unknown, string][] = [
    [null, 'not an object'],
    [{ ...SET, valueSetId: '' }, 'valueSetId'],
    [{ ...SET, valueSetDate: '30.11.2022' }, 'valueSetDate'],
    [{ ...SET, valueSetValues: [] }, 'valueSetValues'],
    [{ ...SET, valueSetValues: { a: { lang: 'en' } } }, 'entry 0'],
  ]
  for (const [json, detail] of faults) {
    const read = readValueSet(json)
    assert.deepEqual(read.ok ? 'ok' : [read.error.code, read.error.detail], ['valueset-malformed', detail])
  }
  fc.assert(fc.property(fc.jsonValue(), (json) => void readValueSet(json)))
})

test('the published value sets are read, and hold the codes the rules use', (t) => {
  if (!existsSync(FOLDER)) return t.skip('1 cases not present (../shared absent)')
  const names = readdirSync(FOLDER).filter((name) => name !== OTHER)
  const sets = names.map((name) => unwrap(readValueSet(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')))))
  assert.equal(sets.length, 8)
  const byId = externalValueSets(sets)
  assert.equal(byId['country-2-codes']?.length, 250)
  assert.deepEqual(byId['disease-agent-targeted'], [DCC_CODES.covid19])
  assert.deepEqual(byId['covid-19-lab-test-type']?.toSorted(), [DCC_CODES.testNaat, DCC_CODES.testRapid].toSorted())
  assert.deepEqual(byId['covid-19-lab-result']?.toSorted(), [DCC_CODES.notDetected, DCC_CODES.detected].toSorted())
  for (const code of Object.keys(KOREA_VACCINES)) assert.ok(byId['vaccines-covid-19-names']?.includes(code), code)
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ASK_FIRST, WHY_NOT } from '../packages/server/src/beds/candidate-reasons.ts'
import { OFFER_EVENTS } from '../packages/server/src/beds/offers.ts'
import { REQUEST_EVENTS } from '../packages/server/src/beds/placement-table.ts'
import { TERMS } from '../packages/server/src/beds/ranking-config.ts'

type Words = Readonly<Record<string, Readonly<Record<string, string>>>>
const read = (language: string): Words =>
  JSON.parse(readFileSync(new URL(`../packages/web/src/i18n/${language}.json`, import.meta.url), 'utf8')) as Words

const LISTS: readonly (readonly [string, readonly string[]])[] = [
  ['whyNot', WHY_NOT],
  ['askFirst', ASK_FIRST],
  ['term', TERMS],
  ['event', REQUEST_EVENTS],
  ['event', OFFER_EVENTS.map((event) => `offer_${event}`)],
]

for (const language of ['ko', 'en'])
  test(`every reason, term and event that the server may name has a word in ${language}`, () => {
    const words = read(language)
    const missing = LISTS.flatMap(([group, codes]) =>
      codes.filter((code) => words[group]?.[code.replaceAll('-', '_')] === undefined).map((code) => `${group}.${code}`),
    )
    assert.deepEqual(missing, [])
  })

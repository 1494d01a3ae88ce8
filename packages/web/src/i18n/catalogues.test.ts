import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

type Tree = { readonly [key: string]: string | Tree }

const read = (name: string): Tree =>
  JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8')) as Tree

const flat = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  )

const ko = new Map(flat(read('ko')))
const en = new Map(flat(read('en')))

const SOURCE = fileURLToPath(new URL('..', import.meta.url))
const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(SOURCE + name, 'utf8'))
  .join('\n')

/** Keys written out: 'a.b' anywhere in the source (so both arms of a condition count). */
const written = new Set([...sources.matchAll(/'([a-z][A-Za-z]*(?:\.[A-Za-z0-9_/?]+)+)'/g)].map(([, key]) => key ?? ''))
/** Keys put together: `severity.${…}`. */
const prefixes = [...sources.matchAll(/`([a-z][A-Za-z]*(?:\.[A-Za-z0-9_]+)*\.)\$\{/g)].map(([, prefix]) => prefix ?? '')
/** Groups of server codes that are looked up at run time. */
const groups = [
  'term.',
  'whyNot.',
  'askFirst.',
  'flag.',
  'event.',
  'vitalName.',
  'need.',
  'refusedNext.',
  'stopReason.',
  'sourceOperation.',
  'sourceError.',
]
const base = (key: string) => key.replace(/_(one|other)$/, '')

test('both languages have the same keys', () => {
  assert.deepEqual([...ko.keys()], [...en.keys()])
})

test('no text is empty, and both languages fill the same gaps', () => {
  const gaps = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()
  for (const [key, text] of ko) {
    assert.ok(text.trim() !== '' && (en.get(key) ?? '').trim() !== '', key)
    const missing = gaps(text).filter((name) => !gaps(en.get(key) ?? '').includes(name))
    assert.deepEqual(missing, [], key)
  }
})

test('every key is used somewhere', () => {
  const unused = [...ko.keys()].filter(
    (key) =>
      !written.has(base(key)) && !written.has(key) && ![...prefixes, ...groups].some((one) => key.startsWith(one)),
  )
  assert.deepEqual(unused, [])
})

test('every key written in the source exists', () => {
  const known = new Set([...ko.keys()].flatMap((key) => [key, base(key)]))
  const roots = new Set([...ko.keys()].map((key) => key.split('.')[0]))
  const missing = [...written].filter((key) => roots.has(key.split('.')[0]) && !known.has(key))
  assert.deepEqual(missing, [])
})

test('Korean texts are Korean and English texts carry none', () => {
  for (const [key, text] of en) assert.doesNotMatch(text, /[가-힣]/, key)
})

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { apiEndpoints } from './cell.ts'
import { openApiText } from './openapi.command.ts'

const FILE = new URL('../../contract/openapi.json', import.meta.url)

test('packages/contract/openapi.json says what is served (dure openapi > packages/contract/openapi.json writes it)', async () => {
  assert.equal(await openApiText(), await readFile(FILE, 'utf8'))
})

test('every reference of the document leads somewhere, and no route is described twice', async () => {
  const document = JSON.parse(await openApiText())
  const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? []
  assert(references.length > 0)
  for (const reference of references) {
    const [, name] = /#\/components\/schemas\/([^"]+)/.exec(reference) ?? []
    assert(name !== undefined && document.components.schemas[name] !== undefined, reference)
  }
  const ids = (await apiEndpoints()).map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
})

test('every path parameter is described', async () => {
  for (const { path, params, id } of await apiEndpoints()) {
    const names = [...path.matchAll(/:([A-Za-z0-9_]+)/g)].map(([, name]) => name)
    const shape = params !== undefined && 'shape' in params ? Object.keys(params.shape as object) : []
    assert.deepEqual(shape.sort(), names.sort(), id)
  }
})

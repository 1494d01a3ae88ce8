import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { missingFiles } from './process.ts'

test('a file that the environment names and that is not there is told at the start, with every other one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dure-config-'))
  try {
    writeFileSync(join(folder, 'carriers.json'), '{}')
    const env = {
      DURE_CARRIERS_FILE: 'carriers.json',
      DURE_OIDC_FILE: join(folder, 'absent.json'),
      DURE_PACK_ROOTS: '',
      DURE_CELLS: 'cells.signed',
      PGBIN: folder,
    }
    const faults = missingFiles(env, folder).map(({ variable }) => variable)
    assert.deepEqual(faults, ['DURE_OIDC_FILE', 'DURE_CELLS', 'PGBIN'])
    assert.deepEqual(missingFiles({}, folder), [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

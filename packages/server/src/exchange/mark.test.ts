import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { goneFrom, isBehind, makeMarkKeeper, markFile } from './mark.service.ts'

const shown = (epoch: number, seq: number) => ({ epoch, seq })

test('a database is behind when records were shown, or numbered in its newest epoch, that it does not have', () => {
  const cases = [
    [shown(5, 100), undefined, false],
    [shown(5, 100), shown(5, 100), false],
    [shown(5, 99), shown(5, 100), true],
    [shown(4, 100), shown(5, 100), true],
    [shown(5, 100), { ...shown(5, 80), numbered: shown(5, 100) }, false],
    [shown(5, 100), { ...shown(5, 80), numbered: shown(5, 101) }, true],
    [shown(5, 100), { ...shown(0, 0), numbered: shown(6, 90) }, true],
    // Cut back for a newer epoch: shorter, and nothing forgotten.
    [shown(6, 90), { ...shown(5, 80), numbered: shown(5, 120) }, false],
  ] as const
  for (const [have, known, behind] of cases) assert.equal(isBehind(have, known), behind, JSON.stringify([have, known]))
})

test('what did not come back is counted from the higher of what was shown and what was numbered', () => {
  assert.equal(goneFrom(shown(5, 100), undefined), 0)
  assert.equal(goneFrom(shown(5, 100), { ...shown(5, 104), numbered: shown(5, 110) }), 10)
  assert.equal(goneFrom(shown(5, 100), { ...shown(5, 104), numbered: shown(5, 90) }), 4)
  assert.equal(goneFrom(shown(6, 100), { ...shown(5, 90), numbered: shown(5, 150) }), 0)
})

test('the mark outlives the process, keeps what was shown beside what was numbered, and reads a file of an older version', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dure-mark-'))
  try {
    await writeFile(markFile(folder), JSON.stringify({ '28': shown(1, 7) }))
    const keeper = makeMarkKeeper(folder)
    await keeper.noteNumbered('28', shown(1, 12))
    await keeper.noteNumbered('28', shown(1, 11))
    await keeper.raise('28', shown(1, 9))
    assert.deepEqual((await makeMarkKeeper(folder).read()).get('28'), { ...shown(1, 9), numbered: shown(1, 12) })
    await keeper.noteNumbered('28', shown(2, 10))
    assert.deepEqual(JSON.parse(await readFile(markFile(folder), 'utf8')), {
      '28': { ...shown(1, 9), numbered: shown(2, 10) },
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

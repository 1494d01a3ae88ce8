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

test('an export beside the running cell neither disturbs its mark nor is undone by it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dure-mark-'))
  try {
    const cell = makeMarkKeeper(folder)
    const exporting = makeMarkKeeper(folder, 'export')
    await cell.raise('28', shown(1, 1))
    await exporting.raise('28', shown(1, 90))
    await Promise.all(
      Array.from({ length: 40 }, (_, at) =>
        at % 2 === 0 ? cell.noteNumbered('28', shown(1, 10 + at)) : exporting.raise('28', shown(1, 90 + at)),
      ),
    )
    await cell.raise('28', shown(1, 50))
    // As after a start: what was carried away counts, whoever wrote last.
    assert.deepEqual((await makeMarkKeeper(folder).read()).get('28'), { ...shown(1, 129), numbered: shown(1, 48) })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

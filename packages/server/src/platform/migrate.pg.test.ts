import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { temporaryFolder, testDatabase } from '../testing/database.ts'
import { currentSchema, SCHEMA_FILE, TYPES_FILE } from '../testing/schema.ts'
import { makeLogger } from './logger.ts'
import { migrate, readMigrations } from './migrate.ts'

const silent = makeLogger('silent', undefined)

const withFolder = async (files: Record<string, string>, work: (folder: URL) => Promise<void>): Promise<void> => {
  const folder = await temporaryFolder()
  const real = await Promise.all((await readMigrations()).map(async (one) => [`${one.name}.sql`, one.sql] as const))
  await mkdir(folder, { recursive: true })
  for (const [name, sql] of [...real, ...Object.entries(files)]) await writeFile(join(folder, name), sql)
  try {
    await work(pathToFileURL(`${folder}/`))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('schema.sql and db.types.ts say what the migrations make (npm run db:dump writes them)', async () => {
  const { schema, types } = await currentSchema()
  assert.equal(schema, await readFile(SCHEMA_FILE, 'utf8'))
  assert.equal(types, await readFile(TYPES_FILE, 'utf8'))
})

test('what is missing is applied, once, also when two start at the same moment', async () => {
  await using database = await testDatabase()
  await withFolder(
    { '9001-one.sql': 'create table public.one ()', '9002-two.sql': 'create table public.two ()' },
    async (folder) => {
      const done = await Promise.all([1, 2].map(() => migrate(database.connection, silent, folder)))
      assert.deepEqual(done.flat().sort(), ['9001-one', '9002-two'])
    },
  )
})

test('a migration that fails leaves nothing of itself', async () => {
  await using database = await testDatabase()
  await withFolder({ '9001-one.sql': 'create table public.one (); select 1/0' }, async (folder) => {
    await assert.rejects(migrate(database.connection, silent, folder), /9001-one failed/)
  })
  await withFolder({ '9001-one.sql': 'create table public.one ()' }, async (folder) => {
    assert.deepEqual(await migrate(database.connection, silent, folder), ['9001-one'])
  })
})

test('an applied migration that was edited is found', async () => {
  await using database = await testDatabase()
  await withFolder({ '9001-one.sql': 'select 1' }, (folder) =>
    migrate(database.connection, silent, folder).then(() => undefined),
  )
  await withFolder({ '9001-one.sql': 'select 2' }, (folder) =>
    assert.rejects(migrate(database.connection, silent, folder), /9001-one was edited/),
  )
})

test('an older program refuses a newer database', async () => {
  await using database = await testDatabase()
  await withFolder({ '9001-one.sql': 'select 1' }, (folder) =>
    migrate(database.connection, silent, folder).then(() => undefined),
  )
  await assert.rejects(migrate(database.connection, silent), /9001-one, which this program does not know/)
})

test('two migrations of one number are refused before anything runs', () =>
  withFolder({ '9001-one.sql': 'select 1', '9001-two.sql': 'select 1' }, (folder) =>
    assert.rejects(readMigrations(folder), /numbered 9001/),
  ))

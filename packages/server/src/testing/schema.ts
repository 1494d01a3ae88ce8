import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { dumpSchema } from '../platform/schema-dump.ts'
import { temporaryFolder, testDatabase } from './database.ts'

export const SCHEMA_FILE = new URL('../../schema.sql', import.meta.url)
export const TYPES_FILE = new URL('../platform/db.types.ts', import.meta.url)

/** What schema.sql and db.types.ts should say now. */
export const currentSchema = async (): Promise<{ schema: string; types: string }> => {
  await using database = await testDatabase()
  const client = new pg.Client(database.connection)
  await client.connect()
  try {
    return { schema: await dumpSchema(client), types: await generateTypes(database.url) }
  } finally {
    await client.end()
  }
}

const generateTypes = async (url: string): Promise<string> => {
  const program = join(dirname(createRequire(import.meta.url).resolve('kysely-codegen')), 'cli', 'bin.js')
  const folder = await temporaryFolder()
  const file = join(folder, 'db.types.ts')
  // The address holds a password: not on a command line that others can read.
  const options = ['--dialect', 'postgres', '--url', 'env(CODEGEN_URL)', '--out-file', file, '--date-parser', 'string']
  try {
    await promisify(execFile)(
      process.execPath,
      [program, ...options, '--exclude-pattern', 'public.*', '--log-level', 'error'],
      {
        env: { ...process.env, CODEGEN_URL: url },
      },
    )
    return await readFile(file, 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

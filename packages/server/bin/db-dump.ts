// Writes schema.sql and db.types.ts from a database that has run all migrations.
import { writeFile } from 'node:fs/promises'
import { currentSchema, SCHEMA_FILE, TYPES_FILE } from '../src/testing/schema.ts'

const { schema, types } = await currentSchema()
await writeFile(SCHEMA_FILE, schema)
await writeFile(TYPES_FILE, types)

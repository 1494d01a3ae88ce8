// One PostgreSQL for all test files of a run; each makes its own database in it.
import { testServer } from '../../packages/server/src/testing/database.ts'

/** Runs `work` with TEST_DATABASE_URL set. DATABASE_URL names a server of yours; databases are created in it and removed. */
export const withTestServer = async (work) => {
  const server = await testServer()
  process.env.TEST_DATABASE_URL = server.url
  try {
    return await work()
  } finally {
    delete process.env.TEST_DATABASE_URL
    await server.close()
  }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../testing/database.ts'
import { type Collector, codeOf, type Db, GivenUp, openDatabase } from './db.ts'
import { makeLogger } from './logger.ts'

const withDb = async (work: (db: Db) => Promise<void>, poolSize = 4): Promise<void> => {
  await using database = await testDatabase()
  const db = openDatabase({ connection: database.connection, poolSize, log: makeLogger('silent', undefined) })
  try {
    await db.pool.query('create table public.thing (id int primary key, n int not null)')
    await work(db)
  } finally {
    await db.close()
  }
}

const count = async (db: Db): Promise<number> =>
  (await db.sql<{ n: number }>('select count(*)::int as n from thing'))[0]?.n ?? -1

test('a transaction keeps what it returns from and forgets what it throws from', () =>
  withDb(async (db) => {
    const kept = await db.tx(async (tx) => tx.sql('insert into thing values (1, 1) returning id'))
    assert.deepEqual(kept, [{ id: 1 }])
    await assert.rejects(
      db.tx(async (tx) => {
        await tx.sql('insert into thing values (2, 1)')
        throw new Error('no')
      }),
      /no/,
    )
    assert.equal(await count(db), 1)
  }))

test('inside a transaction everything is that transaction, so a pool of one connection is enough', () =>
  withDb(async (db) => {
    await db.tx(async (tx) => {
      await tx.sql('insert into thing values (1, 1)')
      assert.equal(await count(db), 1)
      await db.tx(async () => db.sql('insert into thing values (2, 1)'))
    })
    assert.equal(await count(db), 2)
  }, 2))

test('a transaction inside a transaction is undone alone', () =>
  withDb(async (db) => {
    await db.tx(async (tx) => {
      await tx.sql('insert into thing values (1, 1)')
      await assert.rejects(db.tx(async () => db.sql('insert into thing values (1, 2)')))
      await db.tx(async () => db.sql('insert into thing values (3, 1)'))
    })
    assert.equal(await count(db), 2)
  }))

test('an inner transaction cannot ask for more isolation than the outer one has', () =>
  withDb(async (db) => {
    await assert.rejects(
      db.tx(() => db.tx(async () => 1, { isolation: 'serializable' })),
      /serializable/,
    )
  }))

test('a conflict that is a matter of luck is tried again until it is no conflict', () =>
  withDb(async (db) => {
    await db.sql('insert into thing values (1, 0)')
    // Both read before either writes: the first attempts cannot both succeed.
    let readers = 0
    const bothRead = Promise.withResolvers<void>()
    const add = () =>
      db.tx(
        async (tx) => {
          const [row] = await tx.sql<{ n: number }>('select n from thing where id = 1')
          readers += 1
          if (readers === 2) bothRead.resolve()
          await bothRead.promise
          await tx.sql('update thing set n = $1 where id = 1', [(row?.n ?? 0) + 1])
        },
        { isolation: 'serializable' },
      )
    await Promise.all([add(), add()])
    assert.deepEqual(await db.sql('select n from thing'), [{ n: 2 }])
    assert(db.stats().retries > 0)
  }))

test('what waits for the commit happens after it, and not after a rollback', () =>
  withDb(async (db) => {
    const heard: string[] = []
    db.onSignal('outbox', () => heard.push('signal'))
    await db.tx(async (tx) => {
      tx.signal('outbox')
      tx.signal('outbox')
      tx.afterCommit(() => heard.push('after'))
      assert.deepEqual(heard, [])
    })
    await assert.rejects(
      db.tx(async (tx) => {
        tx.signal('outbox')
        tx.afterCommit(() => heard.push('never'))
        throw new Error('no')
      }),
    )
    assert.deepEqual(heard, ['signal', 'after'])
  }))

test('a bigint comes as text, a date as its own text, an instant as a Date', () =>
  withDb(async (db) => {
    const [row] = await db.sql(
      `select 9007199254740993 as big, date '2022-10-17' as day, timestamptz '2022-10-17T00:00Z' as at`,
    )
    assert.deepEqual(row, { big: '9007199254740993', day: '2022-10-17', at: new Date('2022-10-17T00:00:00Z') })
  }))

test('a broken connection fails one query and not the program', () =>
  withDb(async (db) => {
    const failure = db.sql('select pg_terminate_backend(pg_backend_pid())').catch((error: unknown) => codeOf(error))
    assert.equal(await failure, '57P01')
    assert.equal(await count(db), 0)
  }))

test('the time spent in the database is counted', () =>
  withDb(async (db) => {
    const before = db.stats()
    await db.sql('select pg_sleep(0.05)')
    await db.kysely.selectFrom('platform.person').selectAll().execute()
    const after = db.stats()
    assert.equal(after.queries - before.queries, 2)
    assert(after.sqlMs - before.sqlMs >= 50)
  }))

test('work that joins a transaction and fails undoes all of it, gives its connection back, and whoever opened it is told', () =>
  withDb(async (db) => {
    await assert.rejects(
      db.tx(
        async (tx) => {
          await tx.sql('insert into thing values (1, 1)')
          await assert.rejects(
            db.tx(
              async () => {
                await db.sql('insert into thing values (2, 1)')
                throw new Error('refused')
              },
              { join: true },
            ),
            /refused/,
          )
          assert.equal(tx.open, false)
          await assert.rejects(tx.sql('insert into thing values (3, 1)'), /over/)
          // Outside by now, on the pool's only connection.
          await db.tx(async () => db.sql('insert into thing values (4, 1)'))
        },
        { joinable: true },
      ),
      GivenUp,
    )
    assert.deepEqual(await db.sql('select id from thing'), [{ id: 4 }])
  }, 1))

test('work that would join is undone alone where nobody offered it to join', () =>
  withDb(async (db) => {
    const join = () =>
      db.tx(
        async () => {
          await db.sql('insert into thing values (2, 1)')
          throw new Error('refused')
        },
        { join: true },
      )
    await db.tx(async (tx) => {
      await tx.sql('insert into thing values (1, 1)')
      await assert.rejects(join(), /refused/)
    })
    await db.tx(
      (tx) => tx.sql('insert into thing values (5, 1)').then(() => db.tx(() => join().catch(() => undefined))),
      {
        joinable: true,
      },
    )
    assert.deepEqual(await db.sql('select id from thing order by id'), [{ id: 1 }, { id: 5 }])
  }))

test('what is collected is written together before the commit, without the part that was rolled back', () =>
  withDb(async (db) => {
    const written: (readonly number[])[] = []
    const numbers: Collector<number> = {
      statement: (items) => {
        written.push([...items])
        return { text: 'insert into thing select n, 1 from unnest($1::int[]) n', values: [items] }
      },
    }
    await db.tx(async (tx) => {
      tx.collect(numbers, 1)
      await assert.rejects(
        db.tx(async (inner) => {
          inner.collect(numbers, 2)
          throw new Error('no')
        }),
      )
      await db.tx(async (inner) => inner.collect(numbers, 3))
      assert.equal(await count(db), 0)
    })
    assert.deepEqual([written, await count(db)], [[[1, 3]], 2])
  }))

test('a collected statement that fails leaves nothing, says why in its own words, and the connection goes on', () =>
  withDb(async (db) => {
    const numbers: Collector<number> = {
      statement: (items) => ({ text: 'insert into thing select n, 1 from unnest($1::int[]) n', values: [items] }),
      refusal: (error) => new Error(`told: ${codeOf(error)}`),
    }
    const one: Collector<number> = {
      statement: (items) => ({ text: 'insert into thing values ($1, 1)', values: items }),
    }
    await db.tx(async (tx) => tx.collect(numbers, 1))
    await assert.rejects(
      db.tx(async (tx) => {
        await tx.sql('insert into thing values (8, 1)')
        tx.collect(numbers, 1)
        tx.collect(one, 2)
      }),
      /told: 23505/,
    )
    await assert.rejects(
      db.tx(async (tx) => {
        tx.collect(numbers, 3)
        tx.collect(one, 1)
      }),
      (error) => codeOf(error) === '23505',
    )
    assert.deepEqual(await db.sql('select id from thing'), [{ id: 1 }])
  }))

test('a transaction in which a failure was passed over is not said to be committed', () =>
  withDb(async (db) => {
    await assert.rejects(
      db.tx(async (tx) => {
        await tx.sql('insert into thing values (1, 1)')
        await tx.sql('insert into thing values (1, 1)').catch(() => undefined)
        return 'done'
      }),
      /rolled back by the database/,
    )
    assert.equal(await count(db), 0)
  }))

test('a begin that fails is told as itself, not as what followed it', () =>
  withDb(async (db) => {
    const begin = `select 1 / 0`
    await assert.rejects(
      db.tx((tx) => tx.sql('insert into thing values (1, 1)'), { begin }),
      (error) => codeOf(error) === '22012',
    )
    assert.equal(await count(db), 0)
    await db.tx((tx) => tx.sql('insert into thing values (1, 1)'))
    assert.equal(await count(db), 1)
  }))

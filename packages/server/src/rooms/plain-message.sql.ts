import { codeOf, type Db, SERIALIZATION_FAILURE } from '../platform/db.ts'
import type { Key } from './keys.ts'
import { MESSAGE, type NewMessageRow } from './messages.sql.ts'
import type { MessageRow } from './rows.ts'

export type PlainMessage = Omit<NewMessageRow, 'hlc' | 'mentions' | 'reply_to' | 'target_id'>

/**
 * Writes a message that stands by itself (no file, mention, answer or deadline) and is nobody else's to be told, as one statement that
 * is its own transaction: a message costs the database one commit and two round trips instead of seven.
 *
 * undefined = not written, for whatever reason: the way with a transaction decides, and says why. Everything that could make it wrong
 * makes it write nothing:
 * - Readers are those of the statement's snapshot, older than the room's row if that had to be waited for. Whoever changes readers
 *   raises `access`, and the row, which PostgreSQL reads anew after waiting, has to have the snapshot's.
 * - An id that is known is the other way's to judge; one that became known meanwhile violates the primary key. Inside a transaction that
 *   is the end of it, so the transaction runs again and finds the id known.
 * - Without the right to write the log there is no op, and so no message.
 */
export const insertPlainMessage = async (
  db: Db,
  row: PlainMessage,
  keys: readonly Key[],
  op: Readonly<Record<string, unknown>>,
): Promise<MessageRow | undefined> => {
  try {
    const [written] = await db.sql<MessageRow>(STATEMENT, [
      ...[row.id, row.room_id, row.at.getTime(), row.cell, row.at, row.author_id, row.author_name, row.author_place],
      ...[row.guest, row.kind, JSON.stringify(row.body), row.written_at, row.digest, row.grams, keys],
      JSON.stringify(op),
    ])
    if (written !== undefined) db.signal('outbox')
    return written
  } catch (error) {
    if (codeOf(error) !== UNIQUE_VIOLATION) throw error
    if (!db.within) return undefined
    throw Object.assign(new Error('this id became known meanwhile', { cause: error }), { code: SERIALIZATION_FAILURE })
  }
}

const UNIQUE_VIOLATION = '23505'

const STATEMENT = `
with moved as (
  update rooms.room r
     set head = r.head + 1,
         hlc = rooms.tick(r.hlc, $3, $4),
         last_at = greatest(r.last_at, $5)
   where r.id = $2
     and (r.kind <> 'ad_hoc' or r.closed_at is null)
     and r.access = (select s.access from rooms.room s where s.id = $2)
     and exists (select from rooms.reader o where o.room_id = $2 and o.key = any($15) and o.until is null)
     -- Read along in another region: its content has to be sealed for the cell there.
     and not exists (select from rooms.reader o
                      where o.room_id = $2 and o.until is null and o.key like 'role:%' and split_part(o.key, ':', 3) <> $4)
     and not exists (select from rooms.message where id = $1)
     and exists (select from platform.writing w where w.own)
  returning r.head, r.access, r.hlc
), op as (
  insert into platform.outbox (origin, kind, at, subject, body, audience)
  select w.origin, 'message-written', $5, $1, $16::jsonb, '{}'
    from moved, platform.writing w
   where w.own
)
insert into rooms.message as m
  (id, room_id, number, access, hlc, at, cell, author_id, author_name, author_place, guest, kind, body, mentions, written_at, digest, grams)
select $1, $2, moved.head, moved.access, moved.hlc, $5, $4, $6, $7, $8, $9, $10, $11::jsonb, '[]', $12, $13, $14
  from moved
returning ${MESSAGE}`

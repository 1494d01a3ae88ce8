import type { Queries, Tx } from '../platform/db.ts'
import type { Key } from './keys.ts'
import type { AckRow, Beside, FileRow, MessageRow } from './rows.ts'

export const MESSAGE = `m.id, m.room_id, m.number, m.hlc, m.cell, m.author_id, m.author_name, m.author_place, m.guest, m.kind, m.body,
  m.mentions, m.reply_to, m.target_id, m.at, m.written_at, m.access, m.digest`

export type NewMessageRow = Omit<MessageRow, 'number' | 'access'> & { readonly grams: readonly string[] }

/** Writes a message under the room's lock and moves the room on. Undefined when another room has a message of this id. */
export const insertMessage = async (tx: Tx, row: NewMessageRow): Promise<MessageRow | undefined> =>
  (
    await tx.sql<MessageRow>(
      `with moved as (
         update rooms.room
            set head = head + 1,
                hlc = greatest(hlc, $3),
                last_at = greatest(last_at, $4)
          where id = $2
            and not exists (select from rooms.message where id = $1)
         returning head, access
       )
       insert into rooms.message as m
         (id, room_id, number, access, hlc, at, cell, author_id, author_name, author_place, guest, kind, body, mentions, reply_to,
          target_id, written_at, digest, grams)
       select $1, $2, moved.head, moved.access, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::jsonb, $13, $14, $15, $16, $17
         from moved
       returning ${MESSAGE}`,
      [
        row.id,
        row.room_id,
        row.hlc,
        row.at,
        row.cell,
        row.author_id,
        row.author_name,
        row.author_place,
        row.guest,
        row.kind,
        JSON.stringify(row.body),
        JSON.stringify(row.mentions),
        row.reply_to,
        row.target_id,
        row.written_at,
        row.digest,
        row.grams,
      ],
    )
  )[0]

/** What decides on a new message beside its room: may the writer read there, now, and is the id known? Asked under the room's lock. */
export const writerSight = async (
  tx: Tx,
  roomId: string,
  keys: readonly Key[],
  id: string,
): Promise<{ readonly reads: boolean; readonly live: boolean; readonly known: boolean }> => {
  const [row] = await tx.sql<{ reads: boolean; live: boolean; known: boolean }>(
    `select count(*) > 0 as reads,
            coalesce(bool_or(o.until is null), false) as live,
            exists (select from rooms.message where id = $3) as known
       from rooms.reader o
      where o.room_id = $1
        and o.key = any($2)`,
    [roomId, keys, id],
  )
  return row ?? { reads: false, live: false, known: false }
}

export const messageById = async (db: Queries, id: string): Promise<MessageRow | undefined> =>
  (await db.sql<MessageRow>(`select ${MESSAGE} from rooms.message m where m.id = $1`, [id]))[0]

export const messagesByIds = async (db: Queries, ids: readonly string[]): Promise<MessageRow[]> =>
  ids.length === 0 ? [] : db.sql<MessageRow>(`select ${MESSAGE} from rooms.message m where m.id = any($1)`, [ids])

const READ = `exists (select from rooms.reader o
                       where o.room_id = m.room_id and o.key = any($2)
                         and m.number > o.after and (o.until is null or m.number <= o.until))`

export interface MessagePage {
  readonly before: string | null
  readonly after: string | null
  readonly limit: number
}

/** Messages of a room that the holder of these keys reads, next to a cursor, in the room's order. Keys are `hlc~id`. */
export const messagesOf = async (
  db: Queries,
  roomId: string,
  keys: readonly Key[],
  page: MessagePage,
): Promise<MessageRow[]> => {
  const forward = page.after !== null && page.before === null
  const [beforeHlc, beforeId] = split(page.before)
  const [afterHlc, afterId] = split(page.after)
  const rows = await db.sql<MessageRow>(
    `select ${MESSAGE}
       from rooms.message m
      where m.room_id = $1
        and m.kind <> 'retraction'
        and ${READ}
        and ($3::text is null or (m.hlc, m.id) < ($3, $4))
        and ($5::text is null or (m.hlc, m.id) > ($5, $6))
      order by m.hlc ${forward ? '' : 'desc'}, m.id ${forward ? '' : 'desc'}
      limit $7`,
    [roomId, keys, beforeHlc, beforeId, afterHlc, afterId, page.limit],
  )
  return forward ? rows : rows.reverse()
}

/** A key orders as text and the columns order as text: `hlc` has a fixed length. */
const split = (key: string | null): [string | null, string | null] => {
  if (key === null) return [null, null]
  const at = key.indexOf('~')
  return [key.slice(0, at), key.slice(at + 1)]
}

/** A message the holder of these keys may read. */
export const readableMessage = async (db: Queries, id: string, keys: readonly Key[]): Promise<MessageRow | undefined> =>
  (await db.sql<MessageRow>(`select ${MESSAGE} from rooms.message m where m.id = $1 and ${READ}`, [id, keys]))[0]

/** Newest first; what the index finds is checked by the caller. */
export const searchMessages = (
  db: Queries,
  keys: readonly Key[],
  grams: readonly string[],
  roomId: string | null,
  limit: number,
): Promise<MessageRow[]> =>
  db.sql<MessageRow>(
    `select ${MESSAGE}
       from rooms.message m
      where m.grams @> $1
        and ${READ}
        and ($3::text is null or m.room_id = $3)
      order by m.hlc desc, m.id desc
      limit $4`,
    [grams, keys, roomId, limit],
  )

// ---------------------------------------------------------------- what stands beside messages

const FILE = `f.id, f.room_id, f.sha256, f.name, f.media_type, f.bytes, f.width, f.height, f.image, f.brought_by`

export const insertFile = async (tx: Queries, file: FileRow, now: Date): Promise<void> => {
  await tx.sql(
    `insert into rooms.file (id, room_id, sha256, name, media_type, bytes, width, height, image, brought_by, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      file.id,
      file.room_id,
      file.sha256,
      file.name,
      file.media_type,
      file.bytes,
      file.width,
      file.height,
      file.image,
      file.brought_by,
      now,
    ],
  )
}

/** Files of a room that this author brought and that may be put into a message. */
export const ownFiles = (db: Queries, roomId: string, authorId: string, ids: readonly string[]): Promise<FileRow[]> =>
  db.sql<FileRow>(`select ${FILE} from rooms.file f where f.room_id = $1 and f.brought_by = $2 and f.id = any($3)`, [
    roomId,
    authorId,
    ids,
  ])

export const attachFiles = async (tx: Tx, messageId: string, ids: readonly string[]): Promise<void> => {
  await tx.sql(
    `insert into rooms.message_file (message_id, file_id, place)
     select $1, f.id, f.place - 1 from unnest($2::text[]) with ordinality as f (id, place)`,
    [messageId, ids],
  )
}

/** A file that the holder of these keys may have: brought by them, or in a message they read. */
export const readableFile = async (
  db: Queries,
  id: string,
  ownerId: string,
  keys: readonly Key[],
): Promise<FileRow | undefined> =>
  (
    await db.sql<FileRow>(
      `select ${FILE}
         from rooms.file f
        where f.id = $1
          and (f.brought_by = $3
               or exists (select from rooms.message_file x
                            join rooms.message m on m.id = x.message_id
                           where x.file_id = f.id and ${READ}))`,
      [id, keys, ownerId],
    )
  )[0]

const filesOf = (db: Queries, rows: readonly MessageRow[]) => {
  const ids = rows.filter(({ kind }) => kind === 'files').map(({ id }) => id)
  return ids.length === 0
    ? []
    : db.sql<FileRow & { message_id: string }>(
        `select x.message_id, ${FILE} from rooms.message_file x join rooms.file f on f.id = x.file_id
          where x.message_id = any($1) order by x.message_id, x.place`,
        [ids],
      )
}

const acksOf = (db: Queries, ids: readonly string[]): Promise<AckRow[]> =>
  db.sql<AckRow>(
    `select k.message_id, k.due_at, k.rung, k.next_at, k.state, k.target is not null as named,
            exists (select from rooms.ack_step t where t.message_id = k.message_id and t.outcome <> 'nobody') as reached,
            (select min(d.at) from rooms.ack d where d.message_id = k.message_id) as acked_at,
            (select d.person_name from rooms.ack d where d.message_id = k.message_id order by d.at, d.person_id limit 1) as acked_by,
            array(select s.person_id from rooms.ack_asked s where s.message_id = k.message_id) as asked_people
       from rooms.ack_ask k
      where k.message_id = any($1)`,
    [ids],
  )

/** Files, retractions and acknowledgements of some messages, with one query each. */
export const besideMessages = async (db: Queries, rows: readonly MessageRow[]): Promise<Beside> => {
  const ids = rows.map(({ id }) => id)
  const files = await filesOf(db, rows)
  const retractions = await db.sql<{ target_id: string; at: Date; author_name: string }>(
    `select m.target_id, m.at, m.author_name from rooms.message m where m.target_id = any($1) order by m.hlc desc`,
    [ids],
  )
  const acks = await acksOf(db, ids)
  return {
    files: Map.groupBy(files, ({ message_id }) => message_id),
    retractions: new Map(retractions.map(({ target_id, at, author_name }) => [target_id, { at, by: author_name }])),
    acks: new Map(acks.map((ack) => [ack.message_id, ack])),
  }
}

/**
 * The same for messages that were just written: nobody has taken them back, and what differs by reader is not told live.
 * @param asking those that ask for an acknowledgement
 */
export const besideNew = async (
  db: Queries,
  rows: readonly MessageRow[],
  asking: ReadonlySet<string>,
): Promise<Beside> => {
  const [files, acks] = await Promise.all([filesOf(db, rows), asking.size === 0 ? [] : acksOf(db, [...asking])])
  return {
    files: Map.groupBy(files, ({ message_id }) => message_id),
    retractions: new Map(),
    acks: new Map(acks.map((ack) => [ack.message_id, ack])),
  }
}

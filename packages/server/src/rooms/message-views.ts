import type { AckView, FileView, MessageView } from '@dure/contract'
import { timelineKey } from './hlc.ts'
import type { AckRow, Beside, FileRow, MessageRow } from './rows.ts'

/** Who looks; null = everybody at once, for live events. */
export interface Looking {
  readonly personId: string
}

export const toFileView = (file: FileRow): FileView => ({
  id: file.id,
  name: file.name,
  mediaType: file.media_type,
  bytes: Number(file.bytes),
  sha256: file.sha256.toString('hex'),
  image: file.image,
  width: file.width,
  height: file.height,
  url: `/api/files/${file.id}`,
})

const bodyOf = (row: MessageRow, files: readonly FileRow[]): MessageView['body'] => {
  const { text, reply, line, data } = row.body as Record<string, never>
  switch (row.kind) {
    case 'text':
      return { kind: 'text', text: String(text) }
    case 'quick':
      return { kind: 'quick', reply: String(reply) }
    case 'files':
      return { kind: 'files', text: text ?? null, files: files.map(toFileView) }
    case 'line':
    case 'retraction':
      return { kind: 'line', line: String(line ?? row.kind), data: data ?? {} }
  }
}

const isOpen = (state: AckView['state']): boolean => state !== 'acknowledged' && state !== 'retracted'

const toAckView = (ack: AckRow, row: MessageRow, looking: Looking | null): AckView => {
  const mine =
    looking !== null &&
    isOpen(ack.state) &&
    row.author_id !== looking.personId &&
    (!ack.named || ack.asked_people.includes(looking.personId))
  return {
    state: ack.state,
    dueAt: ack.due_at.toISOString(),
    rung: ack.rung,
    reached: ack.reached,
    nextAt: ack.next_at?.toISOString() ?? null,
    acknowledgedAt: ack.acked_at?.toISOString() ?? null,
    acknowledgedBy: ack.acked_by,
    mine,
  }
}

export const toMessageView = (row: MessageRow, beside: Beside, looking: Looking | null): MessageView => {
  const ack = beside.acks.get(row.id)
  const retraction = beside.retractions.get(row.id)
  return {
    type: 'message',
    key: timelineKey(row.hlc, row.id),
    id: row.id,
    roomId: row.room_id,
    number: Number(row.number),
    hlc: row.hlc,
    at: row.at.toISOString(),
    writtenAt: row.written_at?.toISOString() ?? null,
    cell: row.cell,
    author: { id: row.author_id, name: row.author_name, place: row.author_place, guest: row.guest },
    body: bodyOf(row, beside.files.get(row.id) ?? []),
    mentions: row.mentions,
    replyTo: row.reply_to,
    retracted: retraction === undefined ? null : { at: retraction.at.toISOString(), by: retraction.by },
    ack: ack === undefined ? null : toAckView(ack, row, looking),
  }
}

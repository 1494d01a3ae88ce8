import type { ACK_STATES, AckRung, MessageView } from '@dure/contract'

export interface MessageRow {
  readonly id: string
  readonly room_id: string
  readonly number: string
  readonly hlc: string
  readonly cell: string
  readonly author_id: string | null
  readonly author_name: string
  readonly author_place: string | null
  readonly guest: boolean
  readonly kind: 'text' | 'quick' | 'files' | 'line' | 'retraction'
  readonly body: Readonly<Record<string, unknown>>
  readonly mentions: MessageView['mentions']
  readonly reply_to: string | null
  readonly target_id: string | null
  readonly at: Date
  readonly written_at: Date | null
  readonly access: string
  readonly digest: Buffer
}

export interface FileRow {
  readonly id: string
  readonly room_id: string
  readonly sha256: Buffer
  readonly name: string
  readonly media_type: string
  readonly bytes: string
  readonly width: number | null
  readonly height: number | null
  readonly image: boolean
  readonly brought_by: string
}

export interface Beside {
  readonly files: ReadonlyMap<string, readonly FileRow[]>
  readonly retractions: ReadonlyMap<string, { readonly at: Date; readonly by: string }>
  readonly acks: ReadonlyMap<string, AckRow>
}

export interface AckRow {
  readonly message_id: string
  readonly due_at: Date
  readonly rung: AckRung
  readonly next_at: Date | null
  /** Somebody stood on a rung and was tried. */
  readonly reached: boolean
  readonly state: (typeof ACK_STATES)[number]
  readonly named: boolean
  readonly acked_at: Date | null
  readonly acked_by: string | null
  readonly asked_people: readonly string[]
}

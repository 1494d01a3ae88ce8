import { type MessageView, type NewMessage, QUICK_REPLY_CODES, type RoomView, roomEndpoints } from '@dure/contract'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useDraft } from '../../offline/draft.ts'
import { act } from '../../offline/outbox.ts'
import { Button } from '../../ui/button.tsx'
import { announce } from '../../ui/live.ts'
import { AckAsk, type AckWish, NO_WISH, needsAckOf } from './ack-ask.tsx'
import { type Attached, AttachmentList, useAttachments } from './attachments.tsx'
import { MentionField } from './mention-field.tsx'
import { type Mentionable, stillNamed } from './mentions.ts'
import { bodyInWords, quickWords } from './message-words.ts'
import { messageIntent } from './waiting.tsx'

interface Typed {
  readonly text: string
  readonly chosen: readonly Mentionable[]
  readonly files: readonly Attached[]
  readonly wish: AckWish
}
const EMPTY: Typed = { text: '', chosen: [], files: [], wish: NO_WISH }

interface ComposerProps {
  readonly room: RoomView
  readonly personId: string
  readonly mentionables: readonly Mentionable[]
  readonly replyTo: MessageView | null
  readonly onReplied: () => void
  readonly onSent: () => void
}

/** Writing: kept on the device while it is typed, sent through the outbox with an id made here, put back if it is refused. */
export const Composer = (props: ComposerProps) => {
  const { t } = useTranslation()
  const { room, replyTo } = props
  const draft = useDraft<Typed>({ personId: props.personId, form: `room.${room.id}` }, EMPTY)
  const picker = useRef<HTMLInputElement>(null)
  const { text, chosen, files, wish } = draft.value
  const keep = (kept: Attached[]) => draft.set({ files: kept })
  const attachments = useAttachments(room.id, files, keep)
  const ready = (text.trim() !== '' || files.length > 0) && !attachments.unsettled

  const post = (body: NewMessage['body'], about: Partial<NewMessage>, putBack: () => void) => {
    const id = crypto.randomUUID()
    const message: NewMessage = {
      id,
      body,
      replyTo: replyTo?.id ?? null,
      writtenAt: new Date().toISOString(),
      ...about,
    }
    void act({
      endpoint: roomEndpoints.postMessage,
      input: { params: { id: room.id }, body: message },
      intent: messageIntent(room.id, id),
      label: { key: 'outbox.label.message' },
      id,
    }).then((settled) => (settled.ok ? undefined : putBack()))
    props.onReplied()
    props.onSent()
  }
  const send = () => {
    if (!ready) return
    const typed = draft.value
    const words = text.trim()
    const body: NewMessage['body'] =
      files.length === 0
        ? { kind: 'text', text: words }
        : { kind: 'files', text: words === '' ? null : words, fileIds: files.map(({ id }) => id) }
    const mentions = stillNamed(words, chosen).map(({ mention }) => mention)
    draft.clear()
    post(body, { mentions, needsAck: needsAckOf(wish, Date.now()) }, () => draft.set(typed))
    announce(t('rooms.composer.onItsWay'))
  }

  if (!room.mayWrite) return <p className="note composer-closed">{t(whyClosed(room))}</p>
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {replyTo === null ? null : (
        <p className="composer-reply">
          <span className="message-quote">
            {replyTo.author.name}: {bodyInWords(replyTo.body, t)}
          </span>
          <Button look="quiet" size="small" onClick={props.onReplied}>
            {t('rooms.composer.noReply')}
          </Button>
        </p>
      )}
      <AttachmentList attachments={attachments} attached={files} keep={keep} />
      <div className="composer-row">
        <MentionField
          text={text}
          mentionables={props.mentionables}
          onText={(next) => draft.set({ text: next })}
          onChoose={(one, next) => draft.set({ text: next, chosen: [...chosen, one] })}
          onSend={send}
          onEscape={props.onReplied}
          onFiles={attachments.add}
        />
        <Button type="submit" look="primary" disabled={!ready}>
          {t('rooms.composer.send')}
        </Button>
      </div>
      <div className="composer-tools">
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            attachments.add([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        <Button look="quiet" size="small" onClick={() => picker.current?.click()}>
          {t('rooms.files.add')}
        </Button>
        <AckAsk wish={wish} mentionables={props.mentionables} onChange={(next) => draft.set({ wish: next })} />
        <details className="more quick">
          <summary>{t('rooms.composer.quick')}</summary>
          <div className="quick-list">
            {QUICK_REPLY_CODES.map((reply) => (
              <Button key={reply} size="small" onClick={() => post({ kind: 'quick', reply }, {}, () => {})}>
                {quickWords(reply)}
              </Button>
            ))}
          </div>
        </details>
      </div>
    </form>
  )
}

const whyClosed = ({ kind, live, closedAt }: RoomView) => {
  if (kind === 'ad_hoc') return closedAt === null ? 'rooms.leftText' : 'rooms.closedText'
  return live ? 'rooms.readOnly' : 'rooms.overText'
}

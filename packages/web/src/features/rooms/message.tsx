import { type MessageView, roomEndpoints } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { act } from '../../offline/outbox.ts'
import { useIntent } from '../../offline/use-outbox.ts'
import { ActState } from '../../ui/act-state.tsx'
import { Button } from '../../ui/button.tsx'
import { Clock } from '../../ui/time.tsx'
import { AckState } from './ack.tsx'
import { bodyInWords, lineInWords, quickWords } from './message-words.ts'
import { OneFile } from './one-file.tsx'
import { ReceiptCounts, ReceiptsDialog } from './receipts-dialog.tsx'

interface MessageProps {
  readonly message: MessageView
  /** The message it answers, if it is on this screen. */
  readonly answered: MessageView | undefined
  readonly mine: boolean
  /** Counts of who has seen it are shown: on one's newest message and where an answer is owed. */
  readonly counted: boolean
  readonly onReply: (message: MessageView) => void
}

/** One message: who, where from, when, what; and what may be done with it. Its text is only ever text. */
export const Message = (props: MessageProps) => {
  const { t } = useTranslation()
  const { message, mine } = props
  if (message.body.kind === 'line')
    return (
      <p className="room-line">
        <Clock at={message.at} /> {lineInWords(message.body.line, message.body.data, t)}
      </p>
    )
  return (
    <article
      className={`message ${mine ? 'is-mine' : ''}`}
      aria-label={t('rooms.message.by', { name: message.author.name })}
    >
      <header className="message-head">
        <strong>{message.author.name}</strong>
        {message.author.place === null ? null : <span className="quiet">{message.author.place}</span>}
        {message.author.guest ? <span className="tag">{t('rooms.guest')}</span> : null}
        <span className="quiet">
          <Clock at={message.at} seconds />
        </span>
      </header>
      <div className={message.retracted === null ? 'bubble' : 'bubble is-retracted'}>
        {props.answered === undefined ? null : (
          <p className="message-quote">
            {props.answered.author.name}: {bodyInWords(props.answered.body, t)}
          </p>
        )}
        <MessageBody body={message.body} />
        <Reached message={message} />
      </div>
      {message.retracted === null ? null : (
        <p className="quiet">
          {t('rooms.message.retracted', { by: message.retracted.by })} <Clock at={message.retracted.at} />
        </p>
      )}
      {message.writtenAt === null || !waitedLong(message) ? null : (
        <p className="quiet">
          {t('rooms.message.writtenAt')} <Clock at={message.writtenAt} seconds />
        </p>
      )}
      {message.ack === null ? null : <AckState messageId={message.id} ack={message.ack} />}
      <MessageTools {...props} />
    </article>
  )
}

/** A text that waited in an outbox says when it was typed. */
const WAITED_MS = 20_000
const waitedLong = ({ at, writtenAt }: MessageView) =>
  writtenAt !== null && Date.parse(at) - Date.parse(writtenAt) > WAITED_MS

const MessageBody = ({ body }: { body: MessageView['body'] }) => {
  switch (body.kind) {
    case 'text':
      return <p className="message-text">{body.text}</p>
    case 'quick':
      return <p className="message-text">{quickWords(body.reply)}</p>
    case 'files':
      return (
        <>
          {body.text === null ? null : <p className="message-text">{body.text}</p>}
          <ul className="message-files">
            {body.files.map((file) => (
              <li key={file.id}>
                <OneFile file={file} />
              </li>
            ))}
          </ul>
        </>
      )
    case 'line':
      return null
  }
}

/** Whom its mentions reached; a duty with nobody on call says so instead of hiding it. */
const Reached = ({ message }: { message: MessageView }) => {
  const { t } = useTranslation()
  const duties = message.mentions.filter(({ mention }) => mention.kind === 'duty')
  if (duties.length === 0) return null
  return (
    <ul className="message-duties">
      {duties.map(({ mention, people }) =>
        mention.kind === 'duty' ? (
          <li key={`${mention.place.id}${mention.duty}`}>
            {t('rooms.message.onCall', { duty: t(`duty.${mention.duty}`) })}:{' '}
            {people.length === 0 ? (
              <strong className="tone-danger">{t('rooms.message.nobodyOnCall')}</strong>
            ) : (
              people.map((one) => (
                <span key={one.name}>
                  {one.name} {one.phone === null ? null : <a href={`tel:${one.phone}`}>{one.phone}</a>}{' '}
                </span>
              ))
            )}
          </li>
        ) : null,
      )}
    </ul>
  )
}

const MessageTools = ({ message, mine, counted, onReply }: MessageProps) => {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const intent = `message:${message.id}:retract`
  const retracting = useIntent(intent)
  const retract = () =>
    void act({
      endpoint: roomEndpoints.retractMessage,
      input: { params: { id: message.id }, body: { id: crypto.randomUUID() } },
      intent,
      label: { key: 'outbox.label.retract' },
    })
  return (
    <div className="message-tools">
      {counted ? <ReceiptCounts messageId={message.id} onOpen={() => setOpen(true)} /> : null}
      {!counted && mine ? (
        <Button look="quiet" size="small" onClick={() => setOpen(true)}>
          {t('rooms.receipts.open')}
        </Button>
      ) : null}
      <Button look="quiet" size="small" onClick={() => onReply(message)}>
        {t('rooms.message.reply')}
      </Button>
      {mine && message.retracted === null ? (
        <Button look="quiet" size="small" onClick={retract} disabled={retracting?.state === 'waiting'}>
          {t('rooms.message.retract')}
        </Button>
      ) : null}
      <ActState item={retracting} quietWhenAccepted />
      {open ? <ReceiptsDialog message={message} onClose={() => setOpen(false)} /> : null}
    </div>
  )
}

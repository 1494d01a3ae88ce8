import { type BodyOf, newMessage, type roomEndpoints } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { dismiss } from '../../offline/outbox.ts'
import type { OutboxItem } from '../../offline/outbox-item.ts'
import { useOutbox } from '../../offline/use-outbox.ts'
import { ActState } from '../../ui/act-state.tsx'
import { Button } from '../../ui/button.tsx'
import { quickWords } from './message-words.ts'

export const messageIntent = (roomId: string, messageId: string): string => `room:${roomId}:${messageId}`

type Body = BodyOf<typeof roomEndpoints.postMessage>['body']

/** What was written here and has not been accepted yet: in its order, below everything, each with how far it is. */
export const Waiting = ({ roomId, known }: { roomId: string; known: ReadonlyMap<string, unknown> }) => {
  const { t } = useTranslation()
  const items = useOutbox().filter(
    (item) => item.state !== 'accepted' && item.intent.startsWith(`room:${roomId}:`) && !known.has(item.id),
  )
  if (items.length === 0) return null
  return (
    <ol className="room-waiting" aria-label={t('rooms.waiting')}>
      {items.map((item) => (
        <li key={item.id} className="message is-mine is-waiting" data-waiting={item.state}>
          <div className="bubble">
            <p className="message-text">{wordsOf(item, t('rooms.message.attached'))}</p>
          </div>
          <div className="message-tools">
            <ActState item={item} />
            <Button look="quiet" size="small" onClick={() => dismiss(item.id)}>
              {t(item.state === 'waiting' ? 'outbox.takeBack' : 'outbox.hide')}
            </Button>
          </div>
        </li>
      ))}
    </ol>
  )
}

/** A refused message is no longer on the device; its writer still has it in the field. */
const wordsOf = (item: OutboxItem, files: string): string => {
  if (item.state !== 'waiting') return '…'
  const parsed = newMessage.safeParse((item.input as { readonly body?: unknown }).body)
  return parsed.success ? wordsOfBody(parsed.data.body, files) : '…'
}

const wordsOfBody = (body: Body, files: string): string => {
  if (body.kind === 'quick') return quickWords(body.reply)
  return body.kind === 'text' ? body.text : [body.text, files].filter((one) => one !== null).join(' ')
}

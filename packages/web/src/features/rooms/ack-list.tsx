import type { MessageView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { AckButton, AckState } from './ack.tsx'
import { bodyInWords } from './message-words.ts'
import { acksQuery } from './queries.ts'

/** What this person asked in vain, and what they are asked to acknowledge, the most urgent first, each with its clock. */
export const AckList = () => {
  const { data } = useQuery(acksQuery)
  if (data === undefined) return null
  return (
    <>
      <Unanswered messages={data.unanswered} />
      <Wanted messages={data.messages} />
    </>
  )
}

/** What this person asked and nobody has acknowledged: it is theirs to telephone. */
const Unanswered = ({ messages }: { messages: readonly MessageView[] }) => {
  const { t } = useTranslation()
  if (messages.length === 0) return null
  return (
    <section className="ack-list is-unanswered" aria-label={t('rooms.ack.unansweredTitle')}>
      <h2>{t('rooms.ack.unansweredTitle')}</h2>
      <ul>
        {messages.map((message) => (
          <li key={message.id} className="ack-item">
            <Link to="/rooms/$id" params={{ id: message.roomId }} className="ack-text">
              {bodyInWords(message.body, t)}
            </Link>
            {message.ack === null ? null : <AckState messageId={message.id} ack={message.ack} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

const Wanted = ({ messages }: { messages: readonly MessageView[] }) => {
  const { t } = useTranslation()
  if (messages.length === 0) return null
  return (
    <section className="ack-list" aria-label={t('rooms.ack.listTitle')}>
      <h2>{t('rooms.ack.listTitle')}</h2>
      <ul>
        {messages.map((message) => (
          <li key={message.id} className="ack-item">
            <Link to="/rooms/$id" params={{ id: message.roomId }} className="ack-text">
              <strong>{message.author.name}</strong> {bodyInWords(message.body, t)}
            </Link>
            {message.ack === null ? null : <AckButton messageId={message.id} ack={message.ack} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

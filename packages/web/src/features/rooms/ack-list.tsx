import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { AckButton } from './ack.tsx'
import { bodyInWords } from './message-words.ts'
import { acksQuery } from './queries.ts'

/** What this person is asked to acknowledge, the most urgent first, each with its clock. */
export const AckList = () => {
  const { t } = useTranslation()
  const { data } = useQuery(acksQuery)
  if (data === undefined || data.messages.length === 0) return null
  return (
    <section className="ack-list" aria-label={t('rooms.ack.listTitle')}>
      <h2>{t('rooms.ack.listTitle')}</h2>
      <ul>
        {data.messages.map((message) => (
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

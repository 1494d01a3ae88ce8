import type { CardView, MessageView, ReachView, RoomView } from '@dure/contract'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Status } from '../../ui/shape.tsx'
import { Empty } from '../../ui/states.tsx'
import { useClockText } from '../../ui/time.tsx'
import { Message } from './message.tsx'
import { readOlder } from './queries.ts'
import type { TimelineData } from './timeline-data.ts'
import type { Follow } from './use-follow.ts'
import { Waiting } from './waiting.tsx'

export interface TimelineProps {
  readonly room: RoomView
  readonly data: TimelineData
  readonly personId: string
  readonly follow: Follow
  readonly card: (card: CardView) => ReactNode
  readonly onReply: (message: MessageView) => void
}

/** The talk in order, oldest first; what arrives below does not move what is being read. */
export const Timeline = (props: TimelineProps) => {
  const { t } = useTranslation()
  const { room, data, personId, follow } = props
  const messages = data.items.filter((item) => item.type === 'message')
  const byId = new Map(messages.map((message) => [message.id, message]))
  const ownNewest = messages.findLast(({ author }) => author.id === personId)?.id
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
    <section className="room-timeline" ref={follow.ref} tabIndex={0} aria-label={t('rooms.timeline')}>
      {data.more ? <Older roomId={room.id} follow={follow} /> : null}
      {data.items.length === 0 ? <Empty title={t('rooms.noTalk')}>{t('rooms.noTalkNext')}</Empty> : null}
      <ol>
        {data.items.map((item) => (
          <li key={item.id} data-item={item.id}>
            {item.type === 'card' ? props.card(item) : null}
            {item.type === 'reach' ? <Reach item={item} /> : null}
            {item.type === 'message' ? (
              <Message
                message={item}
                answered={item.replyTo === null ? undefined : byId.get(item.replyTo)}
                mine={item.author.id === personId}
                counted={item.id === ownNewest || (item.ack !== null && item.author.id === personId)}
                onReply={props.onReply}
              />
            ) : null}
          </li>
        ))}
      </ol>
      <Waiting roomId={room.id} known={byId} />
    </section>
  )
}

const Older = ({ roomId, follow }: { roomId: string; follow: Follow }) => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const load = async () => {
    setBusy(true)
    follow.keepPlace()
    await readOlder(queries, roomId).catch(() => false)
    setBusy(false)
  }
  return (
    <Button look="quiet" size="small" disabled={busy} onClick={() => void load()}>
      {t(busy ? 'common.loading' : 'rooms.older')}
    </Button>
  )
}

/** What people of that region wrote meanwhile comes later, in its own place. */
const Reach = ({ item }: { item: ReachView }) => {
  const { t } = useTranslation()
  const clock = useClockText()
  const region = t(`sido.${item.region as '28'}`)
  return (
    <p className="room-line is-reach">
      <Status shape="half" tone="warning">
        {item.until === null
          ? t('rooms.silent', { region, time: clock(item.at) })
          : t('rooms.wasSilent', { region, from: clock(item.at), until: clock(item.until) })}
      </Status>
    </p>
  )
}

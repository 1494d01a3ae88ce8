import './rooms.css'
import type { CardView, MessageView, RoomView } from '@dure/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { useSignedIn } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { PageTitle } from '../../ui/page.tsx'
import { Read } from '../../ui/states.tsx'
import { Composer } from './composer.tsx'
import { OpenRoomButton } from './open-room.tsx'
import { roomQuery, timelineQuery } from './queries.ts'
import { RoomList, SilentRegions } from './room-list.tsx'
import { useRoomTitle } from './room-title.ts'
import { RoomTools } from './room-tools.tsx'
import { Timeline } from './timeline.tsx'
import { highestNumber, type TimelineData } from './timeline-data.ts'
import { useFollow } from './use-follow.ts'
import { type RoomPlace, useMentionables } from './use-mentionables.ts'
import { useSeen } from './use-seen.ts'

/** What a room shows of the request it is about; made by the slice that owns requests. */
export interface RequestParts {
  readonly head: ReactNode
  readonly card: (card: CardView) => ReactNode
  readonly hospitals: readonly RoomPlace[]
}

type UseParts = (room: RoomView) => RequestParts

/** One room: the request above, the talk with its cards, and the field below. */
export const Room = ({ id, useParts }: { id: string; useParts: UseParts }) => {
  const { t } = useTranslation()
  const room = useQuery(roomQuery(id))
  return (
    <div className="room-page">
      <aside className="rooms-side" aria-label={t('rooms.title')}>
        <div className="rooms-head">
          <OpenRoomButton />
        </div>
        <RoomList openId={id} />
      </aside>
      <div className="room" data-room={id}>
        <Read query={room}>{(one) => <OpenRoom key={one.id} room={one} useParts={useParts} />}</Read>
      </div>
    </div>
  )
}

const OpenRoom = ({ room, useParts }: { room: RoomView; useParts: UseParts }) => {
  const { t } = useTranslation()
  const parts = useParts(room)
  const title = useRoomTitle(room)
  const queries = useQueryClient()
  const timeline = useQuery(timelineQuery(queries, room.id))
  return (
    <>
      <header className="room-head">
        <div className="room-bar">
          <Link to="/rooms" className="button look-quiet size-small room-back">
            {t('rooms.back')}
          </Link>
          <PageTitle>{title}</PageTitle>
          <RoomTools room={room} />
        </div>
        {room.purpose === null ? null : <p className="room-purpose">{room.purpose}</p>}
        {parts.head}
        <SilentRegions room={room} />
        <StaleNote />
      </header>
      <Read query={timeline}>{(data) => <Talk room={room} data={data} parts={parts} />}</Read>
    </>
  )
}

const Talk = ({ room, data, parts }: { room: RoomView; data: TimelineData; parts: RequestParts }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const follow = useFollow(data)
  const [replyTo, setReplyTo] = useState<MessageView | null>(null)
  const mentionables = useMentionables(room, parts.hospitals, me.id)
  const newest = highestNumber(data.items)
  const unseen = useSeen(room.id, newest, follow.atEnd)
  const { toEnd } = follow
  useEffect(() => toEnd(), [toEnd])
  return (
    <>
      <Timeline
        room={room}
        data={data}
        personId={me.id}
        follow={follow}
        card={parts.card}
        onReply={(message) => {
          setReplyTo(message)
          document.querySelector<HTMLElement>('.composer textarea')?.focus()
        }}
      />
      {follow.atEnd ? null : (
        <div className="room-newer">
          <Button size="small" onClick={toEnd}>
            {unseen > 0 ? t('rooms.newBelow', { count: unseen }) : t('rooms.toEnd')}
          </Button>
        </div>
      )}
      <Composer
        room={room}
        personId={me.id}
        mentionables={mentionables}
        replyTo={replyTo}
        onReplied={() => setReplyTo(null)}
        onSent={() => requestAnimationFrame(toEnd)}
      />
    </>
  )
}

import type { RoomKind, RoomView } from '@dure/contract'
import { ROOM_KINDS } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { SelectField } from '../../ui/field.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Ago, useClockText } from '../../ui/time.tsx'
import { AckList } from './ack-list.tsx'
import { roomsQuery } from './queries.ts'
import { useRoomTitle } from './room-title.ts'

const LOOKS: Record<RoomKind, { shape: ShapeName; tone: Tone }> = {
  request: { shape: 'diamond', tone: 'primary' },
  region_desk: { shape: 'square', tone: 'information' },
  hospital_desk: { shape: 'circle', tone: 'information' },
  national_desk: { shape: 'octagon', tone: 'information' },
  ad_hoc: { shape: 'ring', tone: 'quiet' },
}

/** The rooms of this person: what asks for an answer first, then the newest talk. */
export const RoomList = ({ openId }: { openId: string | null }) => {
  const { t } = useTranslation()
  const [kind, setKind] = useState<RoomKind | ''>('')
  const [closed, setClosed] = useState(false)
  const rooms = useQuery(roomsQuery(closed ? 'yes' : 'no'))
  return (
    <div className="room-list">
      <AckList />
      <div className="room-filter">
        <SelectField
          name="kind"
          label={t('rooms.kindLabel')}
          none={t('common.all')}
          value={kind}
          onChange={setKind}
          options={ROOM_KINDS.map((value) => ({ value, label: t(`rooms.kind.${value}`) }))}
        />
        <label className="switch">
          <input type="checkbox" checked={closed} onChange={(event) => setClosed(event.target.checked)} />
          {t('rooms.withClosed')}
        </label>
      </div>
      <Read query={rooms}>
        {(list) => {
          const shown = list.rooms.filter((room) => kind === '' || room.kind === kind)
          return shown.length === 0 ? (
            <Empty title={t('rooms.empty')}>{t('rooms.emptyNext')}</Empty>
          ) : (
            <ul className="queue">
              {shown.map((room) => (
                <li key={room.id}>
                  <RoomRow room={room} open={room.id === openId} />
                </li>
              ))}
            </ul>
          )
        }}
      </Read>
    </div>
  )
}

const RoomRow = ({ room, open }: { room: RoomView; open: boolean }) => {
  const { t } = useTranslation()
  const title = useRoomTitle(room)
  const look = LOOKS[room.kind]
  return (
    <Link
      to="/rooms/$id"
      params={{ id: room.id }}
      className="queue-row room-row"
      aria-current={open ? 'page' : undefined}
      data-room-row={room.id}
    >
      <span className="queue-head">
        <strong className="room-name">{title}</strong>
        {room.unread > 0 ? <span className="count">{t('rooms.unread', { count: room.unread })}</span> : null}
        {room.mentioned > 0 ? (
          <span className="count is-refused">{t('rooms.mentioned', { count: room.mentioned })}</span>
        ) : null}
      </span>
      <span className="queue-foot">
        <Status shape={look.shape} tone={look.tone}>
          {t(`rooms.kind.${room.kind}`)}
        </Status>
        {room.request === null ? null : <span className="tag">{t(`requestState.${room.request.state}`)}</span>}
        {room.live && room.closedAt === null ? null : <span className="tag">{t('rooms.over')}</span>}
        <span className="quiet">
          <Ago at={room.lastAt} />
        </span>
      </span>
      {room.lastText === null ? null : <span className="room-last">{room.lastText}</span>}
      <SilentRegions room={room} />
    </Link>
  )
}

/** Which regions cannot be heard now, and since when: what they write comes later. */
export const SilentRegions = ({ room }: { room: RoomView }) => {
  const { t } = useTranslation()
  const clock = useClockText()
  if (room.outOfReach.length === 0) return null
  return (
    <span className="room-silent">
      <Status shape="half" tone="warning">
        {room.outOfReach
          .map(({ region, since }) => t('rooms.silent', { region: t(`sido.${region as '28'}`), time: clock(since) }))
          .join(' · ')}
      </Status>
    </span>
  )
}

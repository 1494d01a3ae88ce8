import './rooms.css'
import { useQuery } from '@tanstack/react-query'
import { Navigate, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { PageTitle } from '../../ui/page.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { OpenRoomButton } from './open-room.tsx'
import { roomOfRequestQuery } from './queries.ts'
import { RoomList } from './room-list.tsx'
import { SearchBox } from './search.tsx'

/** The rooms: on a phone alone, on a desk beside the one that is open. */
export const RoomsPage = () => {
  const { t } = useTranslation()
  return (
    <div className="page rooms-page">
      <div className="rooms-side">
        <div className="rooms-head">
          <PageTitle>{t('rooms.title')}</PageTitle>
          <OpenRoomButton />
        </div>
        <StaleNote />
        <SearchBox />
        <RoomList openId={null} />
      </div>
      <div className="rooms-none">
        <Empty title={t('rooms.choose')}>{t('rooms.chooseNext')}</Empty>
      </div>
    </div>
  )
}

/** The way from a request to its room. */
export const RoomOfRequestPage = () => {
  const { id } = useParams({ from: '/signed-in/requests/$id/room' })
  const room = useQuery(roomOfRequestQuery(id))
  return <Read query={room}>{({ id: roomId }) => <Navigate to="/rooms/$id" params={{ id: roomId }} replace />}</Read>
}

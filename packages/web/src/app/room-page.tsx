import type { CardView, RequestView, RoomView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useParams as useAddress } from '@tanstack/react-router'
import { useMemo } from 'react'
import { CardActs } from '../features/beds/room/card-acts.tsx'
import { CardDetail } from '../features/beds/room/card-detail.tsx'
import { RequestHead } from '../features/beds/room/request-head.tsx'
import { requestQuery } from '../features/beds/shared/queries.ts'
import { CardItem } from '../features/rooms/card.tsx'
import { type RequestParts, Room } from '../features/rooms/room.tsx'
import { useSignedIn } from './session.ts'

/** Rooms know talk, the bed slice knows requests; here the two meet. */
export const RoomPage = () => {
  const { id } = useAddress({ from: '/signed-in/rooms/$id' })
  return <Room key={id} id={id} useParts={useParts} />
}

const useParts = (room: RoomView): RequestParts => {
  const me = useSignedIn()
  const requestId = room.request?.id ?? null
  const request = useRequest(requestId)
  const { facilityId, facilityName } = me
  const hospitals = useMemo(() => {
    const own = facilityId === null ? [] : [{ id: facilityId, name: facilityName ?? facilityId }]
    const asked = (request?.offers ?? []).map(({ hospitalId, hospitalName }) => ({
      id: hospitalId,
      name: hospitalName,
    }))
    return [...new Map([...asked, ...own].map((one) => [one.id, one])).values()]
  }, [request, facilityId, facilityName])
  return {
    head: request === undefined ? null : <RequestHead request={request} />,
    card: (card) => <Card card={card} request={request} />,
    hospitals,
  }
}

const useRequest = (requestId: string | null): RequestView | undefined =>
  useQuery({ ...requestQuery(requestId ?? ''), enabled: requestId !== null }).data

const Card = ({ card, request }: { card: CardView; request: RequestView | undefined }) =>
  request === undefined ? (
    <CardItem card={card} detail={null} acts={null} />
  ) : (
    <CardItem
      card={card}
      detail={<CardDetail card={card} request={request} />}
      acts={<CardActs card={card} request={request} />}
    />
  )

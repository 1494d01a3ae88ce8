import type { MessageView, RoomEvent } from '@dure/contract'
import { messageView } from '@dure/contract'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { onSettled } from '../../offline/outbox.ts'
import { announce } from '../../ui/live.ts'
import { chime } from '../../ui/sound.ts'
import { bodyInWords } from './message-words.ts'
import { putMessage } from './queries.ts'
import { noteDelivered } from './receipts.ts'
import { followRooms } from './room-stream.ts'

/** While somebody is signed in: what is written anywhere reaches the screens and is said aloud where it is shown. */
export const RoomWatch = ({ personId }: { personId: string }) => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const say = useRef(t)
  say.current = t
  useEffect(() => {
    const stopStream = followRooms({
      onEvent: (event) => take(queries, event, personId, say.current),
      onRenew: () => renew(queries),
    })
    const stopSettled = onSettled(({ value }) => {
      const message = messageView.safeParse(value)
      if (message.success) putMessage(queries, message.data)
    })
    return () => {
      stopStream()
      stopSettled()
    }
  }, [queries, personId])
  return null
}

const renew = (queries: QueryClient, ...kinds: readonly string[]): void => {
  const wanted = kinds.length === 0 ? ['rooms', 'room', 'room-timeline', 'acknowledgements'] : kinds
  void queries.invalidateQueries({ predicate: ({ queryKey }) => wanted.includes(String(queryKey[0])) })
}

const take = (queries: QueryClient, event: RoomEvent, personId: string, t: TFunction): void => {
  switch (event.kind) {
    case 'message':
      putMessage(queries, event.message)
      noteDelivered(event.roomId, event.message.number)
      sayMessage(event.message, personId, t)
      renew(queries, 'rooms')
      // Whether this person is the one who is asked, the event cannot say.
      if (event.message.ack !== null || event.message.mentions.length > 0)
        renew(queries, 'acknowledgements', 'room-timeline')
      return
    case 'message-changed':
      void queries.invalidateQueries({ queryKey: ['room-timeline', event.roomId] })
      void queries.invalidateQueries({ queryKey: ['receipts', event.messageId] })
      renew(queries, 'acknowledgements')
      return
    case 'room-changed':
      void queries.invalidateQueries({ queryKey: ['room-timeline', event.roomId] })
      void queries.invalidateQueries({ queryKey: ['room-members', event.roomId] })
      renew(queries, 'rooms', 'room')
      return
    case 'ack-wanted':
      chime()
      announce(t('rooms.ack.wantedAloud'), true)
      renew(queries, 'acknowledgements', 'rooms', 'room-timeline')
      return
    case 'ack-unanswered':
      chime()
      announce(t('rooms.ack.unansweredAloud'), true)
      renew(queries, 'acknowledgements', 'room-timeline')
      return
  }
}

/** Only in the room that is open: elsewhere the unread number tells. */
const sayMessage = (message: MessageView, personId: string, t: TFunction): void => {
  if (message.author.id === personId) return
  if (document.querySelector(`[data-room="${CSS.escape(message.roomId)}"]`) === null) return
  announce(t('rooms.message.aloud', { name: message.author.name, text: bodyInWords(message.body, t) }))
}

import { type MessageView, ROOM_LIMITS, type RoomView } from '@dure/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { TextField } from '../../ui/field.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { bodyInWords } from './message-words.ts'
import { readOlder, roomsQuery, searchQuery } from './queries.ts'
import { useRoomTitle } from './room-title.ts'

/** What was said, looked up in one room or in all of mine. */
export const SearchBox = ({ roomId, onFound }: { roomId?: string; onFound?: () => void }) => {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  return (
    <search className="room-search">
      <TextField
        name="q"
        type="search"
        label={t(roomId === undefined ? 'rooms.search.all' : 'rooms.search.here')}
        value={typed}
        onChange={setTyped}
        maxLength={80}
      />
      {q.length < ROOM_LIMITS.searchMinChars ? null : (
        <Found q={q} {...(roomId === undefined ? {} : { roomId })} onFound={onFound ?? (() => {})} />
      )}
    </search>
  )
}

const Found = ({ q, roomId, onFound }: { q: string; roomId?: string; onFound: () => void }) => {
  const { t } = useTranslation()
  const query = useQuery(searchQuery(q, roomId))
  const goTo = useGoTo()
  return (
    <Read query={query}>
      {({ messages, more }) =>
        messages.length === 0 ? (
          <Empty title={t('rooms.search.none')}>{t('rooms.search.noneNext')}</Empty>
        ) : (
          <ul className="plain-list">
            {messages.map((message) => (
              <li key={message.id}>
                <button
                  type="button"
                  className="found"
                  onClick={() => {
                    onFound()
                    void goTo(message)
                  }}
                >
                  <span>
                    <strong>{message.author.name}</strong>{' '}
                    <span className="quiet">
                      <Clock at={message.at} />
                    </span>
                  </span>
                  {roomId === undefined ? <InRoom id={message.roomId} /> : null}
                  <span>{bodyInWords(message.body, t)}</span>
                </button>
              </li>
            ))}
            {more ? <li className="quiet">{t('rooms.search.more')}</li> : null}
          </ul>
        )
      }
    </Read>
  )
}

/** Two patients' rooms may hold the same words: which room, as the list names it. */
const InRoom = ({ id }: { id: string }) => {
  const { data } = useQuery(roomsQuery('yes'))
  const room = data?.rooms.find((one) => one.id === id)
  return room === undefined ? null : <RoomName room={room} />
}

const RoomName = ({ room }: { room: RoomView }) => <span className="quiet found-room">{useRoomTitle(room)}</span>

/** Talk this far back is still looked for by reading page after page. */
const MOST_PAGES = 40

const useGoTo = () => {
  const navigate = useNavigate()
  const queries = useQueryClient()
  return async (message: MessageView): Promise<void> => {
    await navigate({ to: '/rooms/$id', params: { id: message.roomId } })
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const there = await shown(message.id)
      if (there !== null) {
        there.scrollIntoView({ block: 'center' })
        there.classList.add('is-found')
        return
      }
      if (!(await readOlder(queries, message.roomId).catch(() => false))) return
    }
  }
}

/** After the next frames, because what was just read is drawn then. */
const shown = (id: string): Promise<HTMLElement | null> =>
  new Promise((resolve) => {
    let frames = 0
    const look = () => {
      const found = document.querySelector<HTMLElement>(`[data-item="${CSS.escape(id)}"]`)
      frames += 1
      if (found !== null || frames > 30) resolve(found)
      else requestAnimationFrame(look)
    }
    look()
  })

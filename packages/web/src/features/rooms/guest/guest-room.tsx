import { type ResponseOf, roomEndpoints } from '@dure/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { call } from '../../../offline/api.ts'
import { Button } from '../../../ui/button.tsx'
import { announce } from '../../../ui/live.ts'
import { PageTitle } from '../../../ui/page.tsx'
import { Clock, useClockText } from '../../../ui/time.tsx'
import { bodyInWords, lineInWords } from '../message-words.ts'
import { followRooms } from '../room-stream.ts'
import { useFollow } from '../use-follow.ts'
import { GuestField } from './guest-field.tsx'

type View = ResponseOf<typeof roomEndpoints.guestRoom>

/** The one room of a guest: what was written since they came in, and a field. */
export const GuestRoom = ({ view }: { view: View }) => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const follow = useFollow(view)
  const clock = useClockText()
  useEffect(() => {
    const again = () => void queries.invalidateQueries({ queryKey: ['guest-room'] })
    return followRooms({
      onEvent: (event) => {
        if (event.kind === 'message') announce(event.message.author.name)
        again()
      },
      onRenew: again,
    })
  }, [queries])
  const leave = async () => {
    await call(roomEndpoints.guestLeave, {}).catch(() => undefined)
    location.replace('/guest')
  }
  return (
    <div className="room-page is-guest">
      <div className="room" data-room={view.room.id}>
        <header className="room-head">
          <div className="room-bar">
            <PageTitle>{view.room.title}</PageTitle>
            <div className="room-tools">
              <Button look="quiet" size="small" onClick={() => void leave()}>
                {t('rooms.guestPage.leave')}
              </Button>
            </div>
          </div>
          <p className="quiet">
            {t('rooms.guestPage.as', { name: view.name })} · {t('rooms.guestPage.until', { time: clock(view.until) })}
          </p>
        </header>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
        <section className="room-timeline" ref={follow.ref} tabIndex={0} aria-label={t('rooms.timeline')}>
          <ol>
            {view.items.map((item) => (
              <li key={item.id}>
                <GuestItem item={item} name={view.name} />
              </li>
            ))}
          </ol>
        </section>
        <GuestField onSent={() => void queries.invalidateQueries({ queryKey: ['guest-room'] })} />
      </div>
    </div>
  )
}

const GuestItem = ({ item, name }: { item: View['items'][number]; name: string }) => {
  const { t } = useTranslation()
  if (item.type !== 'message') return null
  if (item.body.kind === 'line')
    return (
      <p className="room-line">
        <Clock at={item.at} /> {lineInWords(item.body.line, item.body.data, t)}
      </p>
    )
  const mine = item.author.guest && item.author.name === name
  return (
    <article className={mine ? 'message is-mine' : 'message'}>
      <header className="message-head">
        <strong>{item.author.name}</strong> <span className="quiet">{item.author.place ?? ''}</span>
        <span className="quiet">
          <Clock at={item.at} seconds />
        </span>
      </header>
      <div className={item.retracted === null ? 'bubble' : 'bubble is-retracted'}>
        <p className="message-text">{bodyInWords(item.body, t)}</p>
      </div>
    </article>
  )
}

import type { NewMessage } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import type { Mentionable } from './mentions.ts'

/** What is asked for with a message: nothing, or an acknowledgement in so many minutes, from anybody or from one of those named. */
export interface AckWish {
  readonly minutes: number
  readonly from: Mentionable | null
}
export const NO_WISH: AckWish = { minutes: 0, from: null }
const MINUTES = [5, 10, 30, 60] as const

export const needsAckOf = (wish: AckWish, now: number): NewMessage['needsAck'] =>
  wish.minutes === 0
    ? null
    : {
        by: new Date(now + wish.minutes * 60_000).toISOString(),
        ...(wish.from === null ? {} : { from: wish.from.mention }),
      }

/** Two short choices: by when, and of whom. */
export const AckAsk = (props: {
  wish: AckWish
  mentionables: readonly Mentionable[]
  onChange: (wish: AckWish) => void
}) => {
  const { t } = useTranslation()
  const { wish, onChange } = props
  return (
    <span className="ack-ask">
      <select
        className="input"
        aria-label={t('rooms.ack.ask')}
        value={String(wish.minutes)}
        onChange={(event) => onChange({ ...wish, minutes: Number(event.target.value) })}
      >
        <option value="0">{t('rooms.ack.askNot')}</option>
        {MINUTES.map((minutes) => (
          <option key={minutes} value={String(minutes)}>
            {t('rooms.ack.within', { minutes })}
          </option>
        ))}
      </select>
      {wish.minutes === 0 ? null : (
        <select
          className="input"
          aria-label={t('rooms.ack.from')}
          value={wish.from?.token ?? ''}
          onChange={(event) =>
            onChange({ ...wish, from: props.mentionables.find(({ token }) => token === event.target.value) ?? null })
          }
        >
          <option value="">{t('rooms.ack.anybody')}</option>
          {props.mentionables.map((one) => (
            <option key={one.token} value={one.token}>
              {one.place === null ? one.token : `${one.token} (${one.place})`}
            </option>
          ))}
        </select>
      )}
    </span>
  )
}

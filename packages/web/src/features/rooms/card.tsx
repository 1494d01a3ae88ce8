import type { CardKind, CardView } from '@dure/contract'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Clock } from '../../ui/time.tsx'

const LOOKS: Record<CardKind, { shape: ShapeName; tone: Tone }> = {
  request: { shape: 'diamond', tone: 'primary' },
  information: { shape: 'ring', tone: 'information' },
  triage: { shape: 'square', tone: 'information' },
  offer: { shape: 'half', tone: 'information' },
  answer: { shape: 'circle', tone: 'success' },
  decline: { shape: 'cross', tone: 'danger' },
  hold: { shape: 'half', tone: 'primary' },
  hold_lost: { shape: 'triangle', tone: 'warning' },
  confirmed: { shape: 'circle', tone: 'success' },
  eta: { shape: 'bar', tone: 'information' },
  handover: { shape: 'circle', tone: 'success' },
  no_bed: { shape: 'octagon', tone: 'danger' },
  escalation: { shape: 'triangle', tone: 'warning' },
  paused: { shape: 'bar', tone: 'quiet' },
  outside: { shape: 'diamond', tone: 'warning' },
  closed: { shape: 'square', tone: 'quiet' },
  overdue: { shape: 'triangle', tone: 'danger' },
  note: { shape: 'dash', tone: 'quiet' },
}

/** Something that happened to the request, in its place in the talk. The buttons are the request's own acts. */
export const CardItem = ({ card, detail, acts }: { card: CardView; detail: ReactNode; acts: ReactNode }) => {
  const { t } = useTranslation()
  const look = LOOKS[card.card]
  return (
    <article
      className={`room-card tone-line-${look.tone}`}
      data-card={card.card}
      aria-label={t(`rooms.card.${card.card}`)}
    >
      <header className="message-head">
        <Status shape={look.shape} tone={look.tone}>
          {t(`rooms.card.${card.card}`)}
        </Status>
        {card.hospitalName === null ? null : <strong>{card.hospitalName}</strong>}
        <span className="quiet">
          {card.card === 'offer' ? null : `${card.by} `}
          <Clock at={card.at} seconds />
        </span>
        {card.channel === 'web' || card.channel === 'system' ? null : (
          <span className="tag">
            {t(`channel.${card.channel}`)}
            {card.heardFrom === null ? '' : ` · ${t('timeline.heardFrom', { name: card.heardFrom })}`}
          </span>
        )}
      </header>
      {detail}
      {acts}
    </article>
  )
}

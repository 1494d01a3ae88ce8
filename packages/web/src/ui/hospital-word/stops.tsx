import type { StopView } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { FreshnessBadge } from '../freshness.tsx'
import { Status } from '../shape.tsx'
import { Ago, useClockText } from '../time.tsx'

/** Where a hospital takes nobody: what, why, until when, and who said so how long ago. */
export const Stops = ({ stops }: { stops: readonly StopView[] }) => (
  <ul className="stops">
    {stops.map((stop) => (
      <li key={stop.bedClass ?? 'whole'}>
        <StopLine stop={stop} />
      </li>
    ))}
  </ul>
)

const StopLine = ({ stop }: { stop: StopView }) => {
  const { t } = useTranslation()
  const clock = useClockText()
  return (
    <>
      <Status shape="cross" tone="danger">
        {stop.bedClass === null
          ? t('word.stoppedWhole')
          : t('word.stoppedClass', { bedClass: t(`bedClass.${stop.bedClass}`) })}
      </Status>{' '}
      <strong>{t(`stopReason.${stop.reason}`)}</strong>{' '}
      {stop.until === null ? t('word.openEnd') : t('word.until', { time: clock(stop.until) })}{' '}
      {stop.freshness === 'stale' ? <FreshnessBadge freshness="stale" /> : null}{' '}
      <span className="quiet">
        <Ago at={stop.since} />
        {stop.by === null ? '' : ` · ${stop.by}`}
        {stop.channel === null || stop.heardFrom === null
          ? ''
          : ` · ${t(`channel.${stop.channel}`)} (${stop.heardFrom})`}
        {stop.note === null ? '' : ` · ${stop.note}`}
      </span>
    </>
  )
}

/** In a list of hospitals, one word each. */
export const StopTags = ({ stops }: { stops: readonly StopView[] }) => {
  const { t } = useTranslation()
  if (stops.length === 0) return null
  const whole = stops.find(({ bedClass }) => bedClass === null)
  const shown = whole === undefined ? stops : [whole]
  return (
    <span className="stop-tags">
      {shown.map((stop) => (
        <span key={stop.bedClass ?? 'whole'} className="tag is-late">
          {stop.bedClass === null
            ? t('word.stoppedWhole')
            : t('word.stoppedClass', { bedClass: t(`bedClass.${stop.bedClass}`) })}
          {' · '}
          <Ago at={stop.since} />
        </span>
      ))}
    </span>
  )
}

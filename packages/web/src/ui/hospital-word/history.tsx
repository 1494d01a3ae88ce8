import type { StatementView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Read } from '../states.tsx'
import { Clock, useClockText } from '../time.tsx'
import { statementsQuery } from './queries.ts'

/** What the hospital said before; read when somebody opens it. */
export const History = ({ hospitalId }: { hospitalId: string }) => {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <details className="more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('word.history')}</summary>
      {open ? <Entries hospitalId={hospitalId} /> : null}
    </details>
  )
}

const Entries = ({ hospitalId }: { hospitalId: string }) => {
  const { t } = useTranslation()
  const query = useQuery(statementsQuery(hospitalId))
  return (
    <Read query={query}>
      {({ statements }) =>
        statements.length === 0 ? (
          <p className="quiet">{t('word.noHistory')}</p>
        ) : (
          <ol className="plain-list">
            {statements.map((one) => (
              <li key={one.id}>
                <Entry of={one} />
              </li>
            ))}
          </ol>
        )
      }
    </Read>
  )
}

const Entry = ({ of }: { of: StatementView }) => {
  const { t } = useTranslation()
  const clock = useClockText()
  const about =
    of.code !== null
      ? t(`capability.${of.code}`)
      : of.bedClass === null
        ? t('word.whole')
        : t(`bedClass.${of.bedClass}`)
  return (
    <>
      <Clock at={of.at} seconds />{' '}
      <strong>
        {t(`word.said.${of.said}`)} · {about}
        {of.answer === null ? '' : ` · ${t(`capabilityAnswer.${of.answer}`)}`}
        {of.reason === null ? '' : ` · ${t(`stopReason.${of.reason}`)}`}
      </strong>{' '}
      <span className="quiet">
        {of.until === null ? '' : `${t('word.until', { time: clock(of.until) })} · `}
        {of.by}
        {of.heardFrom === null ? '' : ` · ${t(`channel.${of.channel}`)} (${of.heardFrom})`}
        {of.note === null ? '' : ` · ${of.note}`}
      </span>
    </>
  )
}

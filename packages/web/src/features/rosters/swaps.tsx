import { rosterEndpoints, type ShiftView, type SwapView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../app/session.ts'
import { ActButton } from '../../ui/act-button.tsx'
import { Card } from '../../ui/page.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Clock } from '../../ui/time.tsx'
import { swapsQuery } from './queries.ts'

const LOOKS: Record<SwapView['state'], { shape: ShapeName; tone: Tone }> = {
  proposed: { shape: 'half', tone: 'warning' },
  agreed: { shape: 'circle', tone: 'success' },
  refused: { shape: 'cross', tone: 'danger' },
  withdrawn: { shape: 'bar', tone: 'quiet' },
  overtaken: { shape: 'dash', tone: 'quiet' },
}

/** Swaps I have part in; each needs the consent of both. */
export const Swaps = () => {
  const { t } = useTranslation()
  const { data } = useQuery(swapsQuery)
  return (
    <Card title={t('rosters.swap.list')}>
      {data === undefined || data.swaps.length === 0 ? (
        <p className="quiet">{t('rosters.swap.none')}</p>
      ) : (
        <ul className="plain-list">
          {data.swaps.map((swap) => (
            <li key={swap.id} className="swap" data-swap={swap.state}>
              <OneSwap swap={swap} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const OneSwap = ({ swap }: { swap: SwapView }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const answers = [
    ...(swap.mine ? (['agree', 'refuse'] as const) : []),
    ...(swap.state === 'proposed' && !swap.mine && me.id === swap.fromPersonId ? (['withdraw'] as const) : []),
  ]
  return (
    <>
      <p>
        <Status shape={LOOKS[swap.state].shape} tone={LOOKS[swap.state].tone}>
          {t(`rosters.swap.state.${swap.state}`)}
        </Status>{' '}
        <strong>{swap.fromName}</strong> → <strong>{swap.toName}</strong>
      </p>
      <p>
        <Shift shift={swap.gives} />
        {swap.takes === null ? null : (
          <>
            {' ⇄ '}
            <Shift shift={swap.takes} />
          </>
        )}
      </p>
      {swap.note === null ? null : <p className="quiet">{swap.note}</p>}
      {answers.length === 0 ? null : (
        <div className="act-forward">
          {answers.map((answer) => (
            <ActButton
              key={answer}
              endpoint={rosterEndpoints.answerSwap}
              input={{ params: { id: swap.id }, body: { answer } }}
              intent={`swap:${swap.id}:${answer}`}
              label={{ key: 'outbox.label.answerSwap', values: { answer: t(`rosters.swap.${answer}`) } }}
              look={answer === 'agree' ? 'primary' : answer === 'refuse' ? 'danger' : 'secondary'}
            >
              {t(`rosters.swap.${answer}`)}
            </ActButton>
          ))}
        </div>
      )}
    </>
  )
}

const Shift = ({ shift }: { shift: ShiftView }) => {
  const { t } = useTranslation()
  return (
    <span>
      {t(`duty.${shift.duty}`)} <Clock at={shift.startsAt} /> – <Clock at={shift.endsAt} />
    </span>
  )
}

import type { RequestState } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { LADDER, StateBadge } from './badges.tsx'

/** Where the request stands on its way, in ten steps; a detour is named above them. */
export const Ladder = ({ state }: { state: RequestState }) => {
  const { t } = useTranslation()
  const step = (LADDER as readonly RequestState[]).indexOf(state)
  return (
    <div className="ladder">
      {step < 0 ? (
        <p className="ladder-detour">
          <StateBadge state={state} />
        </p>
      ) : null}
      <ol className="ladder-steps" aria-label={t('ladder.label')}>
        {LADDER.map((one, index) => (
          <li
            key={one}
            className={`ladder-step ${index < step ? 'is-done' : index === step ? 'is-now' : ''}`}
            aria-current={index === step ? 'step' : undefined}
          >
            <span className="ladder-number" aria-hidden="true">
              {index < step ? '✓' : index + 1}
            </span>
            <span className="ladder-word">
              {t(`requestState.${one}`)}
              {index < step ? <span className="visually-hidden"> {t('ladder.done')}</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </div>
  )
}

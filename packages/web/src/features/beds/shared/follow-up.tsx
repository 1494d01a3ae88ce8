import { bedEndpoints, type RequestView } from '@dure/contract'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../../ui/act-button.tsx'

/** After an admission: the next request as a draft, to a lower class of care or back to where the patient came from. */
export const FollowUp = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  if (!request.allowed.includes('follow_up')) return null
  return (
    <section className="follow-up">
      <h3>{t('followUp.title')}</h3>
      <p className="quiet">{t('followUp.explain')}</p>
      <div className="act-detours">
        {(['step_down', 'repatriation'] as const).map((reason) => (
          <ActButton
            key={reason}
            endpoint={bedEndpoints.draftFollowUp}
            input={{ params: { id: request.id }, body: { reason } }}
            intent={`follow-up:${request.id}:${reason}`}
            label={{ key: 'outbox.label.followUp', values: { code: request.code } }}
            onAccepted={(draft) => void navigate({ to: '/requests/$id', params: { id: draft.id } })}
          >
            {t(`requestReason.${reason}`)}
          </ActButton>
        ))}
      </div>
    </section>
  )
}

import { bedEndpoints, type HoldView as Hold } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../../ui/act-button.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { Status } from '../../../ui/shape.tsx'
import { Countdown } from '../../../ui/time.tsx'

/** The promised bed: which, until when, and its number. */
export const HoldView = ({ hold, code, mayExtend }: { hold: Hold; code: string; mayExtend: boolean }) => {
  const { t } = useTranslation()
  const live = hold.state === 'granted'
  return (
    <div className="hold">
      <p className="hold-place">
        <Status shape={live ? 'half' : 'circle'} tone={live ? 'primary' : 'success'}>
          {t(`holdState.${hold.state}`)}
        </Status>
        <strong>
          {hold.hospitalName} · {hold.slotLabel}
        </strong>
      </p>
      <Facts
        rows={[
          [t('request.bedClass'), t(`bedClass.${hold.bedClass}`)],
          [t('hold.fencing'), hold.fencing],
          [t('hold.conditions'), hold.conditions],
        ]}
      />
      {live && hold.expiresAt !== null ? (
        <p className="hold-clock">
          <Countdown until={hold.expiresAt} label={t('hold.expiresIn')} />
          {mayExtend ? (
            <ActButton
              endpoint={bedEndpoints.extendHold}
              input={{ params: { id: hold.id } }}
              intent={`hold:${hold.id}:extend`}
              label={{ key: 'outbox.label.extend', values: { code } }}
              size="small"
              disabled={hold.extensionsLeft === 0}
            >
              {t('hold.extend', { left: hold.extensionsLeft })}
            </ActButton>
          ) : null}
        </p>
      ) : null}
    </div>
  )
}

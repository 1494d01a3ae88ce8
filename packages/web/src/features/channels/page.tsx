import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { hasRole, useSignedIn } from '../../app/session.ts'
import { PageTitle } from '../../ui/page.tsx'
import { CallBacks } from './call-backs.tsx'
import { Carriers } from './carriers.tsx'
import './channels.css'
import { Numbers } from './numbers.tsx'
import { PushSwitch } from './push-switch.tsx'
import { Texts } from './texts.tsx'

/** Ways to people beside the screen: who wants to be called, which numbers count, whether texts arrive, which devices are woken. */
export const ChannelsPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const desk = hasRole(me, 'placement_desk', 'desk_lead', 'admin')
  return (
    <div className="page">
      <PageTitle>{t('channels.title')}</PageTitle>
      <p className="lead">{t('channels.lead')}</p>
      <StaleNote />
      <div className="columns channels-columns">
        <div className="column">
          {desk ? <CallBacks /> : null}
          <Numbers me={me} />
          <PushSwitch />
        </div>
        <div className="column">
          {desk || hasRole(me, 'hospital_desk', 'sponsor') ? <Carriers /> : null}
          {desk ? <Texts /> : null}
        </div>
      </div>
    </div>
  )
}

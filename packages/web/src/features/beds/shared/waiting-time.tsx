import { type RequestState, TERMINAL_REQUEST_STATES } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { Since } from '../../../ui/time.tsx'

/** How long somebody has been waiting; nothing once nobody waits any more. */
export const WaitingTime = ({ state, since }: { state: RequestState; since: string }) => {
  const { t } = useTranslation()
  if ((TERMINAL_REQUEST_STATES as readonly RequestState[]).includes(state)) return null
  return (
    <span>
      <strong>
        <Since at={since} />
      </strong>{' '}
      {t('queue.waiting')}
    </span>
  )
}

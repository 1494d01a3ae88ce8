import { type RequestState, TERMINAL_REQUEST_STATES, WAITING_REQUEST_STATES } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { Since } from '../../../ui/time.tsx'

const isOneOf = (states: readonly RequestState[], state: RequestState): boolean => states.includes(state)

/** How long somebody has been waiting for a bed; with one, how long ago it was asked for; nothing once nobody waits any more. */
export const WaitingTime = ({ state, since }: { state: RequestState; since: string }) => {
  const { t } = useTranslation()
  if (isOneOf(TERMINAL_REQUEST_STATES, state)) return null
  return (
    <span>
      <strong>
        <Since at={since} />
      </strong>{' '}
      {t(isOneOf(WAITING_REQUEST_STATES, state) ? 'queue.waiting' : 'queue.sinceAsked')}
    </span>
  )
}

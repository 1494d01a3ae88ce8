import '../rooms.css'
import { roomEndpoints } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Refused, read } from '../../../offline/api.ts'
import { PageTitle } from '../../../ui/page.tsx'
import { Empty, Failed, Loading } from '../../../ui/states.tsx'
import { Enter } from './enter.tsx'
import { GuestRoom } from './guest-room.tsx'

const tokenHere = (): string => decodeURIComponent(location.hash.slice(1))

/** Somebody without an account: a name, a code, and then one room and nothing else. */
export const GuestPage = () => {
  const { t } = useTranslation()
  const [token, setToken] = useState(tokenHere)
  const room = useQuery({
    queryKey: ['guest-room'],
    queryFn: ({ signal }) => read(roomEndpoints.guestRoom, { query: { limit: 100 } }, signal),
    enabled: token === '',
  })
  if (token !== '')
    return (
      <Enter
        token={token}
        onEntered={() => {
          // The link is used up; it does not have to stand in the address or the history.
          history.replaceState(history.state, '', '/guest')
          setToken('')
        }}
      />
    )
  if (room.data !== undefined) return <GuestRoom view={room.data} />
  if (room.isLoading) return <Loading />
  if (room.error instanceof Refused && room.error.problem.code === 'sign-in-needed')
    return (
      <div className="page page-narrow">
        <PageTitle>{t('rooms.guestPage.title')}</PageTitle>
        <Empty title={t('rooms.guestPage.out')}>{t('rooms.guestPage.outNext')}</Empty>
      </div>
    )
  return <Failed error={room.error} onRetry={() => void room.refetch()} />
}

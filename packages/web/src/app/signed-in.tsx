import { useQuery } from '@tanstack/react-query'
import { Navigate, Outlet } from '@tanstack/react-router'
import { Failed, Loading } from '../ui/states.tsx'
import { meQuery } from './session.ts'

/** Everything but sign-in. Without an answer from the server the last known person stays in front of the screen. */
export const SignedIn = () => {
  const me = useQuery(meQuery)
  if (me.data === null) return <Navigate to="/sign-in" replace />
  if (me.data === undefined)
    return me.isError ? <Failed error={me.error} onRetry={() => void me.refetch()} /> : <Loading />
  return <Outlet />
}

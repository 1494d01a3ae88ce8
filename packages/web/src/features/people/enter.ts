import type { Me } from '@dure/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { homeOf } from '../../app/home-of.ts'
import { switchPerson } from '../../app/session.ts'
import { setServerTime } from '../../ui/time.tsx'

/** Behind the door: to the person's work, or, after a one-time link, first to where the next key is made. */
export const useEnter = () => {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const goIn = async (me: Me): Promise<void> => {
    setServerTime(me.cell.now)
    await switchPerson(queries, me)
    await navigate({ to: me.session?.kind === 'link' ? '/account' : homeOf(me) })
  }
  return (me: Me): void => void goIn(me)
}

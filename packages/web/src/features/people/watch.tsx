import type { Me } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { hasRole } from '../../app/session.ts'
import { announce } from '../../ui/live.ts'
import { Clock } from '../../ui/time.tsx'
import { applicationsQuery, breakGlassQuery, passkeysQuery } from './queries.ts'

/** One quiet line under the header for what somebody answers for: seen at once, whatever page is open. */
export const PeopleWatch = ({ me }: { me: Me }) => (
  <>
    {hasRole(me, 'desk_lead', 'privacy_officer', 'admin') ? <ToReview me={me} /> : null}
    {hasRole(me, 'sponsor', 'desk_lead', 'admin') ? <ToApprove /> : null}
    {me.session?.kind === 'credential' ? <Guest me={me} ends={me.session.endsAt} /> : null}
    {me.session?.kind === 'link' ? <NoKeyYet /> : null}
  </>
)

/** Says a number aloud when it has risen. */
const useAloud = (count: number | undefined, words: string) => {
  const before = useRef(count)
  useEffect(() => {
    if (count !== undefined && before.current !== undefined && count > before.current) announce(words, true)
    if (count !== undefined) before.current = count
  }, [count, words])
}

const ToReview = ({ me }: { me: Me }) => {
  const { t } = useTranslation()
  const { data } = useQuery(breakGlassQuery('to_review'))
  const count = data?.accesses.filter(({ personId }) => personId !== me.id).length
  const words = t('people.watch.breakGlass', { count: count ?? 0 })
  useAloud(count, words)
  if (count === undefined || count === 0) return null
  return (
    <Link to="/break-glass" className="notice-line tone-warning">
      {words}
    </Link>
  )
}

const ToApprove = () => {
  const { t } = useTranslation()
  const { data } = useQuery(applicationsQuery('pending'))
  const count = data?.applications.length
  const words = t('people.watch.applications', { count: count ?? 0 })
  useAloud(count, words)
  if (count === undefined || count === 0) return null
  return (
    <Link to="/people" className="notice-line">
      {words}
    </Link>
  )
}

const Guest = ({ me, ends }: { me: Me; ends: string }) => {
  const { t } = useTranslation()
  const time = new Intl.DateTimeFormat('ko-KR', { timeStyle: 'short', timeZone: 'Asia/Seoul' }).format(new Date(ends))
  return (
    <p className="notice-line tone-warning">
      {t('people.watch.guest', { time, region: t(`sido.${me.region as '28'}`) })} <Clock at={ends} />
    </p>
  )
}

const NoKeyYet = () => {
  const { t } = useTranslation()
  const { data } = useQuery(passkeysQuery)
  if (data === undefined || data.passkeys.length > 0) return null
  return (
    <Link to="/account" className="notice-line">
      {t('people.watch.link')}
    </Link>
  )
}

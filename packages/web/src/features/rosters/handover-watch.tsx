import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../ui/live.ts'
import { handoversQuery } from './queries.ts'

/** Who comes on duty may begin to be asked without anything having happened in the cell. */
const LOOK_EVERY_MS = 5 * 60_000

/** What was handed over to this person and is not taken over yet, under the header of every page. */
export const HandoverWatch = () => {
  const { t } = useTranslation()
  const { data } = useQuery({ ...handoversQuery, refetchInterval: LOOK_EVERY_MS })
  const count = data?.handovers.filter(({ mine }) => mine).length
  const words = t('rosters.handover.waiting', { count: count ?? 0 })
  const before = useRef(count)
  useEffect(() => {
    if (count !== undefined && before.current !== undefined && count > before.current) announce(words, true)
    if (count !== undefined) before.current = count
  }, [count, words])
  if (count === undefined || count === 0) return null
  return (
    <Link to="/roster" className="notice-line tone-warning" data-watch="handovers">
      {words}
    </Link>
  )
}

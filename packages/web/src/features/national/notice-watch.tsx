import type { NoticeView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../ui/live.ts'
import { Ago } from '../../ui/time.tsx'
import { Acknowledge, Weight, wordsOf } from './notice-parts.tsx'
import { noticesQuery } from './queries.ts'

/** More of them at once would push the work off the screen; the rest is counted. */
const AT_ONCE = 2

/** Notices this desk has not acknowledged, under the header of every page. */
export const NoticeWatch = () => {
  const { t } = useTranslation()
  const data = useQuery(noticesQuery).data
  const open = data === undefined ? [] : unread(data)
  useAloud(open)
  if (data === undefined || open.length === 0) return null
  return (
    <section className="notices-line" aria-label={t('notices.title')}>
      {open.slice(0, AT_ONCE).map((notice) => (
        <p key={notice.id} data-notice={notice.id} className={`notices-one is-${notice.weight}`}>
          <Weight weight={notice.weight} />
          <Link to="/notices" lang={wordsOf(notice).lang}>
            {wordsOf(notice).title}
          </Link>
          <span className="quiet">
            <Ago at={notice.publishedAt} />
          </span>
          {data.hasDesk ? <Acknowledge notice={notice} /> : null}
        </p>
      ))}
      {open.length > AT_ONCE ? <Link to="/notices">{t('notices.more', { count: open.length - AT_ONCE })}</Link> : null}
    </section>
  )
}

/** Whoever speaks for no desk is shown what is grave, as long as it is in force. */
const unread = ({ hasDesk, notices }: { hasDesk: boolean; notices: readonly NoticeView[] }) =>
  notices.filter(({ acknowledged, weight }) => (hasDesk ? acknowledged === null : weight === 'urgent'))

const useAloud = (open: readonly NoticeView[]): void => {
  const said = useRef<ReadonlySet<string> | null>(null)
  useEffect(() => {
    const before = said.current
    said.current = new Set(open.map(({ id }) => id))
    for (const notice of open)
      if (before !== null && !before.has(notice.id)) announce(wordsOf(notice).title, notice.weight === 'urgent')
  }, [open])
}

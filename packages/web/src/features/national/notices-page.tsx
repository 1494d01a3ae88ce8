import { type NoticeView, nationEndpoints } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { hasRole, useMe } from '../../app/session.ts'
import { ActButton } from '../../ui/act-button.tsx'
import { Button } from '../../ui/button.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Ago, Clock } from '../../ui/time.tsx'
import { useSidoNames } from './names.ts'
import { NoticeForm } from './notice-form.tsx'
import { Acknowledge, Weight, wordsOf } from './notice-parts.tsx'
import { noticesQuery } from './queries.ts'

/** What the nation tells everybody: what is in force, who has read it, and, at the national desk, the form. */
export const NoticesPage = () => {
  const { t } = useTranslation()
  const me = useMe() ?? null
  const query = useQuery(noticesQuery)
  const [replaced, setReplaced] = useState<NoticeView | null>(null)
  const publishes = me !== null && me.cell.region === '00' && hasRole(me, 'national_desk')
  return (
    <div className="page page-narrow">
      <PageTitle>{t('notices.title')}</PageTitle>
      <StaleNote />
      <Read query={query}>
        {({ hasDesk, heardAt, notices, past }) => (
          <>
            {heardAt === null ? null : (
              <p className="quiet">
                {t('notices.heard')} <Ago at={heardAt} />
              </p>
            )}
            {publishes && me !== null ? (
              <NoticeForm
                key={replaced?.id ?? 'new'}
                personId={me.id}
                replaced={replaced}
                onDone={() => setReplaced(null)}
              />
            ) : null}
            {notices.length === 0 ? <Empty title={t('notices.none')} /> : null}
            {notices.map((notice) => (
              <NoticeCard
                key={notice.id}
                notice={notice}
                hasDesk={hasDesk}
                onReplace={publishes ? () => setReplaced(notice) : null}
              />
            ))}
            {past.length === 0 ? null : <Past notices={past} />}
          </>
        )}
      </Read>
    </div>
  )
}

const NoticeCard = (props: { notice: NoticeView; hasDesk: boolean; onReplace: (() => void) | null }) => {
  const { notice, hasDesk, onReplace } = props
  const { t } = useTranslation()
  const { title, body, lang } = wordsOf(notice)
  return (
    <Card
      id={`notice-${notice.id}`}
      className={`notice-card is-${notice.weight}`}
      title={<span lang={lang}>{title}</span>}
      aside={<Weight weight={notice.weight} />}
    >
      <p className="notice-text" lang={lang}>
        {body}
      </p>
      <p className="quiet">
        {notice.publishedBy} · <Clock at={notice.publishedAt} /> (<Ago at={notice.publishedAt} />)
        {notice.validUntil === null ? null : (
          <>
            {' · '}
            {t('notices.until')} <Clock at={notice.validUntil} />
          </>
        )}
      </p>
      <ReadBy notice={notice} />
      <p className="control-acts">
        {notice.acknowledged !== null ? (
          <span className="tone-success">
            {t('notices.acknowledged', { by: notice.acknowledged.by })} <Ago at={notice.acknowledged.at} />
          </span>
        ) : hasDesk ? (
          <Acknowledge notice={notice} />
        ) : null}
        {onReplace === null ? null : (
          <>
            <Button size="small" onClick={onReplace}>
              {t('notices.replace')}
            </Button>
            <ActButton
              endpoint={nationEndpoints.withdrawNotice}
              input={{ params: { id: notice.id } }}
              intent={`notice-withdraw:${notice.id}`}
              label={{ key: 'outbox.label.noticeWithdraw' }}
              look="danger"
              size="small"
            >
              {t('notices.withdraw')}
            </ActButton>
          </>
        )}
      </p>
    </Card>
  )
}

const ReadBy = ({ notice }: { notice: NoticeView }) => {
  const { t } = useTranslation()
  const names = useSidoNames()
  if (notice.acknowledgements.length === 0) return <p className="quiet">{t('notices.readByNone')}</p>
  return (
    <ul className="chips-list" aria-label={t('notices.readBy')}>
      {notice.acknowledgements.map(({ sido, desks }) => (
        <li key={sido}>{t('notices.desks', { name: names([sido]), count: desks })}</li>
      ))}
    </ul>
  )
}

const Past = ({ notices }: { notices: readonly NoticeView[] }) => {
  const { t } = useTranslation()
  return (
    <Card title={t('notices.past')}>
      <ul className="control-done">
        {notices.map((notice) => (
          <li key={notice.id}>
            <strong lang={wordsOf(notice).lang}>{wordsOf(notice).title}</strong>{' '}
            <span className="quiet">
              {t(`notices.end.${endOf(notice)}`)} ·{' '}
              <Clock at={notice.withdrawnAt ?? notice.validUntil ?? notice.publishedAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

const endOf = ({ replacedBy, withdrawnAt }: NoticeView): 'replaced' | 'withdrawn' | 'over' =>
  replacedBy !== null ? 'replaced' : withdrawnAt !== null ? 'withdrawn' : 'over'

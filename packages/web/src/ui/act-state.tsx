import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../i18n/index.ts'
import type { OutboxItem } from '../offline/outbox-item.ts'
import { problemTitle } from './problem.ts'
import { Status } from './shape.tsx'

const SHOW_ACCEPTED_MS = 6_000

/** sent · waiting for the network · accepted · refused (why) */
export const ActState = ({
  item,
  quietWhenAccepted = false,
}: {
  item: OutboxItem | undefined
  quietWhenAccepted?: boolean
}) => {
  const { t } = useTranslation()
  if (item === undefined) return null
  if (item.state === 'waiting')
    return (
      <span className="act-state" role="status">
        <Status shape="half" tone="information">
          {t(item.attempts === 0 ? 'outbox.sent' : 'outbox.waiting')}
        </Status>
      </span>
    )
  if (item.state === 'accepted') {
    if (quietWhenAccepted || Date.now() - item.settledAt > SHOW_ACCEPTED_MS) return null
    return (
      <span className="act-state" role="status">
        <Status shape="circle" tone="success">
          {t('outbox.accepted')}
        </Status>
      </span>
    )
  }
  return (
    <span className="act-state" role="alert">
      <Status shape="cross" tone="danger">
        {t('outbox.refused')}: {problemTitle(item.problem, currentLanguage())}
        {item.problem.detail === undefined ? null : <span className="act-detail"> ({item.problem.detail})</span>}
      </Status>
    </span>
  )
}

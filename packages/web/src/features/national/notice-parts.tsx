import { type NoticeView, nationEndpoints } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { ActButton } from '../../ui/act-button.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'

const LOOKS: Record<NoticeView['weight'], { shape: ShapeName; tone: Tone }> = {
  urgent: { shape: 'octagon', tone: 'danger' },
  warning: { shape: 'triangle', tone: 'warning' },
  info: { shape: 'square', tone: 'information' },
}

export const Weight = ({ weight }: { weight: NoticeView['weight'] }) => {
  const { t } = useTranslation()
  return (
    <Status shape={LOOKS[weight].shape} tone={LOOKS[weight].tone}>
      {t(`notices.weight.${weight}`)}
    </Status>
  )
}

/** In the reader's language where there is one; Korean otherwise, marked as such for the voice that reads it. */
export const wordsOf = (notice: Pick<NoticeView, 'title' | 'body' | 'titleEn' | 'bodyEn'>) => {
  const english = currentLanguage() === 'en' && notice.titleEn !== null && notice.bodyEn !== null
  return english
    ? { title: notice.titleEn ?? '', body: notice.bodyEn ?? '', lang: 'en' }
    : { title: notice.title, body: notice.body, lang: 'ko' }
}

export const Acknowledge = ({ notice }: { notice: NoticeView }) => {
  const { t } = useTranslation()
  return (
    <ActButton
      endpoint={nationEndpoints.acknowledgeNotice}
      input={{ params: { id: notice.id } }}
      intent={`notice-read:${notice.id}`}
      label={{ key: 'outbox.label.noticeRead' }}
      size="small"
    >
      {t('notices.acknowledge')}
    </ActButton>
  )
}

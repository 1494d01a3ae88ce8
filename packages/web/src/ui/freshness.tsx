import type { Freshness } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { type ShapeName, Status, type Tone } from './shape.tsx'

const FRESHNESS_LOOKS: Record<Freshness, { shape: ShapeName; tone: Tone }> = {
  fresh: { shape: 'circle', tone: 'success' },
  stale: { shape: 'half', tone: 'warning' },
  expired: { shape: 'ring', tone: 'danger' },
  unknown: { shape: 'dash', tone: 'quiet' },
}

export const FreshnessBadge = ({ freshness }: { freshness: Freshness }) => {
  const { t } = useTranslation()
  const look = FRESHNESS_LOOKS[freshness]
  return (
    <Status shape={look.shape} tone={look.tone}>
      {t(`freshness.${freshness}`)}
    </Status>
  )
}

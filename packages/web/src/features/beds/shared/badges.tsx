import type { OfferState, RequestState, Severity, SlotState, Urgency } from '@dure/contract'
import { SEVERITIES, URGENCIES } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { type ShapeName, Status, type Tone } from '../../../ui/shape.tsx'

interface Look {
  readonly shape: ShapeName
  readonly tone: Tone
  readonly number?: number
}

const SEVERITY_LOOKS: Record<Severity, Look> = {
  asymptomatic: { shape: 'ring', tone: 'quiet' },
  mild: { shape: 'circle', tone: 'quiet' },
  moderate: { shape: 'square', tone: 'information' },
  severe: { shape: 'triangle', tone: 'warning' },
  critical: { shape: 'octagon', tone: 'danger' },
}

/** 1 (무증상) … 5 (위중), each with its own shape. */
export const SeverityBadge = ({ severity }: { severity: Severity | null }) => {
  const { t } = useTranslation()
  if (severity === null)
    return (
      <Status shape="ring" tone="quiet">
        {t('severity.unknown')}
      </Status>
    )
  const look = SEVERITY_LOOKS[severity]
  return (
    <Status shape={look.shape} tone={look.tone} number={SEVERITIES.indexOf(severity) + 1}>
      {t(`severity.${severity}`)}
    </Status>
  )
}

/** The straight way from asking to a bed; everything else is a detour or an end. */
export const LADDER = [
  'submitted',
  'triaged',
  'matching',
  'offered',
  'held',
  'confirmed',
  'transport_arranged',
  'in_transit',
  'arrived',
  'admitted',
] as const satisfies readonly RequestState[]

const DETOURS: Partial<Record<RequestState, Look>> = {
  draft: { shape: 'ring', tone: 'quiet' },
  needs_info: { shape: 'half', tone: 'warning' },
  on_hold: { shape: 'bar', tone: 'quiet' },
  escalated: { shape: 'triangle', tone: 'warning' },
  no_bed: { shape: 'octagon', tone: 'danger' },
  diverted: { shape: 'diamond', tone: 'warning' },
  cancelled: { shape: 'cross', tone: 'quiet' },
  deceased: { shape: 'square', tone: 'quiet' },
  stepped_down: { shape: 'square', tone: 'quiet' },
  merged: { shape: 'dash', tone: 'quiet' },
  entered_in_error: { shape: 'cross', tone: 'quiet' },
}

export const requestStateLook = (state: RequestState): Look => {
  const step = (LADDER as readonly RequestState[]).indexOf(state)
  if (step < 0) return DETOURS[state] ?? { shape: 'ring', tone: 'quiet' }
  return { shape: 'circle', tone: step >= 5 ? 'success' : step >= 4 ? 'primary' : 'information', number: step + 1 }
}

export const StateBadge = ({ state }: { state: RequestState }) => {
  const { t } = useTranslation()
  const look = requestStateLook(state)
  return (
    <Status shape={look.shape} tone={look.tone} number={look.number}>
      {t(`requestState.${state}`)}
    </Status>
  )
}

const URGENCY_TONES: Record<Urgency, Tone> = {
  immediate: 'danger',
  within_1h: 'warning',
  within_4h: 'information',
  within_24h: 'quiet',
}

export const UrgencyBadge = ({ urgency }: { urgency: Urgency }) => {
  const { t } = useTranslation()
  return (
    <Status shape="diamond" tone={URGENCY_TONES[urgency]} number={URGENCIES.indexOf(urgency) + 1}>
      {t(`urgency.${urgency}`)}
    </Status>
  )
}

const OFFER_LOOKS: Record<OfferState, Look> = {
  sent: { shape: 'ring', tone: 'information' },
  delivered: { shape: 'ring', tone: 'information' },
  seen: { shape: 'half', tone: 'information' },
  acked: { shape: 'half', tone: 'primary' },
  accepted: { shape: 'circle', tone: 'success' },
  accepted_with_conditions: { shape: 'diamond', tone: 'success' },
  declined: { shape: 'cross', tone: 'danger' },
  expired: { shape: 'dash', tone: 'warning' },
  withdrawn: { shape: 'bar', tone: 'quiet' },
}
export const OPEN_OFFER_STATES: readonly OfferState[] = ['sent', 'delivered', 'seen', 'acked']

export const OfferBadge = ({ state }: { state: OfferState }) => {
  const { t } = useTranslation()
  const look = OFFER_LOOKS[state]
  return (
    <Status shape={look.shape} tone={look.tone}>
      {t(`offerState.${state}`)}
    </Status>
  )
}

const SLOT_LOOKS: Record<SlotState, Look> = {
  available: { shape: 'circle', tone: 'success' },
  held: { shape: 'half', tone: 'primary' },
  occupied: { shape: 'square', tone: 'information' },
  cleaning: { shape: 'diamond', tone: 'warning' },
  blocked: { shape: 'cross', tone: 'danger' },
  surge: { shape: 'triangle', tone: 'quiet' },
  closed: { shape: 'bar', tone: 'quiet' },
}

export const SlotBadge = ({ state }: { state: SlotState }) => {
  const { t } = useTranslation()
  const look = SLOT_LOOKS[state]
  return (
    <Status shape={look.shape} tone={look.tone}>
      {t(`slotState.${state}`)}
    </Status>
  )
}

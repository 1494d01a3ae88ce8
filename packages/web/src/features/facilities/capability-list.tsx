import type { CapabilityAnswer, CapabilityView } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { Provenance } from '../../ui/provenance.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Empty } from '../../ui/states.tsx'
import { useClockText } from '../../ui/time.tsx'

const LOOKS: Record<CapabilityAnswer, { shape: ShapeName; tone: Tone }> = {
  yes: { shape: 'circle', tone: 'success' },
  no: { shape: 'cross', tone: 'danger' },
  unknown: { shape: 'dash', tone: 'quiet' },
}
const ANSWERS = ['yes', 'no', 'unknown'] as const

/** What the hospital can do; who gave no answer was not asked yet, which is not a no. */
export const CapabilityList = ({ capabilities }: { capabilities: readonly CapabilityView[] }) => {
  const { t } = useTranslation()
  const clock = useClockText()
  if (capabilities.length === 0) return <Empty title={t('hospital.noCapabilities')} />
  return ANSWERS.map((answer) => {
    const list = capabilities.filter((one) => one.answer === answer)
    if (list.length === 0) return null
    return (
      <section key={answer} className="capability-group">
        <h3>
          <Status shape={LOOKS[answer].shape} tone={LOOKS[answer].tone}>
            {t(`capabilityAnswer.${answer}`)} ({list.length})
          </Status>
        </h3>
        <ul className="capabilities">
          {list.map((one) => (
            <li key={one.code}>
              <span>{t(`capability.${one.code}`)}</span>
              <Provenance of={one} />
              {one.until === null ? null : <span className="quiet">{t('word.until', { time: clock(one.until) })}</span>}
            </li>
          ))}
        </ul>
      </section>
    )
  })
}

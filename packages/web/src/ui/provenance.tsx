import type { BedCountView, CapabilityView } from '@dure/contract'
import i18next, { type ParseKeys } from 'i18next'
import { useTranslation } from 'react-i18next'
import { FreshnessBadge } from './freshness.tsx'
import { Ago } from './time.tsx'

type Stated = Pick<
  BedCountView | CapabilityView,
  'source' | 'asOf' | 'receivedAt' | 'ageMin' | 'freshness' | 'flags' | 'raw'
>

/** Where a figure comes from, how old it is, and what is strange about it. */
export const Provenance = ({ of }: { of: Stated }) => {
  const { t } = useTranslation()
  const flagWord = (flag: string) => (i18next.exists(`flag.${flag}`) ? t(`flag.${flag}` as ParseKeys) : flag)
  return (
    <span className="provenance">
      {/* What a licence allows holds until it is changed: years old, it is neither fresh nor stale. */}
      {of.source === 'register' ? null : <FreshnessBadge freshness={of.freshness} />}{' '}
      <span className="quiet">
        {t(`source.${of.source}`)} · <Age of={of} />
        {of.flags.map((flag) => ` · ${flagWord(flag)}`)}
        {of.raw === null || of.flags.length === 0 ? '' : ` (${t('provenance.raw', { raw: of.raw })})`}
      </span>
    </span>
  )
}

/** What carries no time of its own is as old as its delivery; where a clock was wrong, nobody knows. */
const Age = ({ of: { asOf, receivedAt, ageMin } }: { of: Pick<Stated, 'asOf' | 'receivedAt' | 'ageMin'> }) => {
  const { t } = useTranslation()
  if (asOf !== null) return <Ago at={asOf} />
  if (ageMin === null) return t('provenance.noTime')
  return (
    <>
      {t('provenance.received')} <Ago at={receivedAt} />
    </>
  )
}

import type { BedCountView } from '@dure/contract'
import i18next, { type ParseKeys } from 'i18next'
import { useTranslation } from 'react-i18next'
import { FreshnessBadge } from '../../ui/freshness.tsx'
import { Ago } from '../../ui/time.tsx'

/** Where a figure comes from, how old it is, and what is strange about it. */
export const Provenance = ({ of }: { of: Pick<BedCountView, 'source' | 'asOf' | 'freshness' | 'flags' | 'raw'> }) => {
  const { t } = useTranslation()
  const flagWord = (flag: string) => (i18next.exists(`flag.${flag}`) ? t(`flag.${flag}` as ParseKeys) : flag)
  return (
    <span className="provenance">
      <FreshnessBadge freshness={of.freshness} />{' '}
      <span className="quiet">
        {t(`source.${of.source}`)} · {of.asOf === null ? t('provenance.noTime') : <Ago at={of.asOf} />}
        {of.flags.map((flag) => ` · ${flagWord(flag)}`)}
        {of.raw === null || of.flags.length === 0 ? '' : ` (${t('provenance.raw', { raw: of.raw })})`}
      </span>
    </span>
  )
}

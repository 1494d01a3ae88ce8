import type { OneTimeLink } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { currentLanguage } from '../../i18n/index.ts'
import { Button } from '../../ui/button.tsx'
import { formatClock } from '../../ui/format.ts'

/** A link that is shown once. It stays until somebody says that it has been handed over. */
export const LinkCard = ({ link, onDone }: { link: z.output<typeof OneTimeLink>; onDone: () => void }) => {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const until = formatClock(new Date(link.expiresAt), new Date(), currentLanguage(), false)
  const copy = async () => {
    await navigator.clipboard.writeText(link.link).then(
      () => setCopied(true),
      () => undefined,
    )
  }
  return (
    <section className="one-time-link" aria-label={t('people.approve.link')}>
      <strong>{t('people.approve.link')}</strong>
      <p>{t('people.approve.linkHint', { until })}</p>
      <output className="link-text">{link.link}</output>
      <span className="form-foot">
        <Button onClick={() => void copy()}>{t(copied ? 'people.approve.copied' : 'people.approve.copy')}</Button>
        <Button look="quiet" onClick={onDone}>
          {t('people.approve.done')}
        </Button>
      </span>
    </section>
  )
}

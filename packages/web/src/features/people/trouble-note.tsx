import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { problemTitle } from '../../ui/problem.ts'
import type { Trouble } from './use-send.ts'

/** The refusal as a sentence, and in the person's own words where the page has better ones. */
export const TroubleNote = ({ trouble, words }: { trouble: Trouble | null; words?: string | undefined }) => {
  const { t } = useTranslation()
  if (trouble === null) return null
  return (
    <p className="field-error" role="alert">
      {words ?? (trouble === 'no-answer' ? t('failed.noAnswer') : problemTitle(trouble, currentLanguage()))}
    </p>
  )
}

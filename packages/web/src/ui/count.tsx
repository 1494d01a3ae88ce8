import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../i18n/index.ts'
import { NotKnown } from './facts.tsx'
import { formatNumber } from './format.ts'
import { Status } from './shape.tsx'

/** A number of beds: unknown is not 0, 0 is full, below zero is over capacity and said so. */
export const Count = ({ value }: { value: number | null }) => {
  const { t } = useTranslation()
  if (value === null) return <NotKnown />
  const number = formatNumber(value, currentLanguage())
  if (value >= 0) return <strong>{number}</strong>
  return (
    <Status shape="triangle" tone="danger">
      <strong>{number}</strong> {t('common.overCapacity')}
    </Status>
  )
}

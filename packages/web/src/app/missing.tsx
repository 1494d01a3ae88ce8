import { useTranslation } from 'react-i18next'
import { ButtonLink } from '../ui/button.tsx'
import { PageTitle } from '../ui/page.tsx'
import { Empty } from '../ui/states.tsx'

export const Missing = () => {
  const { t } = useTranslation()
  return (
    <div className="page">
      <PageTitle>{t('missing.title')}</PageTitle>
      <Empty title={t('missing.text')}>
        <ButtonLink to="/">{t('missing.home')}</ButtonLink>
      </Empty>
    </div>
  )
}

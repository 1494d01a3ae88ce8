import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'

/** What is needed seldom, and then at once. */
export const FootLinks = () => {
  const { t } = useTranslation()
  return (
    <footer className="foot">
      <nav aria-label={t('nav.foot')}>
        <Link to="/dark-sheet" className="foot-link">
          {t('nav.darkSheet')}
        </Link>
        <Link to="/channels" className="foot-link">
          {t('nav.channels')}
        </Link>
      </nav>
    </footer>
  )
}

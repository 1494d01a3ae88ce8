import type { Me } from '@dure/contract'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { hasRole } from './session.ts'

/** What is needed seldom, and then at once. */
export const FootLinks = ({ me }: { me: Me }) => {
  const { t } = useTranslation()
  return (
    <footer className="foot">
      <nav aria-label={t('nav.foot')}>
        {hasRole(me, 'placement_desk') ? (
          <Link to="/phone" className="foot-link">
            {t('phoneDesk.title')}
          </Link>
        ) : null}
        <Link to="/dark-sheet" className="foot-link">
          {t('nav.darkSheet')}
        </Link>
        <Link to="/notices" className="foot-link">
          {t('nav.notices')}
        </Link>
        <Link to="/packs" className="foot-link">
          {t('nav.packs')}
        </Link>
        <Link to="/channels" className="foot-link">
          {t('nav.channels')}
        </Link>
      </nav>
    </footer>
  )
}

import type { Me } from '@dure/contract'
import { Link, useLocation } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { hasRole } from '../../app/session.ts'

const APPROVING = ['sponsor', 'desk_lead', 'admin'] as const
const REVIEWING = ['desk_lead', 'privacy_officer', 'admin'] as const

/** The pages about access: one's own, and that of those one answers for. */
export const PeopleNav = ({ me }: { me: Me }) => {
  const { t } = useTranslation()
  const path = useLocation({ select: (location) => location.pathname })
  const links = [
    { to: '/account', label: t('people.nav.account') } as const,
    ...(hasRole(me, ...APPROVING) ? [{ to: '/people', label: t('people.nav.people') } as const] : []),
    { to: '/break-glass', label: t('people.nav.breakGlass') } as const,
    ...(hasRole(me, ...REVIEWING) ? [{ to: '/access', label: t('people.nav.access') } as const] : []),
    ...(hasRole(me, 'admin', 'desk_lead') ? [{ to: '/keys', label: t('people.nav.keys') } as const] : []),
  ]
  return (
    <nav className="sub-nav" aria-label={t('people.nav.label')}>
      {links.map((link) => (
        <Link key={link.to} to={link.to} className="nav-link" aria-current={path === link.to ? 'page' : undefined}>
          {link.label}
        </Link>
      ))}
    </nav>
  )
}

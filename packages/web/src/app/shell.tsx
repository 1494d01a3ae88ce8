import type { Me } from '@dure/contract'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { OfferWatch } from '../features/beds/offer-watch.tsx'
import { CellLadder } from '../features/national/cell-ladder.tsx'
import { NoticeWatch } from '../features/national/notice-watch.tsx'
import { PeopleWatch } from '../features/people/watch.tsx'
import { RoomWatch } from '../features/rooms/room-watch.tsx'
import { HandoverWatch } from '../features/rosters/handover-watch.tsx'
import { currentLanguage, setLanguage } from '../i18n/index.ts'
import { readySound } from '../ui/sound.ts'
import { useAtHand } from './at-hand.ts'
import { ConnectionLine } from './connection-line.tsx'
import { FootLinks } from './foot-links.tsx'
import { useKeptSheet } from './kept-sheet.ts'
import { useLive } from './live.ts'
import { OutboxTray } from './outbox-tray.tsx'
import { hasRole, useMe, useSignOut } from './session.ts'
import { setSetting, useSetting } from './settings.ts'
import { Shortcuts } from './shortcuts.tsx'

export const Shell = () => {
  const { t } = useTranslation()
  const known = useMe()
  const me = known ?? null
  useLive(me?.id)
  useKeptSheet(known)
  useAtHand(me)
  const path = useLocation({ select: (location) => location.pathname })
  const [menu, setMenu] = useState(false)
  useEffect(readySound, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the menu
  useEffect(() => setMenu(false), [path])
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      <header className="top">
        <div className="top-row">
          <Link to="/" className="brand">
            <strong>{t('shell.brand')}</strong>
            {me === null ? null : <span className="brand-place">{t(`sido.${me.cell.region as '28'}`)}</span>}
          </Link>
          {me === null ? null : <MainNav me={me} />}
          <div className="tools">
            {me === null ? null : <OutboxTray personId={me.id} />}
            <LanguageSwitch />
            <button
              type="button"
              className="text-button menu-button"
              aria-expanded={menu}
              aria-controls="tools-menu"
              onClick={() => setMenu(!menu)}
            >
              {t('shell.menu')}
            </button>
            <div id="tools-menu" className={menu ? 'tools-menu is-open' : 'tools-menu'}>
              <Switches />
              {me === null ? null : <Shortcuts me={me} />}
              {me === null ? null : <Person me={me} />}
            </div>
          </div>
        </div>
        <ConnectionLine>{me === null ? null : <CellLadder />}</ConnectionLine>
        {me === null ? null : <PeopleWatch me={me} />}
        {me === null ? null : <HandoverWatch />}
        {me === null ? null : <NoticeWatch />}
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      {me === null ? null : <FootLinks me={me} />}
      <div id="live-polite" className="visually-hidden" aria-live="polite" />
      <div id="live-urgent" className="visually-hidden" role="alert" />
      {me !== null && hasRole(me, 'hospital_desk') ? <OfferWatch /> : null}
      {me === null ? null : <RoomWatch personId={me.id} />}
    </div>
  )
}

const MainNav = ({ me }: { me: Me }) => {
  const { t } = useTranslation()
  const path = useLocation({ select: (location) => location.pathname })
  const links = [
    ...(hasRole(me, 'placement_desk', 'national_desk', 'admin')
      ? [{ to: '/desk', label: t('nav.desk') } as const]
      : []),
    ...(hasRole(me, 'hospital_desk') ? [{ to: '/hospital', label: t('nav.hospital') } as const] : []),
    ...(hasRole(me, 'requester', 'transport') ? [{ to: '/', label: t('nav.mine') } as const] : []),
    ...(hasRole(me, 'requester', 'hospital_desk', 'placement_desk')
      ? [{ to: '/requests/new', label: t('nav.ask') } as const]
      : []),
    { to: '/rooms', label: t('nav.rooms') } as const,
    { to: '/roster', label: t('nav.roster') } as const,
    ...(hasRole(me, 'placement_desk') ? [{ to: '/phone', label: t('nav.phone'), wideOnly: true } as const] : []),
    { to: '/board', label: t('nav.board') } as const,
    ...(hasRole(me, 'placement_desk', 'national_desk', 'admin')
      ? [{ to: '/national', label: t('national.nav') } as const]
      : []),
    { to: '/hospitals', label: t('nav.hospitals') } as const,
  ]
  return (
    <nav className="nav" aria-label={t('nav.label')}>
      {links.map((link) => (
        <Link
          key={link.to}
          to={link.to}
          className={'wideOnly' in link ? 'nav-link is-wide-only' : 'nav-link'}
          aria-current={path === link.to ? 'page' : undefined}
        >
          {link.label}
        </Link>
      ))}
    </nav>
  )
}

const Person = ({ me }: { me: Me }) => {
  const { t } = useTranslation()
  const signOut = useSignOut()
  return (
    <div className="person">
      <span className="person-name">
        <Link to="/account" className="account-link">
          <strong>{me.name}</strong>
          <span className="visually-hidden">{t('people.nav.account')}</span>
        </Link>
        <span className="quiet">{me.facilityName ?? me.roles.map((role) => t(`role.${role}`)).join(', ')}</span>
      </span>
      <button type="button" className="text-button" onClick={() => void signOut()}>
        {t('shell.signOut')}
      </button>
    </div>
  )
}

const LanguageSwitch = () => {
  useTranslation()
  const other = currentLanguage() === 'ko' ? 'en' : 'ko'
  return (
    <button type="button" className="text-button" lang={other} onClick={() => void setLanguage(other)}>
      {other === 'en' ? 'English' : '한국어'}
    </button>
  )
}

const Switches = () => {
  const { t } = useTranslation()
  const contrast = useSetting('contrast')
  const sound = useSetting('sound')
  return (
    <div className="switches">
      <button
        type="button"
        className="text-button"
        aria-pressed={contrast}
        onClick={() => setSetting('contrast', !contrast)}
      >
        {t(contrast ? 'shell.contrastOff' : 'shell.contrastOn')}
      </button>
      <button type="button" className="text-button" aria-pressed={sound} onClick={() => setSetting('sound', !sound)}>
        {t(sound ? 'shell.soundIsOn' : 'shell.soundIsOff')}
      </button>
    </div>
  )
}

import type { Me } from '@dure/contract'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../ui/dialog.tsx'
import { homeOf } from './home-of.ts'
import { hasRole } from './session.ts'
import { getSetting, setSetting, useSetting } from './settings.ts'

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) &&
  !(target instanceof HTMLInputElement && ['radio', 'checkbox', 'button'].includes(target.type))

/** Single keys, off by one switch (WCAG 2.1.4). `?` shows them. */
export const Shortcuts = ({ me }: { me: Me }) => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const on = useSetting('shortcuts')

  useEffect(() => {
    const go: Record<string, () => unknown> = {
      '?': () => setOpen(true),
      n: () => (hasRole(me, 'requester', 'hospital_desk', 'placement_desk') ? navigate({ to: '/requests/new' }) : null),
      q: () => navigate({ to: homeOf(me) }),
      b: () => navigate({ to: '/board' }),
      h: () => navigate({ to: '/hospitals' }),
      '/': () => document.querySelector<HTMLElement>('input[type="search"]')?.focus(),
    }
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !getSetting('shortcuts')) return
      if (document.querySelector('[role="dialog"]') !== null) return
      const act = go[event.key]
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [me, navigate])

  return (
    <>
      <button type="button" className="icon-button" aria-label={t('shortcuts.title')} onClick={() => setOpen(true)}>
        ?
      </button>
      <Dialog title={t('shortcuts.title')} open={open} onClose={() => setOpen(false)}>
        <dl className="keys">
          {(['n', 'q', 'b', 'h', '/', '?', 'arrows', 'enter', 'escape'] as const).map((key) => (
            <div key={key}>
              <dt>
                <kbd>{t(`shortcuts.keys.${key}`)}</kbd>
              </dt>
              <dd>{t(`shortcuts.does.${key}`)}</dd>
            </div>
          ))}
        </dl>
        <label className="switch">
          <input type="checkbox" checked={on} onChange={(event) => setSetting('shortcuts', event.target.checked)} />
          {t('shortcuts.switch')}
        </label>
      </Dialog>
    </>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../app/session.ts'
import { currentLanguage } from '../../i18n/index.ts'
import { fetchSheet, type KeptSheet, keptSheet } from '../../offline/dark-sheet.ts'
import { Button } from '../../ui/button.tsx'
import { PageTitle } from '../../ui/page.tsx'
import { Empty, Loading } from '../../ui/states.tsx'
import { Ago } from '../../ui/time.tsx'
import './channels.css'

/** The desk's sheet: the newest one if the server answers, else the one this device has kept. */
export const DarkSheetPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const language = currentLanguage()
  const query = useQuery({
    queryKey: ['dark-sheet', language],
    queryFn: async () => (await fetchSheet(me.id, language)) ?? keptSheet(language),
    refetchInterval: 60_000,
    retry: false,
  })
  const sheet = query.data
  return (
    <div className="page dark-sheet-page">
      <div className="sheet-tools">
        <PageTitle>{t('darkSheet.title')}</PageTitle>
        <p className="lead">{t('darkSheet.lead')}</p>
        {sheet === undefined || sheet === null ? null : (
          <div className="form-foot">
            <Button look="primary" onClick={() => print()}>
              {t('darkSheet.print')}
            </Button>
            <Button onClick={() => save(sheet)}>{t('darkSheet.save')}</Button>
            <span className="quiet">
              {t('darkSheet.made')} <Ago at={sheet.madeAt.toISOString()} />
            </span>
          </div>
        )}
      </div>
      {sheet === undefined ? (
        <Loading />
      ) : sheet === null ? (
        <Empty title={t('darkSheet.none')} />
      ) : (
        <Sheet sheet={sheet} />
      )}
    </div>
  )
}

const save = ({ html, madeAt }: KeptSheet): void => {
  const url = URL.createObjectURL(new Blob([html], { type: 'text/html' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `dure-${madeAt.toISOString().slice(0, 16).replaceAll(':', '')}.html`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/**
 * The page as the server made it, under its own style. A parsed document runs no script, and a constructed style sheet is none
 * that the content policy would have to allow.
 */
const Sheet = ({ sheet }: { sheet: KeptSheet }) => {
  const host = useRef<HTMLElement>(null)
  useEffect(() => {
    if (host.current === null) return
    const written = /<style>([\s\S]*?)<\/style>/.exec(sheet.html)
    const parsed = new DOMParser().parseFromString(sheet.html.replace(written?.[0] ?? '', ''), 'text/html')
    const style = new CSSStyleSheet()
    style.replaceSync(written?.[1] ?? '')
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = [style]
    const main = parsed.querySelector('main')
    if (main !== null) {
      const part = document.createElement('div')
      part.append(...[...main.childNodes].map((node) => document.importNode(node, true)))
      part.className = 'sheet'
      root.replaceChildren(part)
    }
  }, [sheet])
  const { t } = useTranslation()
  const language = /<html lang="(ko|en)"/.exec(sheet.html)?.[1] ?? 'ko'
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard (axe: scrollable-region-focusable)
    <section ref={host} className="sheet-host" lang={language} tabIndex={0} aria-label={t('darkSheet.title')} />
  )
}

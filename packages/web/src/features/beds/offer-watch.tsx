import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { announce } from '../../ui/live.ts'
import { chime } from '../../ui/sound.ts'
import { Countdown } from '../../ui/time.tsx'
import { offersQuery } from './shared/queries.ts'

/** Wherever a hospital's desk happens to be in the app, a question that arrives is heard, said and seen. */
export const OfferWatch = () => {
  const { t } = useTranslation()
  const path = useLocation({ select: (location) => location.pathname })
  const offers = useQuery(offersQuery('open')).data?.offers
  const known = useRef<Set<string> | null>(null)

  useEffect(() => {
    if (offers === undefined) return
    const before = known.current
    known.current = new Set(offers.map((offer) => offer.id))
    const fresh = before === null ? [] : offers.filter((offer) => !before.has(offer.id))
    const first = fresh[0]
    if (first === undefined) return
    chime()
    announce(t('offerWatch.arrived', { code: first.requestCode, complaint: first.request.complaint }), true)
  }, [offers, t])

  const most = offers?.[0]
  if (most === undefined || path === '/hospital') return null
  return (
    <aside className="offer-watch">
      <Link to="/hospital">{t('offerWatch.waiting', { count: offers?.length ?? 0, code: most.requestCode })}</Link>
      <Countdown until={most.expiresAt} label={t('offers.answerIn')} />
    </aside>
  )
}

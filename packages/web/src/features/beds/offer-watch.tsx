import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Countdown } from '../../ui/time.tsx'
import { useArrivals } from '../../ui/use-arrivals.ts'
import { offersQuery } from './shared/queries.ts'

/** Wherever a hospital's desk happens to be in the app, a question that arrives is heard, said and seen. */
export const OfferWatch = () => {
  const { t } = useTranslation()
  const path = useLocation({ select: (location) => location.pathname })
  const offers = useQuery(offersQuery('open')).data?.offers
  useArrivals(offers, (offer) =>
    t('offerWatch.arrived', { code: offer.requestCode, complaint: offer.request.complaint }),
  )

  const most = offers?.[0]
  if (most === undefined || path === '/hospital') return null
  return (
    <aside className="offer-watch">
      <Link to="/hospital">{t('offerWatch.waiting', { count: offers?.length ?? 0, code: most.requestCode })}</Link>
      <Countdown until={most.expiresAt} label={t('offers.answerIn')} />
    </aside>
  )
}

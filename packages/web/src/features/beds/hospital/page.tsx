import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../../app/connection-line.tsx'
import { useSignedIn } from '../../../app/session.ts'
import { OwnWord } from '../../../ui/hospital-word/own-word.tsx'
import { Card, PageTitle } from '../../../ui/page.tsx'
import { Empty, Read } from '../../../ui/states.tsx'
import { offersQuery } from '../shared/queries.ts'
import { Arrivals } from './arrivals.tsx'
import { CapacityForm } from './capacity-form.tsx'
import { OfferCard } from './offer-card.tsx'
import { OwnBeds } from './own-beds.tsx'

/** A hospital's desk: questions to answer first, then who is coming, then its own beds. */
export const HospitalDeskPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const hospitalId = me.facilityId
  const offers = useQuery(offersQuery('open'))
  if (hospitalId === null) return <Empty title={t('hospitalDesk.noHospital')} />
  return (
    <div className="page">
      <PageTitle>{t('hospitalDesk.title', { name: me.facilityName ?? '' })}</PageTitle>
      <StaleNote />
      <div className="columns is-desk">
        <div className="column">
          <Card
            title={t('hospitalDesk.offers')}
            aside={offers.data === undefined ? null : <span className="count">{offers.data.offers.length}</span>}
          >
            <Read query={offers}>
              {({ offers: list }) =>
                list.length === 0 ? (
                  <Empty title={t('hospitalDesk.noOffers')}>{t('hospitalDesk.noOffersNext')}</Empty>
                ) : (
                  <ul className="offer-cards">
                    {list.map((offer) => (
                      <li key={offer.id}>
                        <OfferCard offer={offer} hospitalId={hospitalId} />
                      </li>
                    ))}
                  </ul>
                )
              }
            </Read>
          </Card>
          <Arrivals />
        </div>
        <div className="column">
          <OwnWord hospitalId={hospitalId} speaking="own" />
          <OwnBeds hospitalId={hospitalId} />
          <CapacityForm hospitalId={hospitalId} />
        </div>
      </div>
    </div>
  )
}

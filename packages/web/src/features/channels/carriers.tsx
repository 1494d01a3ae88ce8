import type { CarrierView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Facts } from '../../ui/facts.tsx'
import { Card } from '../../ui/page.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { Ago, Clock } from '../../ui/time.tsx'
import { healthQuery } from './queries.ts'

const LOOK: Record<CarrierView['health'], { readonly shape: ShapeName; readonly tone: Tone }> = {
  good: { shape: 'circle', tone: 'success' },
  unproven: { shape: 'ring', tone: 'quiet' },
  failing: { shape: 'triangle', tone: 'warning' },
  silent: { shape: 'octagon', tone: 'danger' },
}

/** Whether texts arrive: what each carrier says, and whether its probes were seen to come back. */
export const Carriers = () => {
  const { t } = useTranslation()
  const query = useQuery(healthQuery)
  return (
    <Card title={t('channels.carriers')}>
      <Read query={query}>
        {({ carriers, waiting, oldestWaitingAt, failedLastHour }) => (
          <>
            {carriers.length === 0 ? <p className="note">{t('channels.noCarriers')}</p> : null}
            {carriers.map((one) => (
              <section key={one.key} className="carrier" data-carrier={one.key} data-health={one.health}>
                <div className="card-head">
                  <h3>{one.name}</h3>
                  <Status {...LOOK[one.health]}>{t(`channels.health.${one.health}`)}</Status>
                </div>
                <Facts
                  rows={[
                    [
                      t('channels.heard'),
                      one.lastHeardAt === null ? t('common.never') : <Ago key="ago1" at={one.lastHeardAt} />,
                    ],
                    [
                      t('channels.delivered'),
                      one.lastDeliveredAt === null ? t('common.never') : <Ago key="ago2" at={one.lastDeliveredAt} />,
                    ],
                    [
                      t('channels.silentSince'),
                      one.silentSince === null ? null : <Clock key="clock3" at={one.silentSince} />,
                    ],
                    [t('channels.failures'), one.failuresInRow === 0 ? null : one.failuresInRow],
                    [t('channels.lastError'), one.failuresInRow === 0 ? null : one.lastError],
                  ]}
                />
              </section>
            ))}
            <Facts
              rows={[
                [t('channels.waiting'), waiting],
                [t('channels.oldest'), oldestWaitingAt === null ? null : <Ago key="ago4" at={oldestWaitingAt} />],
                [t('channels.failed'), failedLastHour],
              ]}
            />
          </>
        )}
      </Read>
    </Card>
  )
}

import { channelEndpoints } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { Read } from '../../ui/states.tsx'
import { Ago } from '../../ui/time.tsx'
import { showPhone } from './phone-text.ts'
import { ProblemLine } from './problem-line.tsx'
import { callBacksQuery } from './queries.ts'
import { useCall } from './use-call.ts'

/** Hospitals that answered `3`: they want to be called. */
export const CallBacks = () => {
  const { t } = useTranslation()
  const query = useQuery(callBacksQuery)
  const done = useCall(['call-backs'])
  return (
    <Card title={t('channels.callBacks')}>
      <Read query={query}>
        {({ callBacks }) =>
          callBacks.length === 0 ? (
            <p className="quiet">{t('channels.noCallBacks')}</p>
          ) : (
            <ul className="plain-list">
              {callBacks.map((one) => (
                <li key={one.id} className="call-back">
                  <div>
                    <strong className="spoken-code">{one.code}</strong> {one.hospitalName}
                    <span className="quiet block">
                      {one.who} · <Ago at={one.at} />
                    </span>
                  </div>
                  <a className="button look-primary size-medium" href={`tel:${one.phone}`}>
                    {showPhone(one.phone)}
                  </a>
                  <Link className="button look-secondary size-medium" to="/phone" search={{ code: one.code }}>
                    {t('channels.typeCall')}
                  </Link>
                  <Button
                    look="quiet"
                    disabled={done.busy}
                    onClick={() => void done.send(channelEndpoints.doneCallBack, { params: { id: one.id } })}
                  >
                    {t('channels.called')}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Read>
      <ProblemLine problem={done.problem} />
    </Card>
  )
}

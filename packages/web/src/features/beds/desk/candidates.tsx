import { bedEndpoints, type Candidate, type RequestView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../../ui/act-button.tsx'
import { Button } from '../../../ui/button.tsx'
import { Card } from '../../../ui/page.tsx'
import { Empty, Read } from '../../../ui/states.tsx'
import { OPEN_OFFER_STATES } from '../shared/badges.tsx'
import { candidatesQuery } from '../shared/queries.ts'
import { CandidateRow } from './candidate-row.tsx'
import { WhyNot } from './why-not.tsx'

/** More than anybody reads; the rest is found by name. */
const MOST = 100

/** Hospitals that fit, best first, each with its reasons; and for every other hospital why not. */
export const Candidates = ({ request }: { request: RequestView }) => {
  const { t } = useTranslation()
  const [limit, setLimit] = useState<number>()
  const query = useQuery(candidatesQuery(request.id, limit))
  return (
    <Card title={t('candidates.title')} className="candidates-card">
      <Read query={query}>
        {(found) => (
          <>
            {found.candidates.length === 0 ? (
              <Empty title={t('candidates.empty')}>{t('candidates.emptyNext')}</Empty>
            ) : (
              <CandidateList request={request} list={found.candidates} parallel={found.parallel} />
            )}
            {found.candidates.length < found.candidatesTotal ? (
              <p>
                <span className="quiet">
                  {t('candidates.more', { count: found.candidatesTotal - found.candidates.length })}
                </span>{' '}
                {limit === undefined ? (
                  <Button size="small" onClick={() => setLimit(MOST)}>
                    {t('directory.more')}
                  </Button>
                ) : null}
              </p>
            ) : null}
            <WhyNot request={request} list={found.whyNot} total={found.whyNotTotal} />
          </>
        )}
      </Read>
    </Card>
  )
}

const CandidateList = (props: { request: RequestView; list: readonly Candidate[]; parallel: number }) => {
  const { t } = useTranslation()
  const { request, list, parallel } = props
  const [picked, setPicked] = useState<readonly string[] | null>(null)
  const open = request.offers.filter((offer) => OPEN_OFFER_STATES.includes(offer.state))
  const mayAsk = request.allowed.includes('send_offers')
  const asked = new Set(request.offers.map((offer) => offer.hospitalId))
  const room = Math.max(0, parallel - open.length)
  const free = list.filter((one) => !asked.has(one.hospitalId)).map((one) => one.hospitalId)
  const chosen = (picked ?? free).filter((id) => free.includes(id)).slice(0, room)
  const toggle = (id: string) =>
    setPicked(
      chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen.slice(chosen.length < room ? 0 : 1), id],
    )
  return (
    <>
      <p>{t(parallel > 1 ? 'candidates.parallel' : 'candidates.oneByOne', { count: parallel })}</p>
      <ol className="candidates">
        {list.map((one) => (
          <CandidateRow
            key={one.hospitalId}
            request={request}
            candidate={one}
            asked={asked.has(one.hospitalId)}
            picked={chosen.includes(one.hospitalId)}
            onPick={room === 0 || asked.has(one.hospitalId) ? null : () => toggle(one.hospitalId)}
          />
        ))}
      </ol>
      <div className="form-foot">
        {mayAsk ? null : <p className="note">{t('candidates.triageFirst')}</p>}
        {room === 0 ? null : (
          <ActButton
            endpoint={bedEndpoints.sendOffers}
            input={{ params: { id: request.id }, body: { hospitalIds: [...chosen], version: request.version } }}
            intent={`request:${request.id}:offers`}
            label={{ key: 'outbox.label.offers', values: { code: request.code, count: String(chosen.length) } }}
            look="primary"
            disabled={chosen.length === 0 || !mayAsk}
            onAccepted={() => setPicked(null)}
          >
            {t('candidates.ask', { count: chosen.length })}
          </ActButton>
        )}
        {open.length === 0 ? null : <span className="quiet">{t('candidates.openNow', { count: open.length })}</span>}
      </div>
    </>
  )
}

import { channelEndpoints, type Problem } from '@dure/contract'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { ProblemLine } from './problem-line.tsx'
import { pushHere, switchOff, switchOn } from './push-device.ts'
import { pushQuery } from './queries.ts'
import { useCall } from './use-call.ts'

/** Wakes this device when something waits; the notification says no more than that. */
export const PushSwitch = () => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const here = useQuery({ queryKey: ['push-here'], queryFn: pushHere, staleTime: 0 })
  const mine = useQuery(pushQuery)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [busy, setBusy] = useState(false)
  const remove = useCall(['push', 'push-here'])
  const support = here.data?.support
  const turnOn = async () => {
    setBusy(true)
    setProblem(await switchOn(deviceName()))
    setBusy(false)
    for (const key of ['push', 'push-here']) void queries.invalidateQueries({ queryKey: [key] })
  }
  const turnOff = async (id: string, isHere: boolean) => {
    if (isHere) await switchOff()
    await remove.send(channelEndpoints.unsubscribePush, { params: { id } })
  }
  return (
    <Card title={t('push.title')}>
      <p className="quiet">{t('push.lead')}</p>
      {support === undefined || support === 'ready' ? null : <p className="note">{t(`push.support.${support}`)}</p>}
      <Read query={mine}>
        {({ subscriptions }) => (
          <ul className="plain-list">
            {subscriptions.map((one) => (
              <li key={one.id} className="number-head">
                <div>
                  <strong>{one.label}</strong> {one.tail === here.data?.tail ? t('push.thisDevice') : null}
                  <span className="quiet block">
                    {one.lastSentAt === null ? t('push.neverSent') : <Clock at={one.lastSentAt} />}
                  </span>
                </div>
                <Button
                  look="quiet"
                  disabled={remove.busy}
                  onClick={() => void turnOff(one.id, one.tail === here.data?.tail)}
                >
                  {t('push.off')}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Read>
      {support === 'ready' && here.data?.tail === null ? (
        <div className="form-foot">
          <Button look="primary" disabled={busy} onClick={() => void turnOn()}>
            {t('push.on')}
          </Button>
        </div>
      ) : null}
      <ProblemLine problem={problem ?? remove.problem} />
    </Card>
  )
}

/** What the person will recognise the device by. */
const deviceName = (): string => {
  const agent = navigator.userAgent
  const system = /Android|iPhone|iPad|Windows|Mac|Linux/.exec(agent)?.[0] ?? ''
  const browser = /Edg|Firefox|Chrome|Safari/.exec(agent)?.[0].replace('Edg', 'Edge') ?? ''
  return `${system} ${browser}`.trim().slice(0, 60) || 'Browser'
}

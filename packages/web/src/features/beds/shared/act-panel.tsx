import { bedEndpoints, type RequestView } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ActButton } from '../../../ui/act-button.tsx'
import { Button } from '../../../ui/button.tsx'
import { ActDialog } from './act-dialog.tsx'
import { ACT_FIELDS, type ActEvent, DETOURS, FORWARD, TRIAGE_IS_NEXT } from './act-specs.ts'

/** The acts that this person may do now: the way forward as large buttons, detours and ends behind one more tap. */
export const ActPanel = (props: {
  request: RequestView
  /** Acts that the screen offers elsewhere. */
  except?: readonly ActEvent[]
  withChannel?: boolean
  initial?: Partial<Record<ActEvent, Readonly<Record<string, string>>>>
}) => {
  const { t } = useTranslation()
  const { request, except = [] } = props
  const [open, setOpen] = useState<ActEvent | null>(null)
  const may = (event: ActEvent) => request.allowed.includes(event) && !except.includes(event)
  const triageIsNext = TRIAGE_IS_NEXT.includes(request.state)
  const forward = FORWARD.filter((event) => may(event) && (event !== 'triage' || triageIsNext))
  const detours = DETOURS.filter((event) => may(event) && (event !== 'triage' || !triageIsNext))
  if (forward.length === 0 && detours.length === 0) return null
  return (
    <div className="act-panel">
      <div className={forward.length === 0 ? 'visually-hidden' : 'act-forward'}>
        {forward.map((event, index) => {
          const look = index === forward.length - 1 ? 'primary' : 'secondary'
          return ACT_FIELDS[event].length > 0 ? (
            <Button key={event} look={look} onClick={() => setOpen(event)}>
              {t(`act.${event}`)}
            </Button>
          ) : (
            <QuickAct key={event} request={request} event={event} look={look} />
          )
        })}
      </div>
      {detours.length === 0 ? null : (
        <details className="more">
          <summary>{t('act.more')}</summary>
          <div className="act-detours">
            {detours.map((event) => (
              <Button key={event} size="small" onClick={() => setOpen(event)}>
                {t(`act.${event}`)}
              </Button>
            ))}
          </div>
        </details>
      )}
      {open === null ? null : (
        <ActDialog
          key={open}
          request={request}
          event={open}
          initial={props.initial?.[open] ?? {}}
          withChannel={props.withChannel ?? false}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  )
}

/** An act without a form: one press, through the outbox. */
const QuickAct = (props: { request: RequestView; event: ActEvent; look: 'primary' | 'secondary' }) => {
  const { t } = useTranslation()
  const { request, event } = props
  const act = { event, ...(event === 'confirm' && request.conditionsOpen ? { agreeToConditions: true } : {}) }
  return (
    <ActButton
      endpoint={bedEndpoints.actOnRequest}
      input={{ params: { id: request.id }, body: { act: act as { event: 'confirm' }, version: request.version } }}
      intent={`request:${request.id}:${event}`}
      label={{ key: 'outbox.label.act', values: { act: t(`act.${event}`), code: request.code } }}
      look={props.look}
    >
      {event === 'confirm' && request.conditionsOpen ? t('act.confirmWithConditions') : t(`act.${event}`)}
    </ActButton>
  )
}

import { bedEndpoints, capacityReport } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../../app/session.ts'
import { useDraft } from '../../../offline/draft.ts'
import { useAct } from '../../../offline/use-outbox.ts'
import { ActState } from '../../../ui/act-state.tsx'
import { Button } from '../../../ui/button.tsx'
import { SelectField, TextField } from '../../../ui/field.tsx'
import { Form } from '../../../ui/form.tsx'
import { Card } from '../../../ui/page.tsx'
import { serverNow } from '../../../ui/time.tsx'
import { CapacityTable } from '../shared/capacity-table.tsx'
import { options } from '../shared/options.ts'
import { capacityQuery } from '../shared/queries.ts'

const EMPTY = { bedClass: '', staffedTotal: '', available: '', surge: '', expectedDischarges24h: '' }
const NUMBERS = ['staffedTotal', 'available', 'surge', 'expectedDischarges24h'] as const

/** Empty is "not known", which is not 0; below zero is over capacity. */
const count = (text: string): number | string | null =>
  text.trim() === '' ? null : /^-?\d+$/.test(text.trim()) ? Number(text) : text

export const CapacityForm = ({ hospitalId }: { hospitalId: string }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const draft = useDraft({ personId: me.id, form: `capacity.${hospitalId}` }, EMPTY)
  const typed = draft.value
  // Figures of two classes are two intentions: without a line both wait, and both are sent.
  const { item, send, busy } = useAct(`capacity:${hospitalId}:${typed.bedClass}`)
  const reports = useQuery(capacityQuery(hospitalId)).data?.reports ?? []
  const [tried, setTried] = useState(false)
  const body = {
    bedClass: typed.bedClass,
    ...Object.fromEntries(NUMBERS.map((name) => [name, count(typed[name])])),
    asOf: new Date(serverNow()).toISOString(),
  }
  const parsed = capacityReport.safeParse(body)
  const errorOf = (name: string) =>
    tried && !parsed.success && parsed.error.issues.some((issue) => issue.path[0] === name)
      ? t(name === 'bedClass' ? 'field.needed' : 'field.notValid')
      : undefined
  const submit = async () => {
    setTried(true)
    if (!parsed.success) return
    const settled = await send({
      endpoint: bedEndpoints.reportCapacity,
      input: { params: { id: hospitalId }, body: parsed.data },
      label: { key: 'outbox.label.capacity' },
    })
    if (!settled.ok) return
    draft.clear()
    setTried(false)
  }
  return (
    <Card title={t('capacity.title')}>
      <CapacityTable reports={reports} />
      <details className="more">
        <summary>{t('capacity.report')}</summary>
        <Form onSubmit={submit}>
          <p className="quiet">{t('capacity.explain')}</p>
          <SelectField
            name="bedClass"
            label={t('request.bedClass')}
            options={options.bedClass(t)}
            none={t('common.choose')}
            value={typed.bedClass}
            onChange={(bedClass) => draft.set({ bedClass })}
            error={errorOf('bedClass')}
            required
          />
          <div className="form-grid">
            {NUMBERS.map((name) => (
              <TextField
                key={name}
                name={name}
                label={t(`capacity.${name}`)}
                value={typed[name]}
                onChange={(value) => draft.set({ [name]: value })}
                error={errorOf(name)}
                maxLength={6}
              />
            ))}
          </div>
          <div className="form-foot">
            <Button type="submit" look="primary" disabled={busy}>
              {t('capacity.send')}
            </Button>
            <ActState item={item} />
          </div>
        </Form>
      </details>
    </Card>
  )
}

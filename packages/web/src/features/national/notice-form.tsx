import { NOTICE_WEIGHTS, type NoticeInput, type NoticeView, nationEndpoints } from '@dure/contract'
import { type FormEvent, type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { useDraft } from '../../offline/draft.ts'
import { useAct } from '../../offline/use-outbox.ts'
import { ActState } from '../../ui/act-state.tsx'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextArea, TextField } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { serverNow } from '../../ui/time.tsx'
import { Weight } from './notice-parts.tsx'

type Weighty = NoticeView['weight']
const HOURS = ['1', '6', '24', '72'] as const

interface Typed {
  readonly weight: Weighty
  readonly title: string
  readonly body: string
  readonly titleEn: string
  readonly bodyEn: string
  readonly hours: (typeof HOURS)[number] | ''
}

const begin = (replaced: NoticeView | null): Typed => ({
  weight: replaced?.weight ?? 'warning',
  title: replaced?.title ?? '',
  body: replaced?.body ?? '',
  titleEn: replaced?.titleEn ?? '',
  bodyEn: replaced?.bodyEn ?? '',
  hours: '24',
})

const toInput = (typed: Typed, replaced: NoticeView | null): NoticeInput => ({
  weight: typed.weight,
  title: typed.title.trim(),
  body: typed.body.trim(),
  titleEn: typed.titleEn.trim() || null,
  bodyEn: typed.bodyEn.trim() || null,
  validUntil: typed.hours === '' ? null : new Date(serverNow() + Number(typed.hours) * 3_600_000).toISOString(),
  replaces: replaced?.id ?? null,
})

type Fault = 'title' | 'body' | 'english'
const faultOf = (typed: Typed): Fault | null => {
  if (typed.title.trim() === '') return 'title'
  if (typed.body.trim() === '') return 'body'
  return (typed.titleEn.trim() === '') === (typed.bodyEn.trim() === '') ? null : 'english'
}

/** Two steps: write, then see it as every desk of the nation will. What is typed stays on the device until it is published. */
export const NoticeForm = (props: { personId: string; replaced: NoticeView | null; onDone: () => void }) => {
  const { personId, replaced, onDone } = props
  const { t } = useTranslation()
  const form = `notice-${replaced?.id ?? 'new'}`
  const empty = useMemo(() => begin(replaced), [replaced])
  const draft = useDraft<Typed>({ personId, form }, empty)
  const typed = draft.value
  const [shown, setShown] = useState(false)
  const [fault, setFault] = useState<Fault | null>(null)
  const { item, send, busy } = useAct(draft.intent)
  const { set } = draft
  const preview = (event: FormEvent) => {
    event.preventDefault()
    const found = faultOf(typed)
    setFault(found)
    setShown(found === null)
  }
  const publish = async () => {
    const input = { body: toInput(typed, replaced) }
    const settled = await send<typeof nationEndpoints.publishNotice>({
      endpoint: nationEndpoints.publishNotice,
      input,
      label: { key: 'outbox.label.noticePublish' },
    })
    if (!settled.ok) {
      draft.renew()
      return
    }
    draft.clear()
    setShown(false)
    onDone()
  }
  return (
    <Card title={t(replaced === null ? 'notices.new' : 'notices.newInPlace', { title: replaced?.title })}>
      {shown ? (
        <Preview typed={typed}>
          <Button look="primary" aria-busy={busy} onClick={() => void publish()}>
            {t('notices.publish')}
          </Button>
          <Button onClick={() => setShown(false)}>{t('notices.back')}</Button>
          <ActState item={item} />
        </Preview>
      ) : (
        <form onSubmit={preview} className="notice-form" noValidate>
          <Fields typed={typed} set={set} fault={fault} />
          <p className="control-acts">
            <Button type="submit" look="primary">
              {t('notices.preview')}
            </Button>
            {replaced === null ? null : <Button onClick={onDone}>{t('notices.cancel')}</Button>}
          </p>
        </form>
      )}
    </Card>
  )
}

const Fields = (props: { typed: Typed; set: (part: Partial<Typed>) => void; fault: Fault | null }) => {
  const { typed, set, fault } = props
  const { t } = useTranslation()
  const english = fault === 'english' ? t('notices.englishWhole') : undefined
  return (
    <>
      <div className="notice-form-row">
        <SelectField<Weighty>
          name="weight"
          label={t('notices.weightLabel')}
          value={typed.weight}
          onChange={(weight) => set({ weight: weight === '' ? 'info' : weight })}
          options={NOTICE_WEIGHTS.map((value) => ({ value, label: t(`notices.weight.${value}`) }))}
        />
        <SelectField
          name="hours"
          label={t('notices.until')}
          value={typed.hours}
          onChange={(hours) => set({ hours })}
          none={t('notices.noEnd')}
          options={HOURS.map((value) => ({ value, label: t('notices.hours', { count: Number(value) }) }))}
        />
      </div>
      <TextField
        name="title"
        label={t('notices.titleKo')}
        required
        maxLength={120}
        value={typed.title}
        onChange={(title) => set({ title })}
        error={fault === 'title' ? t('notices.titleMissing') : undefined}
      />
      <TextArea
        name="body"
        label={t('notices.bodyKo')}
        required
        rows={4}
        maxLength={4_000}
        value={typed.body}
        onChange={(body) => set({ body })}
        error={fault === 'body' ? t('notices.bodyMissing') : undefined}
      />
      <TextField
        name="titleEn"
        label={t('notices.titleEn')}
        maxLength={120}
        value={typed.titleEn}
        onChange={(titleEn) => set({ titleEn })}
        error={english}
      />
      <TextArea
        name="bodyEn"
        label={t('notices.bodyEn')}
        rows={3}
        maxLength={4_000}
        value={typed.bodyEn}
        onChange={(bodyEn) => set({ bodyEn })}
      />
    </>
  )
}

const Preview = ({ typed, children }: { typed: Typed; children: ReactNode }) => {
  const { t } = useTranslation()
  const both = typed.titleEn.trim() !== ''
  return (
    <section className="notice-preview" aria-label={t('notices.previewOf')}>
      <p className="quiet">{t('notices.previewOf')}</p>
      <p>
        <Weight weight={typed.weight} />
      </p>
      <div lang="ko">
        <strong>{typed.title}</strong>
        <p className="notice-text">{typed.body}</p>
      </div>
      {both ? (
        <div lang="en">
          <strong>{typed.titleEn}</strong>
          <p className="notice-text">{typed.bodyEn}</p>
        </div>
      ) : (
        <p className="quiet">{t('notices.koreanOnly')}</p>
      )}
      <p className="quiet" lang={currentLanguage()}>
        {typed.hours === ''
          ? t('notices.noEnd')
          : `${t('notices.until')} ${t('notices.hours', { count: Number(typed.hours) })}`}
      </p>
      <p className="control-acts">{children}</p>
    </section>
  )
}

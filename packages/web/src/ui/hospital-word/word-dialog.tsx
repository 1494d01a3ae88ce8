import {
  BED_CLASSES,
  CAPABILITIES,
  type CAPABILITY_ANSWERS,
  facilityEndpoints,
  type InputOf,
  STOP_REASONS,
} from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAct } from '../../offline/use-outbox.ts'
import { ActState } from '../act-state.tsx'
import { Button } from '../button.tsx'
import { ChoiceChips, MultiChips } from '../chips.tsx'
import { Dialog } from '../dialog.tsx'
import { SelectField, TextField } from '../field.tsx'
import { Form } from '../form.tsx'
import { serverNow } from '../time.tsx'
import { UNTIL_CHOICES, type UntilChoice, untilOf } from './until.ts'

type Statement = InputOf<typeof facilityEndpoints.stateHospital>['body']['statement']

/** What is being said; `fixed` needs nothing more but, for a desk, whom it heard. */
export type Saying =
  | { readonly kind: 'stop' }
  | { readonly kind: 'capability' }
  | { readonly kind: 'fixed'; readonly statement: Statement; readonly title: string }

interface Typed {
  readonly classes: readonly (typeof BED_CLASSES)[number][]
  readonly reason: (typeof STOP_REASONS)[number] | null
  readonly code: (typeof CAPABILITIES)[number] | ''
  readonly answer: (typeof CAPABILITY_ANSWERS)[number]
  readonly until: UntilChoice
  readonly untilTyped: string
  readonly note: string
  readonly heardFrom: string
}
const EMPTY: Typed = {
  classes: [],
  reason: null,
  code: '',
  answer: 'no',
  until: 'morning',
  untilTyped: '',
  note: '',
  heardFrom: '',
}

/** undefined = something is still missing. */
const statementOf = (saying: Saying, typed: Typed): Statement | undefined => {
  if (saying.kind === 'fixed') return saying.statement
  const until = untilOf(typed.until, typed.untilTyped, serverNow())
  const note = typed.note.trim() === '' ? {} : { note: typed.note.trim() }
  if (until === undefined) return undefined
  if (saying.kind === 'capability')
    return typed.code === '' ? undefined : { say: 'capability', code: typed.code, answer: typed.answer, until, ...note }
  const bedClasses = typed.classes.length === 0 ? null : [...typed.classes]
  return typed.reason === null ? undefined : { say: 'stop', bedClasses, reason: typed.reason, until, ...note }
}

export const WordDialog = (props: { hospitalId: string; saying: Saying; heard: boolean; onClose: () => void }) => {
  const { t } = useTranslation()
  const { hospitalId, saying, heard } = props
  const { item, send, busy } = useAct(`word:${hospitalId}:${saying.kind}`)
  const [typed, setTyped] = useState<Typed>(EMPTY)
  const [tried, setTried] = useState(false)
  const set = (change: Partial<Typed>) => setTyped({ ...typed, ...change })
  const needed = (missing: boolean) => (tried && missing ? t('field.needed') : undefined)
  const title = saying.kind === 'fixed' ? saying.title : t(`word.${saying.kind}`)
  const submit = async () => {
    setTried(true)
    const statement = statementOf(saying, typed)
    const heardFrom = typed.heardFrom.trim()
    if (statement === undefined || (heard && heardFrom === '')) return
    const settled = await send({
      endpoint: facilityEndpoints.stateHospital,
      input: {
        params: { id: hospitalId },
        body: { statement, ...(heard ? { channel: 'phone' as const, heardFrom } : {}) },
      },
      label: { key: 'outbox.label.word' },
    })
    if (settled.ok) props.onClose()
  }
  return (
    <Dialog title={title} open onClose={props.onClose}>
      <Form onSubmit={submit}>
        {saying.kind === 'stop' ? <StopFields typed={typed} set={set} needed={needed} /> : null}
        {saying.kind === 'capability' ? <AbilityFields typed={typed} set={set} needed={needed} /> : null}
        {saying.kind === 'fixed' ? null : <UntilFields typed={typed} set={set} needed={needed} />}
        {heard ? (
          <TextField
            name="heardFrom"
            label={t('channel.heardFrom')}
            hint={t('channel.heardFromHint')}
            value={typed.heardFrom}
            onChange={(heardFrom) => set({ heardFrom })}
            error={needed(typed.heardFrom.trim() === '')}
            maxLength={80}
            required
          />
        ) : null}
        <div className="form-foot">
          <Button type="submit" look={saying.kind === 'stop' ? 'danger' : 'primary'} disabled={busy}>
            {title}
          </Button>
          <ActState item={item} quietWhenAccepted />
        </div>
      </Form>
    </Dialog>
  )
}

interface PartProps {
  readonly typed: Typed
  readonly set: (change: Partial<Typed>) => void
  readonly needed: (missing: boolean) => string | undefined
}

const StopFields = ({ typed, set, needed }: PartProps) => {
  const { t } = useTranslation()
  return (
    <>
      <ChoiceChips
        name="reason"
        label={t('word.reason')}
        options={STOP_REASONS.map((value) => ({ value, label: t(`stopReason.${value}`) }))}
        value={typed.reason}
        onChange={(reason) => set({ reason })}
        error={needed(typed.reason === null)}
        required
      />
      <details className="more">
        <summary>
          {typed.classes.length === 0
            ? t('word.wholeOrClasses')
            : t('word.classesOnly', { count: typed.classes.length })}
        </summary>
        <MultiChips
          name="bedClasses"
          label={t('word.classes')}
          options={BED_CLASSES.map((value) => ({ value, label: t(`bedClass.${value}`) }))}
          value={typed.classes}
          onChange={(classes) => set({ classes })}
        />
      </details>
    </>
  )
}

const AbilityFields = ({ typed, set, needed }: PartProps) => {
  const { t } = useTranslation()
  return (
    <>
      <SelectField
        name="code"
        label={t('word.ability')}
        none={t('common.choose')}
        options={CAPABILITIES.map((value) => ({ value, label: t(`capability.${value}`) }))}
        value={typed.code}
        onChange={(code) => set({ code })}
        error={needed(typed.code === '')}
        required
      />
      <ChoiceChips
        name="answer"
        label={t('word.answer')}
        options={(['no', 'yes', 'unknown'] as const).map((value) => ({ value, label: t(`capabilityAnswer.${value}`) }))}
        value={typed.answer}
        onChange={(answer) => set({ answer })}
      />
    </>
  )
}

const UntilFields = ({ typed, set, needed }: PartProps) => {
  const { t } = useTranslation()
  return (
    <>
      <ChoiceChips
        name="until"
        label={t('word.untilWhen')}
        options={UNTIL_CHOICES.map((value) => ({ value, label: t(`word.untilChoice.${value}`) }))}
        value={typed.until}
        onChange={(until) => set({ until })}
      />
      {typed.until === 'other' ? (
        <TextField
          name="untilTyped"
          label={t('word.untilTyped')}
          type="datetime-local"
          value={typed.untilTyped}
          onChange={(untilTyped) => set({ untilTyped })}
          error={needed(untilOf('other', typed.untilTyped, 0) === undefined)}
        />
      ) : null}
      <TextField
        name="note"
        label={t('word.note')}
        value={typed.note}
        onChange={(note) => set({ note })}
        maxLength={300}
      />
    </>
  )
}

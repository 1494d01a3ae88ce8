import { type Problem, ROOM_LIMITS, roomEndpoints } from '@dure/contract'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../../i18n/index.ts'
import { call } from '../../../offline/api.ts'
import { useDraft } from '../../../offline/draft.ts'
import { Button } from '../../../ui/button.tsx'
import { problemTitle } from '../../../ui/problem.ts'

const EMPTY = { text: '' }

/** What a guest writes stays in the field until the server has it; its id makes a second press harmless. */
export const GuestField = ({ onSent }: { onSent: () => void }) => {
  const { t } = useTranslation()
  const draft = useDraft({ personId: 'guest', form: 'guest-room', sensitive: true }, EMPTY)
  const [state, setState] = useState<'idle' | 'going' | 'no-answer' | Problem>('idle')
  const text = draft.value.text.trim()
  const send = async () => {
    if (text === '' || state === 'going') return
    setState('going')
    const input = { body: { id: draft.intent, text } }
    const answer = await call(roomEndpoints.guestPost, input, { key: draft.intent }).catch(() => null)
    if (answer === null) return setState('no-answer')
    if (!answer.ok) {
      draft.renew()
      return setState(answer.error)
    }
    draft.clear()
    setState('idle')
    onSent()
  }
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {state === 'idle' || state === 'going' ? null : (
        <p className="field-error" role="alert">
          {state === 'no-answer' ? t('rooms.guestPage.notSent') : problemTitle(state, currentLanguage())}
        </p>
      )}
      <div className="composer-row">
        <div className="mention-field">
          <textarea
            className="input"
            name="message"
            rows={Math.min(6, draft.value.text.split('\n').length)}
            maxLength={ROOM_LIMITS.textChars}
            aria-label={t('rooms.composer.label')}
            placeholder={t('rooms.composer.placeholder')}
            value={draft.value.text}
            onChange={(event) => draft.set({ text: event.target.value })}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
              event.preventDefault()
              void send()
            }}
          />
        </div>
        <Button type="submit" look="primary" disabled={text === '' || state === 'going'}>
          {t('rooms.composer.send')}
        </Button>
      </div>
    </form>
  )
}

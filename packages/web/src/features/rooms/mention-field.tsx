import { ROOM_LIMITS } from '@dure/contract'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Mentionable, mentionAt, suggestionsFor, withMention } from './mentions.ts'

interface MentionFieldProps {
  readonly text: string
  readonly mentionables: readonly Mentionable[]
  readonly onText: (text: string) => void
  readonly onChoose: (one: Mentionable, text: string) => void
  readonly onSend: () => void
  readonly onEscape: () => void
  readonly onFiles: (files: readonly File[]) => void
}

/**
 * The field that is written in. Enter sends, Shift+Enter starts a line; while names are suggested, arrows choose, Enter or Tab takes
 * and Escape puts them away. A Korean syllable that is still being put together is never cut.
 */
export const MentionField = (props: MentionFieldProps) => {
  const { t } = useTranslation()
  const list = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const [caret, setCaret] = useState(0)
  const [picked, setPicked] = useState(0)
  const [away, setAway] = useState(false)
  const asked = away ? null : mentionAt(props.text, caret)
  const found = asked === null ? [] : suggestionsFor(props.mentionables, asked.word)
  const current = found[Math.min(picked, found.length - 1)]

  const take = (one: Mentionable) => {
    if (asked === null) return
    const next = withMention(props.text, asked.start, caret, one)
    props.onChoose(one, next.text)
    setCaret(next.caret)
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(next.caret, next.caret)
    })
  }
  const keyed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (current !== undefined && step !== 0) {
      event.preventDefault()
      setPicked((Math.min(picked, found.length - 1) + step + found.length) % found.length)
    } else if (current !== undefined && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault()
      take(current)
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      props.onSend()
    } else if (event.key === 'Escape') {
      if (current === undefined) props.onEscape()
      else setAway(true)
    }
  }

  return (
    <div className="mention-field">
      <textarea
        ref={field}
        className="input"
        name="message"
        rows={Math.min(6, props.text.split('\n').length)}
        maxLength={ROOM_LIMITS.textChars}
        value={props.text}
        placeholder={t('rooms.composer.placeholder')}
        aria-label={t('rooms.composer.label')}
        aria-autocomplete="list"
        aria-controls={found.length > 0 ? list : undefined}
        aria-activedescendant={current === undefined ? undefined : `${list}-${found.indexOf(current)}`}
        onChange={(event) => {
          props.onText(event.target.value)
          setCaret(event.target.selectionStart)
          setPicked(0)
          setAway(false)
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={keyed}
        onPaste={(event) => {
          const files = [...event.clipboardData.files]
          if (files.length === 0) return
          event.preventDefault()
          props.onFiles(files)
        }}
      />
      {found.length === 0 ? null : (
        <div className="suggestions" id={list} role="listbox" aria-label={t('rooms.composer.suggestions')}>
          {found.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus
            <div
              key={one.token}
              id={`${list}-${index}`}
              role="option"
              aria-selected={one === current}
              tabIndex={-1}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(one)}
            >
              <strong>{one.token}</strong> <span className="quiet">{one.place ?? ''}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}

import type { PartyView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useDeferredValue, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../app/session.ts'
import { Button } from '../../ui/button.tsx'
import { announce } from '../../ui/live.ts'
import { knownParties, partiesNamed, partyKey, partyName, partyPlace } from './party-words.ts'
import { partiesQuery } from './queries.ts'

interface PartyFieldProps {
  readonly chosen: readonly PartyView[]
  readonly onChange: (chosen: readonly PartyView[]) => void
  /** Already in the room: not offered again. */
  readonly without?: readonly PartyView[]
}

/**
 * Choosing people, hospitals, desks and roles by typing a part of a name. Arrows choose, Enter takes, Escape puts the list away,
 * Backspace in the empty field takes the last one out. The list stays open when the field is left: what stands below must not move under a
 * finger that is about to press it.
 */
export const PartyField = ({ chosen, onChange, without = [] }: PartyFieldProps) => {
  const { t } = useTranslation()
  const field = useId()
  const [words, setWords] = useState('')
  const [open, setOpen] = useState(false)
  const [picked, setPicked] = useState(0)
  const found = useFound(words, [...chosen, ...without])
  const current = open ? found[Math.min(picked, found.length - 1)] : undefined

  const take = (one: PartyView) => {
    onChange([...chosen, one])
    setWords('')
    setPicked(0)
    announce(t('rooms.party.taken', { name: partyName(one, t) }))
  }
  const drop = (one: PartyView) => onChange(chosen.filter((other) => other !== one))
  const keyed = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const last = chosen.at(-1)
    if (step !== 0) {
      event.preventDefault()
      if (open && found.length > 0) setPicked((Math.min(picked, found.length - 1) + step + found.length) % found.length)
      setOpen(true)
    } else if (event.key === 'Enter' && current !== undefined) {
      event.preventDefault()
      take(current)
    } else if (event.key === 'Escape' && open) {
      event.stopPropagation()
      setOpen(false)
    } else if (event.key === 'Backspace' && words === '' && last !== undefined) drop(last)
  }

  return (
    <div className="field party-field" data-field="parties">
      <label className="field-label" htmlFor={field}>
        {t('rooms.party.label')}
      </label>
      <p className="field-hint" id={`${field}-hint`}>
        {t('rooms.party.hint')}
      </p>
      <PartyChips parties={chosen} onDrop={drop} />
      <div className="party-search">
        <input
          id={field}
          className="input"
          name="parties"
          role="combobox"
          autoComplete="off"
          maxLength={40}
          value={words}
          aria-describedby={`${field}-hint`}
          aria-autocomplete="list"
          aria-expanded={open && found.length > 0}
          aria-controls={`${field}-list`}
          aria-activedescendant={current === undefined ? undefined : `${field}-${found.indexOf(current)}`}
          onChange={(event) => {
            setWords(event.target.value)
            setPicked(0)
            setOpen(true)
          }}
          onFocus={() => setOpen(true)}
          onKeyDown={keyed}
        />
        <div
          className={open && found.length > 0 ? 'party-list' : 'party-list is-away'}
          id={`${field}-list`}
          role="listbox"
          aria-label={t('rooms.party.found')}
        >
          {open
            ? found.map((one, index) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus
                <div
                  key={partyKey(one.party)}
                  id={`${field}-${index}`}
                  role="option"
                  aria-selected={one === current}
                  tabIndex={-1}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => take(one)}
                >
                  <strong>{partyName(one, t)}</strong> <span className="quiet">{partyPlace(one, t)}</span>
                </div>
              ))
            : null}
        </div>
        {open && words.trim() !== '' && found.length === 0 ? <p className="quiet">{t('rooms.party.none')}</p> : null}
      </div>
    </div>
  )
}

/** Who was chosen, each with a way out. */
const PartyChips = (props: { parties: readonly PartyView[]; onDrop: (one: PartyView) => void }) => {
  const { t } = useTranslation()
  if (props.parties.length === 0) return null
  return (
    <ul className="party-chips" aria-label={t('rooms.party.chosen')}>
      {props.parties.map((one) => (
        <li key={partyKey(one.party)}>
          <span>{partyName(one, t)}</span>
          <Button
            look="quiet"
            size="small"
            aria-label={t('rooms.party.drop', { name: partyName(one, t) })}
            onClick={() => props.onDrop(one)}
          >
            {t('rooms.files.remove')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

/** Desks and roles by their words on this screen, people and hospitals by asking the cell. */
const useFound = (typed: string, taken: readonly PartyView[]): readonly PartyView[] => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const words = useDeferredValue(typed.trim())
  const { data } = useQuery({ ...partiesQuery(words), enabled: words !== '', placeholderData: (before) => before })
  const named = partiesNamed(knownParties(me.cell.region), words, t)
  const asked = words === '' ? [] : (data?.parties ?? [])
  const out = new Set([...taken.map(({ party }) => partyKey(party)), `person:${me.id}`])
  return [...asked, ...named].filter(({ party }) => !out.has(partyKey(party)))
}

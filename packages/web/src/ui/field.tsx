import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import { RequiredMark } from './chips.tsx'

interface FieldProps {
  readonly label: string
  /** Name of the input member; refusals that point at it are shown here. */
  readonly name: string
  readonly hint?: string | undefined
  readonly error?: string | undefined
  readonly required?: boolean
}

const Field = (props: FieldProps & { id: string; children: ReactNode }) => (
  <div className={`field ${props.error === undefined ? '' : 'is-invalid'}`} data-field={props.name}>
    <label className="field-label" htmlFor={props.id}>
      {props.label}
      {props.required === true ? <RequiredMark /> : null}
    </label>
    {props.hint === undefined ? null : (
      <p className="field-hint" id={`${props.id}-hint`}>
        {props.hint}
      </p>
    )}
    {props.children}
    {props.error === undefined ? null : (
      <p className="field-error" id={`${props.id}-error`}>
        {props.error}
      </p>
    )}
  </div>
)

const described = (id: string, props: FieldProps) =>
  [props.hint === undefined ? '' : `${id}-hint`, props.error === undefined ? '' : `${id}-error`].join(' ').trim() ||
  undefined

type InputProps = FieldProps & {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly unit?: string
} & Pick<
    InputHTMLAttributes<HTMLInputElement>,
    'type' | 'inputMode' | 'autoComplete' | 'maxLength' | 'placeholder' | 'min' | 'max' | 'step'
  >

export const TextField = ({
  label,
  name,
  hint,
  error,
  required = false,
  value,
  onChange,
  unit,
  ...rest
}: InputProps) => {
  const id = useId()
  const field = { label, name, hint, error, required }
  return (
    <Field id={id} {...field}>
      <span className="input-row">
        <input
          id={id}
          className="input"
          name={name}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={error !== undefined}
          aria-describedby={described(id, field)}
          aria-required={required}
          autoComplete="off"
          {...rest}
        />
        {unit === undefined ? null : <span className="input-unit">{unit}</span>}
      </span>
    </Field>
  )
}

export const TextArea = (
  props: FieldProps & { value: string; onChange: (value: string) => void; rows?: number; maxLength?: number },
) => {
  const id = useId()
  return (
    <Field id={id} {...props}>
      <textarea
        id={id}
        className="input"
        name={props.name}
        rows={props.rows ?? 3}
        maxLength={props.maxLength}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        aria-invalid={props.error !== undefined}
        aria-describedby={described(id, props)}
        aria-required={props.required ?? false}
      />
    </Field>
  )
}

export const SelectField = <T extends string>(
  props: FieldProps & {
    value: T | ''
    onChange: (value: T | '') => void
    options: readonly { value: T; label: string }[]
    none?: string
  },
) => {
  const id = useId()
  return (
    <Field id={id} {...props}>
      <select
        id={id}
        className="input"
        name={props.name}
        value={props.value}
        onChange={(event) => props.onChange(props.options.find((one) => one.value === event.target.value)?.value ?? '')}
        aria-invalid={props.error !== undefined}
        aria-describedby={described(id, props)}
        aria-required={props.required ?? false}
      >
        {props.none === undefined ? null : <option value="">{props.none}</option>}
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  )
}

import { Checkbox, CheckboxGroup, FieldError, Label, Radio, RadioGroup } from 'react-aria-components'

export interface ChipOption<T extends string> {
  readonly value: T
  readonly label: string
}

interface ChipProps<T extends string> {
  readonly label: string
  readonly options: readonly ChipOption<T>[]
  readonly error?: string | undefined
  readonly required?: boolean
  readonly name: string
}

/** One of a few, all visible: one tap, or arrow keys. */
export const ChoiceChips = <T extends string>(
  props: ChipProps<T> & { value: T | null; onChange: (value: T) => void },
) => (
  <RadioGroup
    className="chips"
    data-field={props.name}
    value={props.value}
    onChange={(value) => {
      const option = props.options.find((one) => one.value === value)
      if (option !== undefined) props.onChange(option.value)
    }}
    isInvalid={props.error !== undefined}
    isRequired={props.required ?? false}
    validationBehavior="aria"
  >
    <Label className="field-label">
      {props.label}
      {props.required === true ? <RequiredMark /> : null}
    </Label>
    <div className="chips-row">
      {props.options.map((option) => (
        <Radio key={option.value} value={option.value} className="chip">
          <span className="chip-mark" aria-hidden="true" />
          {option.label}
        </Radio>
      ))}
    </div>
    <FieldError className="field-error">{props.error}</FieldError>
  </RadioGroup>
)

/** Any of some. */
export const MultiChips = <T extends string>(
  props: ChipProps<T> & { value: readonly T[]; onChange: (value: T[]) => void },
) => (
  <CheckboxGroup
    className="chips"
    data-field={props.name}
    value={[...props.value]}
    onChange={(values) =>
      props.onChange(props.options.map((option) => option.value).filter((value) => values.includes(value)))
    }
  >
    <Label className="field-label">{props.label}</Label>
    <div className="chips-row">
      {props.options.map((option) => (
        <Checkbox key={option.value} value={option.value} className="chip">
          <span className="chip-mark" aria-hidden="true" />
          {option.label}
        </Checkbox>
      ))}
    </div>
  </CheckboxGroup>
)

export const RequiredMark = () => (
  <span className="required-mark" aria-hidden="true">
    *
  </span>
)

import type { Channel } from '@dure/contract'
import { useTranslation } from 'react-i18next'
import { ChoiceChips } from '../../../ui/chips.tsx'
import { TextField } from '../../../ui/field.tsx'

export interface Heard {
  readonly channel: Channel
  readonly heardFrom: string
}

/** A call or a text message typed in by the desk is the same act, and says who said it. */
export const ChannelFields = (props: {
  value: Heard
  onChange: (change: Partial<Heard>) => void
  error?: string | undefined
}) => {
  const { t } = useTranslation()
  return (
    <div className="channel-fields">
      <ChoiceChips
        name="channel"
        label={t('channel.question')}
        options={(['web', 'phone', 'sms'] as const).map((value) => ({ value, label: t(`channel.${value}`) }))}
        value={props.value.channel === 'phone' || props.value.channel === 'sms' ? props.value.channel : 'web'}
        onChange={(channel) => props.onChange({ channel })}
      />
      {props.value.channel === 'web' ? null : (
        <TextField
          name="heardFrom"
          label={t('channel.heardFrom')}
          hint={t('channel.heardFromHint')}
          value={props.value.heardFrom}
          onChange={(heardFrom) => props.onChange({ heardFrom })}
          error={props.error}
          maxLength={80}
          required
        />
      )}
    </div>
  )
}

/** The members of a body that say through which channel it came. */
export const heardBody = ({ channel, heardFrom }: Heard) =>
  channel === 'web' || heardFrom.trim() === '' ? { channel } : { channel, heardFrom: heardFrom.trim() }

import { type MessageView, QUICK_REPLIES } from '@dure/contract'
import i18next, { type TFunction } from 'i18next'
import { currentLanguage } from '../../i18n/index.ts'

/** The words of a quick reply; a code newer than this screen is shown as it is. */
export const quickWords = (code: string): string => {
  const found = Object.entries(QUICK_REPLIES).find(([name]) => name === code)
  return found === undefined ? code : found[1][currentLanguage()]
}

/** What a message says, as one plain text. */
export const bodyInWords = (body: MessageView['body'], t: TFunction): string => {
  switch (body.kind) {
    case 'text':
      return body.text
    case 'quick':
      return quickWords(body.reply)
    case 'files':
      return [body.text, t('rooms.message.files', { count: body.files.length })].filter((one) => one !== null).join(' ')
    case 'line':
      return lineInWords(body.line, body.data, t)
  }
}

const text = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(text).filter(Boolean).join(', ')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** What the program says in a room. */
export const lineInWords = (line: string, data: Readonly<Record<string, unknown>>, t: TFunction): string => {
  const known = `rooms.line.${line.replaceAll('-', '_')}`
  const key = line === 'room-opened' && text(data.purpose) !== '' ? 'rooms.line.room_opened_for' : known
  if (!i18next.exists(key)) return line
  const rungKey = `rooms.rung.${text(data.rung)}`
  const say = t as unknown as (key: string, values?: Readonly<Record<string, string>>) => string
  return say(key, {
    by: text(data.by),
    name: text(data.name),
    forName: text(data.forName),
    to: text(data.to),
    purpose: text(data.purpose),
    came: text(data.came),
    left: text(data.left),
    rung: i18next.exists(rungKey) ? say(rungKey) : text(data.rung),
  })
}

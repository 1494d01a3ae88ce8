import type { InboundView, TextState, TextView } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Card } from '../../ui/page.tsx'
import { ScrollTable } from '../../ui/scroll-table.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { textsQuery } from './queries.ts'

const LOOK: Record<TextState, { readonly shape: ShapeName; readonly tone: Tone }> = {
  queued: { shape: 'ring', tone: 'quiet' },
  handed_over: { shape: 'half', tone: 'information' },
  accepted: { shape: 'half', tone: 'information' },
  delivered: { shape: 'circle', tone: 'success' },
  failed: { shape: 'cross', tone: 'danger' },
  unknown: { shape: 'triangle', tone: 'warning' },
}

/** Texts out and in, in one list by time, each with how far it got. */
export const Texts = () => {
  const { t } = useTranslation()
  const query = useQuery(textsQuery)
  return (
    <Card title={t('channels.texts')}>
      <Read query={query}>
        {(texts) =>
          texts.out.length + texts.in.length === 0 ? (
            <Empty title={t('channels.noTexts')} />
          ) : (
            <ScrollTable label={t('channels.texts')}>
              <table className="texts">
                <thead>
                  <tr>
                    <th scope="col">{t('channels.at')}</th>
                    <th scope="col">{t('channels.who')}</th>
                    <th scope="col">{t('channels.text')}</th>
                    <th scope="col">{t('channels.state')}</th>
                  </tr>
                </thead>
                <tbody>
                  {linesOf(texts).map((line) => (
                    <tr key={line.id}>
                      <td>
                        <Clock at={line.at} seconds />
                      </td>
                      <td className="tel">
                        {t(line.state === null ? 'channels.from' : 'channels.to', { phone: line.phone })}
                      </td>
                      <td>{line.text}</td>
                      <td>
                        {line.state === null ? (
                          t(`inboundOutcome.${line.outcome}`)
                        ) : (
                          <Status {...LOOK[line.state]}>
                            {t(`textState.${line.state}`)}
                            {line.carrier === null ? '' : ` (${line.carrier})`}
                          </Status>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollTable>
          )
        }
      </Read>
    </Card>
  )
}

type Line = { readonly id: string; readonly at: string; readonly phone: string; readonly text: string } & (
  | { readonly state: TextState; readonly carrier: string | null }
  | { readonly state: null; readonly outcome: InboundView['outcome'] }
)

const linesOf = (texts: {
  readonly out: readonly TextView[]
  readonly in: readonly InboundView[]
}): readonly Line[] => {
  const out = texts.out.map(({ id, createdAt, to, text, state, carrier }): Line => {
    return { id, at: createdAt, phone: to, text, state, carrier }
  })
  const back = texts.in.map(
    ({ id, at, from, text, outcome }): Line => ({ id, at, phone: from, text, state: null, outcome }),
  )
  return [...out, ...back].sort((a, b) => (a.at < b.at ? 1 : -1))
}

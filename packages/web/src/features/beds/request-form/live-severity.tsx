import { bedEndpoints, vitals as vitalsShape } from '@dure/contract'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { read } from '../../../offline/api.ts'
import { SeverityView } from '../shared/severity-view.tsx'
import { type TypedRequest, vitalsOf } from './typed.ts'

const WAIT_MS = 400

const useSettled = (text: string): string => {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), WAIT_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

/** The score for what has been typed so far, while it is being typed. A suggestion: the doctor's own class stands above it. */
export const LiveSeverity = ({ value }: { value: TypedRequest }) => {
  const { t } = useTranslation()
  const parsed = vitalsShape.safeParse(vitalsOf(value))
  const age =
    /^\d{1,3}$/.test(value.ageYears) && Number(value.ageYears) <= 130 ? { ageYears: Number(value.ageYears) } : {}
  const body = { vitals: parsed.success ? parsed.data : {}, oxygen: value.oxygen ?? ('room_air' as const), ...age }
  const settled = useSettled(JSON.stringify(body))
  const enough = parsed.success && Object.keys(parsed.data).length > 0
  const query = useQuery({
    queryKey: ['severity', settled],
    queryFn: ({ signal }) => read(bedEndpoints.suggestSeverity, { body: JSON.parse(settled) as typeof body }, signal),
    enabled: enough,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  return (
    <div className="live-severity" aria-live="polite">
      {!enough ? (
        <p className="quiet">{t('severity.typeVitals')}</p>
      ) : query.data === undefined ? (
        <p className="quiet">{t(query.isError ? 'severity.noAnswer' : 'severity.counting')}</p>
      ) : (
        <SeverityView severity={query.data} />
      )}
    </div>
  )
}

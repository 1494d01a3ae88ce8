import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { formatMinutes } from '../../ui/format.ts'
import { sourcesQuery } from './queries.ts'
import { nameOf } from './source-words.ts'

/** The national cell asks for every province: a network that is gone must not fill the page. */
const NAMED = 3

/** Above figures that come from outside: a source that has fallen silent is named, with the age of what it last said. */
export const SilentSources = () => {
  const { t } = useTranslation()
  const silent = (useQuery(sourcesQuery).data?.sources ?? []).filter((source) => source.silent)
  if (silent.length === 0) return null
  return (
    <div className="stale-note" role="note">
      {silent.slice(0, NAMED).map((source) => (
        <p key={source.key}>
          {source.ageMin === null
            ? t('sources.neverNote', { name: nameOf(t, source) })
            : t('sources.silentNote', {
                name: nameOf(t, source),
                span: formatMinutes(source.ageMin, currentLanguage()),
              })}
        </p>
      ))}
      {silent.length > NAMED ? (
        <p>
          <Link to="/sources">{t('sources.moreSilent', { number: silent.length - NAMED })}</Link>
        </p>
      ) : null}
    </div>
  )
}

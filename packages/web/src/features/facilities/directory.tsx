import { BED_CLASSES, CAPABILITIES, HOSPITAL_KINDS, type HospitalRow, SIDO_CODES } from '@dure/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { useSignedIn } from '../../app/session.ts'
import { currentLanguage } from '../../i18n/index.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { formatNumber } from '../../ui/format.ts'
import { StopTags } from '../../ui/hospital-word/stops.tsx'
import { PageTitle } from '../../ui/page.tsx'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { Ago } from '../../ui/time.tsx'
import { hospitalsQuery } from './queries.ts'
import { SilentSources } from './silent-sources.tsx'

/** Find a hospital by name, place, ability or kind of bed. */
export const DirectoryPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const [q, setQ] = useState('')
  const [sido, setSido] = useState<(typeof SIDO_CODES)[number] | ''>(
    SIDO_CODES.find((code) => code === me.cell.region) ?? '',
  )
  const [kind, setKind] = useState<(typeof HOSPITAL_KINDS)[number] | ''>('')
  const [capability, setCapability] = useState<(typeof CAPABILITIES)[number] | ''>('')
  const [bedClass, setBedClass] = useState<(typeof BED_CLASSES)[number] | ''>('')
  const filter = useDeferredValue({
    ...(q.trim() === '' ? {} : { q: q.trim() }),
    ...(sido === '' ? {} : { sido }),
    ...(kind === '' ? {} : { kind }),
    ...(capability === '' ? {} : { capability }),
    ...(bedClass === '' ? {} : { bedClass }),
  })
  return (
    <div className="page">
      <div className="desk-head">
        <PageTitle>{t('directory.title')}</PageTitle>
        <Link to="/sources" className="button look-secondary size-small">
          {t('sources.title')}
        </Link>
      </div>
      <StaleNote />
      <SilentSources />
      <search className="filters">
        <TextField name="q" label={t('directory.search')} type="search" value={q} onChange={setQ} maxLength={60} />
        <SelectField
          name="sido"
          label={t('directory.sido')}
          none={t('common.all')}
          value={sido}
          onChange={setSido}
          options={SIDO_CODES.map((value) => ({ value, label: t(`sido.${value}`) }))}
        />
        <SelectField
          name="kind"
          label={t('directory.kind')}
          none={t('common.all')}
          value={kind}
          onChange={setKind}
          options={HOSPITAL_KINDS.map((value) => ({ value, label: t(`hospitalKind.${value}`) }))}
        />
        <SelectField
          name="capability"
          label={t('directory.capability')}
          none={t('common.all')}
          value={capability}
          onChange={setCapability}
          options={CAPABILITIES.map((value) => ({ value, label: t(`capability.${value}`) }))}
        />
        <SelectField
          name="bedClass"
          label={t('directory.bedClass')}
          none={t('common.all')}
          value={bedClass}
          onChange={setBedClass}
          options={BED_CLASSES.map((value) => ({ value, label: t(`bedClass.${value}`) }))}
        />
      </search>
      <Found filter={filter} />
    </div>
  )
}

const Found = ({ filter }: { filter: Parameters<typeof hospitalsQuery>[0] }) => {
  const { t } = useTranslation()
  const query = useInfiniteQuery(hospitalsQuery(filter))
  if (query.data === undefined)
    return query.isError ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : <Loading />
  const hospitals = query.data.pages.flatMap((page) => page.hospitals)
  if (hospitals.length === 0) return <Empty title={t('directory.empty')}>{t('directory.emptyNext')}</Empty>
  return (
    <>
      <p className="quiet" role="status">
        {t(query.hasNextPage ? 'directory.shownMore' : 'directory.shown', { count: hospitals.length })}
      </p>
      <ul className="hospital-list">
        {hospitals.map((one) => (
          <li key={one.id}>
            <HospitalLine hospital={one} />
          </li>
        ))}
      </ul>
      {query.hasNextPage ? (
        <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
          {t('directory.more')}
        </Button>
      ) : null}
    </>
  )
}

/** Of another region, as its own record told us. */
const Told = ({ told }: { told: NonNullable<HospitalRow['told']> }) => {
  const { t } = useTranslation()
  return (
    <>
      {t('directory.told', { region: t(`sido.${told.by as '28'}`) })} · <Ago at={told.at} />
    </>
  )
}

const HospitalLine = ({ hospital }: { hospital: HospitalRow }) => {
  const { t } = useTranslation()
  return (
    <div className="hospital-line">
      <span>
        <Link to="/hospitals/$id" params={{ id: hospital.id }} className="hospital-name">
          {hospital.name}
        </Link>{' '}
        <StopTags stops={hospital.stops} />
      </span>
      <span className="tag">{hospital.type === '' ? t(`hospitalKind.${hospital.kind}`) : hospital.type}</span>
      <span className="quiet hospital-address">
        {hospital.told === null ? hospital.address : <Told told={hospital.told} />}
      </span>
      <span className="hospital-phone">
        {hospital.phone === null ? null : <a href={`tel:${hospital.phone}`}>{hospital.phone}</a>}
      </span>
      <span className="quiet">
        {t('directory.licensed')}{' '}
        {hospital.licensedBeds === null ? t('common.notKnown') : formatNumber(hospital.licensedBeds, currentLanguage())}
      </span>
    </div>
  )
}

import type { HospitalView, Me } from '@dure/contract'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { hasRole, useSignedIn } from '../../app/session.ts'
import { Count } from '../../ui/count.tsx'
import { Facts } from '../../ui/facts.tsx'
import { OwnWord, type Speaking } from '../../ui/hospital-word/own-word.tsx'
import { hospitalQuery } from '../../ui/hospital-word/queries.ts'
import { Card, PageTitle } from '../../ui/page.tsx'
import { Read } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { BedFigures } from './bed-figures.tsx'
import { CapabilityList } from './capability-list.tsx'
import { SilentSources } from './silent-sources.tsx'

/** Everything known about one hospital, every figure with where it comes from and how old it is. */
export const HospitalPage = () => {
  const { t } = useTranslation()
  const { id } = useParams({ from: '/signed-in/hospitals/$id' })
  const query = useQuery(hospitalQuery(id))
  return (
    <div className="page">
      <Link to="/hospitals" className="button look-quiet size-small">
        ← {t('directory.title')}
      </Link>
      <PageTitle>{query.data?.name ?? t('directory.hospital')}</PageTitle>
      <StaleNote />
      <SilentSources />
      <Read query={query}>{(hospital) => <HospitalBody hospital={hospital} />}</Read>
    </div>
  )
}

const HospitalBody = ({ hospital }: { hospital: HospitalView }) => {
  const { t } = useTranslation()
  const me = useSignedIn()
  return (
    <>
      {hospital.state === 'open' ? null : <p className="warning-text">{t(`hospitalState.${hospital.state}`)}</p>}
      <div className="columns">
        <div className="column">
          <About hospital={hospital} />
          <Card title={t('hospital.capabilities')}>
            <CapabilityList capabilities={hospital.capabilities} />
          </Card>
        </div>
        <div className="column">
          <OwnWord hospitalId={hospital.id} speaking={speakingOf(me, hospital)} />
          <Card title={t('hospital.bedCounts')}>
            <BedFigures counts={hospital.bedCounts} />
          </Card>
        </div>
      </div>
    </>
  )
}

const About = ({ hospital }: { hospital: HospitalView }) => {
  const { t } = useTranslation()
  const phone = (number: string | null) => (number === null ? null : <a href={`tel:${number}`}>{number}</a>)
  const { told } = hospital
  return (
    <Card title={t('hospital.about')}>
      <Facts
        rows={[
          [t('directory.kind'), hospital.type === '' ? t(`hospitalKind.${hospital.kind}`) : hospital.type],
          [t('hospital.phone'), phone(hospital.phone)],
          [t('hospital.erPhone'), phone(hospital.erPhone)],
          [t('directory.licensed'), <Count key="beds" value={hospital.licensedBeds} />],
          // What another region's record does not carry is not shown as unknown: whoever asks there is told.
          ...(told === null
            ? ([
                [t('hospital.address'), hospital.address],
                [t('hospital.staff'), <Count key="staff" value={hospital.medicalStaff} />],
                [t('hospital.source'), t(`source.${hospital.source}`)],
                [t('hospital.sourceUpdated'), hospital.sourceUpdatedOn ?? t('common.notKnown')],
                [t('hospital.importedAt'), <Clock key="imported" at={hospital.importedAt} />],
              ] as const)
            : ([
                [t('hospital.source'), t('directory.told', { region: t(`sido.${told.by as '28'}`) })],
                [t('hospital.toldAt'), <Clock key="told" at={told.at} />],
              ] as const)),
        ]}
      />
      {hospital.departments.length === 0 ? null : (
        <p className="departments">
          {hospital.departments.map((one) => (
            <span key={one} className="tag">
              {one}
            </span>
          ))}
        </p>
      )}
    </Card>
  )
}

/** A hospital's desk speaks for its own hospital, the region's desk for what it heard. */
const speakingOf = (me: Me, { id, sidoCode }: HospitalView): Speaking => {
  if (hasRole(me, 'hospital_desk') && me.facilityId === id) return 'own'
  return hasRole(me, 'placement_desk') && me.cell.region === sidoCode ? 'heard' : 'read'
}

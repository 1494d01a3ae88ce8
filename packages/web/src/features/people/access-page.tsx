import { type AccessRow, signUpEndpoints as e } from '@dure/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSignedIn } from '../../app/session.ts'
import { read } from '../../offline/api.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { ScrollTable } from '../../ui/scroll-table.tsx'
import { Status } from '../../ui/shape.tsx'
import { Empty, Failed, Loading } from '../../ui/states.tsx'
import { Clock } from '../../ui/time.tsx'
import { PeopleNav } from './people-nav.tsx'

const NAMED = ['getRequest', 'timeline', 'editRequest', 'setIdentity', 'getIdentity'] as const

/** Who saw whom: rows that nobody can change, for those who have to look through them. */
export const AccessPage = () => {
  const { t } = useTranslation()
  const me = useSignedIn()
  const [asked, setAsked] = useState({ person: '', request: '' })
  return (
    <div className="page">
      <PageTitle>{t('people.access.title')}</PageTitle>
      <PeopleNav me={me} />
      <p className="lead">{t('people.access.lead')}</p>
      <Card>
        <Search onSearch={setAsked} />
        <Rows {...asked} />
      </Card>
    </div>
  )
}

const Search = ({ onSearch }: { onSearch: (asked: { person: string; request: string }) => void }) => {
  const { t } = useTranslation()
  const [person, setPerson] = useState('')
  const [request, setRequest] = useState('')
  return (
    <search>
      <form
        className="inline-form is-wrapping"
        onSubmit={(event) => {
          event.preventDefault()
          onSearch({ person: person.trim(), request: request.trim() })
        }}
      >
        <TextField
          name="person"
          label={t('people.access.person')}
          hint={t('people.access.personHint')}
          value={person}
          onChange={setPerson}
          maxLength={64}
        />
        <TextField
          name="request"
          label={t('people.access.request')}
          hint={t('people.access.requestHint')}
          value={request}
          onChange={setRequest}
          maxLength={64}
        />
        <Button type="submit" look="primary">
          {t('people.access.search')}
        </Button>
      </form>
    </search>
  )
}

const Rows = ({ person, request }: { person: string; request: string }) => {
  const { t } = useTranslation()
  const query = useInfiniteQuery({
    queryKey: ['people', 'access', person, request],
    queryFn: ({ signal, pageParam }) => {
      const about = { ...(person === '' ? {} : { person }), ...(request === '' ? {} : { request }) }
      return read(e.readAccessLog, { query: { ...about, ...(pageParam === '' ? {} : { before: pageParam }) } }, signal)
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  })
  if (query.data === undefined)
    return query.isError ? <Failed error={query.error} onRetry={() => void query.refetch()} /> : <Loading />
  const rows = query.data.pages.flatMap((page) => page.rows)
  if (rows.length === 0) return <Empty title={t('people.access.none')} />
  return (
    <>
      <ScrollTable label={t('people.access.title')}>
        <table className="table">
          <thead>
            <tr>
              {(['at', 'who', 'whom', 'what', 'outcome', 'where'] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`people.access.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.n} row={row} />
            ))}
          </tbody>
        </table>
      </ScrollTable>
      {query.hasNextPage ? (
        <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('people.access.more')}
        </Button>
      ) : null}
    </>
  )
}

const Row = ({ row }: { row: AccessRow }) => {
  const { t } = useTranslation()
  const route = NAMED.find((one) => one === row.route) ?? 'other'
  return (
    <tr>
      <td>
        <Clock at={row.at} seconds />
      </td>
      <td>
        <strong>{row.personName}</strong>
        <span className="quiet block">{row.facilityName ?? t('signIn.region')}</span>
      </td>
      <td>{row.requestCode ?? row.subject}</td>
      <td>
        {t(`people.route.${route}`)}
        {row.breakGlassId === null ? null : (
          <Status shape="triangle" tone="warning">
            {t('people.access.glass')}
          </Status>
        )}
      </td>
      <td>
        <Status
          shape={row.outcome === 'given' ? 'circle' : 'cross'}
          tone={row.outcome === 'given' ? 'success' : 'danger'}
        >
          {t(`people.access.${row.outcome}`)}
        </Status>
      </td>
      <td className="quiet">{row.address}</td>
    </tr>
  )
}

import { nationEndpoints, PACK_LIMIT_BYTES, type Packs, type PackView } from '@dure/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { StaleNote } from '../../app/connection-line.tsx'
import { hasRole, useMe } from '../../app/session.ts'
import { call, Refused } from '../../offline/api.ts'
import { Card, PageTitle } from '../../ui/page.tsx'
import { ScrollTable } from '../../ui/scroll-table.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Empty, Read } from '../../ui/states.tsx'
import { Ago, Clock } from '../../ui/time.tsx'
import { packsQuery } from './queries.ts'

const FRESHNESS: Record<PackView['freshness'], { shape: ShapeName; tone: Tone }> = {
  fresh: { shape: 'circle', tone: 'success' },
  ageing: { shape: 'half', tone: 'information' },
  old: { shape: 'triangle', tone: 'warning' },
  'clock-behind': { shape: 'dash', tone: 'warning' },
}

/** Which rules this cell holds and hands to doors and phones, how old they are, and what it refused. */
export const PacksPage = () => {
  const { t } = useTranslation()
  const me = useMe() ?? null
  const query = useQuery(packsQuery)
  return (
    <div className="page">
      <PageTitle>{t('packs.title')}</PageTitle>
      <StaleNote />
      <Read query={query}>
        {(packs) => (
          <>
            <p>{t('packs.explain')}</p>
            {packs.trusts ? null : <p className="warning-text">{t('packs.noRoots')}</p>}
            {packs.heardAt === null ? null : (
              <p className="quiet">
                {t('notices.heard')} <Ago at={packs.heardAt} />
              </p>
            )}
            {me !== null && me.cell.region === '00' && hasRole(me, 'national_desk', 'admin') ? <Publish /> : null}
            <Held packs={packs.packs} />
            <RefusedPacks packs={packs} />
          </>
        )}
      </Read>
    </div>
  )
}

const Held = ({ packs }: { packs: readonly PackView[] }) => {
  const { t } = useTranslation()
  if (packs.length === 0) return <Empty title={t('packs.none')} />
  return (
    <Card title={t('packs.held')}>
      <ScrollTable label={t('packs.held')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('packs.number')}</th>
              <th scope="col">{t('packs.rules')}</th>
              <th scope="col">{t('packs.issued')}</th>
              <th scope="col">{t('packs.content')}</th>
              <th scope="col">{t('packs.hash')}</th>
              <th scope="col">{t('packs.file')}</th>
            </tr>
          </thead>
          <tbody>
            {packs.map((pack, at) => (
              <tr key={pack.number} data-pack={pack.number}>
                <th scope="row">
                  {pack.number}{' '}
                  {at === 0 ? (
                    <Status {...FRESHNESS[pack.freshness]}>{t(`packs.freshness.${pack.freshness}`)}</Status>
                  ) : null}
                </th>
                <td>
                  <span lang="ko">{pack.ruleSet.title}</span>
                  <span className="block quiet">
                    {pack.ruleSet.id} {pack.ruleSet.version}
                  </span>
                </td>
                <td>
                  <Clock at={pack.issuedAt} />
                  <span className="block quiet">
                    <Ago at={pack.issuedAt} />
                  </span>
                </td>
                <td>
                  {t('packs.counts', {
                    issuers: pack.issuers,
                    lists: pack.revocationLists,
                    outages: pack.openOutages,
                  })}
                </td>
                <td>
                  <code title={pack.hash}>{pack.hash.slice(0, 16)}…</code>
                </td>
                <td>
                  <a href={`/packs/${pack.number}`} download={`dure-pack-${pack.number}.cbor`}>
                    {t('packs.download', { size: Math.ceil(pack.bytes / 1_024) })}
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollTable>
    </Card>
  )
}

const RefusedPacks = ({ packs }: { packs: Packs }) => {
  const { t } = useTranslation()
  if (packs.refusedCount === 0) return <p className="quiet">{t('packs.nothingRefused')}</p>
  return (
    <Card title={t('packs.refused', { count: packs.refusedCount })}>
      <ul className="control-done">
        {packs.refused.map((one) => (
          <li key={`${one.at}${one.sha256}${one.code}`}>
            <Status shape="cross" tone="danger">
              {t(`packs.why.${one.code as 'pack-older'}`, { defaultValue: one.code })}
            </Status>{' '}
            <span className="quiet">
              {one.number ?? '–'} · <Clock at={one.at} /> · <code>{one.sha256.slice(0, 16)}…</code>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** A pack is made and signed far from here; this page only hands it over. */
const Publish = () => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const publish = useMutation({
    networkMode: 'always',
    mutationFn: async (file: File) => {
      if (file.size > PACK_LIMIT_BYTES) throw new TooLarge()
      const bytes = new Uint8Array(await file.arrayBuffer())
      const answer = await call(nationEndpoints.publishPack, { body: { file: base64Url(bytes) } })
      if (!answer.ok) throw new Refused(answer.error)
      return answer.value
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: packsQuery.queryKey }),
  })
  const refused = publish.error instanceof Refused ? publish.error.problem.detail : null
  const tooLarge = t('packs.tooLarge', { size: PACK_LIMIT_BYTES / 1_048_576 })
  const why = publish.error instanceof TooLarge ? tooLarge : (refused ?? t('failed.noAnswer'))
  return (
    <Card title={t('packs.publish')}>
      <label className="field-label" htmlFor="pack-file">
        {t('packs.choose')}
      </label>
      <input
        id="pack-file"
        type="file"
        onChange={(event) => {
          const [file] = event.target.files ?? []
          if (file !== undefined) publish.mutate(file)
          event.target.value = ''
        }}
      />
      <p role="status">
        {publish.isPending ? t('national.control.working') : null}
        {publish.isSuccess ? t('packs.published', { number: publish.data.number }) : null}
        {publish.isError ? t('packs.notPublished', { why }) : null}
      </p>
    </Card>
  )
}

/** Refused before it is sent. */
class TooLarge extends Error {}

const base64Url = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

import { type ControlAct, type ControlCell, type ControlView, controlEndpoints } from '@dure/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Missing } from '../../app/missing.tsx'
import { call, Refused } from '../../offline/api.ts'
import { Button } from '../../ui/button.tsx'
import { Card, PageTitle } from '../../ui/page.tsx'
import { type ShapeName, Status, type Tone } from '../../ui/shape.tsx'
import { Read } from '../../ui/states.tsx'
import { Ago } from '../../ui/time.tsx'
import { useSidoNames } from './names.ts'
import { controlQuery } from './queries.ts'

const PROCESS_LOOKS: Record<ControlCell['process'], { shape: ShapeName; tone: Tone }> = {
  running: { shape: 'circle', tone: 'success' },
  starting: { shape: 'half', tone: 'warning' },
  stopped: { shape: 'cross', tone: 'danger' },
}

/** The demo's own page: what runs, what is cut, and buttons to change it. Elsewhere there is no such route. */
export const ControlPage = () => {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const control = useQuery(controlQuery)
  const act = useMutation({
    networkMode: 'always',
    mutationFn: async (body: ControlAct) => {
      const answer = await call(controlEndpoints.control, { body })
      if (!answer.ok) throw new Refused(answer.error)
      return answer.value
    },
    onSuccess: (view) => queries.setQueryData(controlQuery.queryKey, view),
  })
  if (control.error instanceof Refused && control.error.problem.code === 'not-found') return <Missing />
  const press = (body: ControlAct) => act.mutate(body)
  return (
    <div className="page">
      <PageTitle>{t('national.control.title')}</PageTitle>
      <p>{t('national.control.explain')}</p>
      <Read query={control}>
        {(view) => (
          <>
            <p className="control-bar">
              <Button look="primary" onClick={() => press({ act: 'heal_all' })}>
                {t('national.control.healAll')}
              </Button>
              <span role="status">{act.isPending ? t('national.control.working') : null}</span>
            </p>
            <div className="control-cells">
              {view.cells.map((cell) => (
                <CellCard key={cell.cell} cell={cell} press={press} />
              ))}
            </div>
            <div className="columns">
              <Links view={view} press={press} />
              <Done view={view} />
            </div>
          </>
        )}
      </Read>
    </div>
  )
}

type Press = (act: ControlAct) => void

const CellCard = ({ cell, press }: { cell: ControlCell; press: Press }) => {
  const { t } = useTranslation()
  const names = useSidoNames()
  const look = PROCESS_LOOKS[cell.process]
  const name = names([cell.cell])
  const away = cell.process !== 'running' || cell.sees.every(({ link }) => link !== 'connected')
  const neighbours = ['11', '28', '41'].filter((code) => code !== cell.cell)
  return (
    <Card
      title={`${name} ${cell.cell}`}
      aside={
        <span data-process={cell.process}>
          <Status shape={look.shape} tone={look.tone}>
            {t(`national.control.process.${cell.process}`)}
          </Status>
        </span>
      }
    >
      <p>
        <a href={cell.url}>{t('national.control.screens')}</a>
        {cell.state === null ? null : ` · ${t(`national.control.state.${cell.state}`)}`}
      </p>
      {cell.writes.length > 1 ? <p>{t('national.control.writes', { names: names(cell.writes) })}</p> : null}
      <dl className="facts" aria-label={t('national.control.sees')}>
        {cell.sees
          .filter(({ link }) => link !== 'self')
          .map((one) => (
            <div key={one.cell} data-sees={`${one.cell}-${one.link}`}>
              <dt>{names([one.cell])}</dt>
              <dd>
                {t(`national.control.link.${one.link}`)}{' '}
                <span className="quiet">{t('national.control.records', { seq: one.seq })}</span>
              </dd>
            </div>
          ))}
      </dl>
      <div className="control-acts">
        {cell.process === 'stopped' ? (
          <Button size="small" look="primary" onClick={() => press({ act: 'start', cell: cell.cell })}>
            {t('national.control.start')}
          </Button>
        ) : (
          <Button size="small" look="danger" onClick={() => press({ act: 'kill', cell: cell.cell })}>
            {t('national.control.kill')}
          </Button>
        )}
        <Button size="small" onClick={() => press({ act: 'cut_off', cell: cell.cell })}>
          {t('national.control.cutOff')}
        </Button>
        {cell.cell !== '00' && away
          ? neighbours.map((writer) => (
              <Button key={writer} size="small" onClick={() => press({ act: 'stand_in', writer, origin: cell.cell })}>
                {t('national.control.standIn', { name: names([writer]) })}
              </Button>
            ))
          : null}
        {cell.state === 'stood-in' ? (
          <Button size="small" look="primary" onClick={() => press({ act: 'return', cell: cell.cell })}>
            {t('national.control.return')}
          </Button>
        ) : null}
      </div>
    </Card>
  )
}

const Links = ({ view, press }: { view: ControlView; press: Press }) => {
  const { t } = useTranslation()
  const names = useSidoNames()
  return (
    <Card title={t('national.control.links')}>
      <ul className="control-links">
        {view.links.map(({ one, other, up }) => (
          <li key={`${one}${other}`} data-pair={`${one}-${other}`}>
            <span>{t('national.control.between', { one: names([one]), other: names([other]) })}</span>
            <Status shape={up ? 'circle' : 'cross'} tone={up ? 'success' : 'danger'}>
              {t(up ? 'national.control.up' : 'national.control.down')}
            </Status>
            <Button size="small" onClick={() => press({ act: up ? 'cut' : 'heal', one, other })}>
              {t(up ? 'national.control.cut' : 'national.control.heal')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

const Done = ({ view }: { view: ControlView }) => {
  const { t } = useTranslation()
  const names = useSidoNames()
  return (
    <Card title={t('national.control.done')}>
      {view.done.length === 0 ? <p className="quiet">{t('national.control.nothing')}</p> : null}
      <ul className="control-done">
        {view.done.map((one) => (
          <li key={`${one.at}${one.act}`}>
            <strong>{t(`national.control.act.${one.act as 'cut'}`)}</strong> {names(one.cells)}{' '}
            <span className="quiet">
              <Ago at={one.at} />
            </span>
            {one.refused === null ? null : (
              <span className="block">{t('national.control.refused', { why: one.refused })}</span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

import type { SourceView } from '@dure/contract'
import i18next, { type ParseKeys, type TFunction } from 'i18next'
import type { ShapeName, Tone } from '../../ui/shape.tsx'

type Named = Pick<SourceView, 'kind' | 'sidoCode' | 'operation'>

/** Codes of the server that may grow: one that is not in the catalogue stands as it is. */
const wordFor = (t: TFunction, group: 'sourceOperation' | 'sourceError', code: string): string => {
  const key = `${group}.${code}`
  return i18next.exists(key) ? t(key as ParseKeys) : code
}

/** What a source tells, and of which region. */
export const aboutOf = (t: TFunction, { sidoCode, operation }: Named): string =>
  [
    sidoCode === null ? null : t(`sido.${sidoCode as '28'}`),
    operation === null ? null : wordFor(t, 'sourceOperation', operation),
  ]
    .filter((part) => part !== null)
    .join(' · ')

export const nameOf = (t: TFunction, source: Named): string => {
  const about = aboutOf(t, source)
  return about === '' ? t(`sourceKind.${source.kind}`) : `${t(`sourceKind.${source.kind}`)} (${about})`
}

export const errorOf = (t: TFunction, { errorCode, errorDetail }: SourceView): string | null =>
  errorCode === null ? null : `${wordFor(t, 'sourceError', errorCode)} (${errorDetail ?? errorCode})`

type State = 'silent' | 'failing' | 'speaking' | 'imported'

/** A file is imported once and has no silence; a source that is asked again and again has. */
export const stateOf = ({ kind, silent, failuresInRow }: SourceView): State => {
  if (silent) return 'silent'
  if (failuresInRow > 0) return 'failing'
  return kind === 'nemc_poll' ? 'speaking' : 'imported'
}

export const STATE_LOOKS: Record<State, { readonly shape: ShapeName; readonly tone: Tone }> = {
  silent: { shape: 'cross', tone: 'danger' },
  failing: { shape: 'triangle', tone: 'warning' },
  speaking: { shape: 'circle', tone: 'success' },
  imported: { shape: 'circle', tone: 'success' },
}

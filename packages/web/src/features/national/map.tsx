import type { RegionOverview } from '@dure/contract'
import korea from '@svg-maps/south-korea'
import { useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

/** The map's names of provinces and their codes. @see docs/sources/facilities.md#regions */
const CODES: Readonly<Record<string, string>> = {
  seoul: '11',
  busan: '26',
  daegu: '27',
  incheon: '28',
  gwangju: '29',
  daejeon: '30',
  ulsan: '31',
  sejong: '36',
  gyeonggi: '41',
  'north-chungcheong': '43',
  'south-chungcheong': '44',
  'south-jeolla': '46',
  'north-gyeongsang': '47',
  'south-gyeongsang': '48',
  jeju: '50',
  gangwon: '51',
  'north-jeolla': '52',
}

interface Label {
  readonly code: string
  readonly x: number
  readonly y: number
}

/** Provinces by the state of their cell's link, with how many wait. Everything it shows stands in the table too. */
export const ProvinceMap = ({ regions }: { regions: readonly RegionOverview[] }) => {
  const { t } = useTranslation()
  const paths = useRef(new Map<string, SVGPathElement>())
  const [labels, setLabels] = useState<readonly Label[]>([])
  const of = new Map(regions.map((region) => [region.sido, region]))
  useLayoutEffect(() => {
    setLabels(
      [...paths.current].map(([code, path]) => {
        const box = path.getBBox()
        return { code, x: box.x + box.width / 2, y: box.y + box.height / 2 }
      }),
    )
  }, [])
  return (
    <svg className="nation-map" viewBox={korea.viewBox} role="img" aria-label={t('national.mapLabel')}>
      {korea.locations.map(({ id, path }: { readonly id: string; readonly path: string }) => {
        const code = CODES[id] ?? ''
        return (
          <path
            key={id}
            d={path}
            className={`province is-${of.get(code)?.link ?? 'never'}`}
            ref={(element) => {
              if (element !== null) paths.current.set(code, element)
            }}
          />
        )
      })}
      {labels.map(({ code, x, y }) => {
        const region = of.get(code)
        if (region === undefined || region.link === 'never') return null
        const [dx, dy] = NUDGE[code] ?? [0, 0]
        return (
          <g key={code} className="province-label" transform={`translate(${x + dx} ${y + dy})`}>
            <circle r="15" />
            <text dy="5">{region.waiting}</text>
          </g>
        )
      })}
    </svg>
  )
}

/** Seoul lies inside Gyeonggi, and Incheon's islands pull its middle out to sea: labels stand beside. */
const NUDGE: Readonly<Record<string, readonly [number, number]>> = { '11': [0, 0], '28': [8, 0], '41': [26, 34] }

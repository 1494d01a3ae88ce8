import type { FileView } from '@dure/contract'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { KEPT_AT_SIGHT_BYTES } from '../../offline/file-limits.ts'
import { formatNumber } from '../../ui/format.ts'
import { Status } from '../../ui/shape.tsx'
import { type FileState, useFile } from './use-file.ts'

/** Read a little before it is reached by scrolling. */
const NEAR = '300px'

/** True from the first time it comes near the part of the talk that is on the screen. */
const useNear = () => {
  const place = useRef<HTMLAnchorElement>(null)
  const [near, setNear] = useState(false)
  useEffect(() => {
    const element = place.current
    if (element === null || near) return undefined
    const watch = new IntersectionObserver((entries) => setNear(entries.some(({ isIntersecting }) => isIntersecting)), {
      rootMargin: NEAR,
    })
    watch.observe(element)
    return () => watch.disconnect()
  }, [near])
  return { place, near }
}

/** A picture or a file in the talk: from this device if it was seen before, whoever answers. */
export const OneFile = ({ file }: { file: FileView }) => {
  const { place, near } = useNear()
  const [asked, setAsked] = useState(false)
  const found = useFile(file, near || asked, asked || file.image || file.bytes <= KEPT_AT_SIGHT_BYTES)
  const url = found.state === 'here' ? found.url : undefined
  const saving = useRef(false)
  useEffect(() => {
    if (!saving.current || url === undefined) return
    saving.current = false
    place.current?.click()
  }, [url, place])
  return (
    <a
      ref={place}
      className="message-file"
      data-file={found.state}
      href={url ?? file.url}
      download={file.name}
      onClick={(event) => {
        if (url !== undefined) return
        // Read first, and saved when it is here: also from another server, to which a link cannot say who asks.
        event.preventDefault()
        saving.current = true
        setAsked(true)
      }}
    >
      {file.image && url !== undefined ? (
        <img src={url} alt={file.name} width={file.width ?? undefined} height={file.height ?? undefined} />
      ) : null}
      <span>
        {file.name} <span className="quiet">{sizeInWords(file.bytes)}</span>
      </span>
      <Where found={found} shown={file.image || asked} />
    </a>
  )
}

const sizeInWords = (bytes: number): string => {
  const kilobytes = formatNumber(bytes / 1024, currentLanguage(), bytes < 10_240 ? 1 : 0)
  return bytes < 1024 ? `${bytes} B` : `${kilobytes} kB`
}

/** Why it cannot be seen or opened now; nothing when it can. */
const Where = ({ found, shown }: { found: FileState; shown: boolean }) => {
  const { t } = useTranslation()
  if (found.state === 'reading' && shown) return <span className="quiet">{t('rooms.files.reading')}</span>
  if (found.state === 'absent')
    return (
      <Status shape="half" tone="warning">
        {t('rooms.files.absent')}
      </Status>
    )
  if (found.state === 'refused')
    return (
      <Status shape="cross" tone="danger">
        {t('rooms.files.refused')}
      </Status>
    )
  return null
}

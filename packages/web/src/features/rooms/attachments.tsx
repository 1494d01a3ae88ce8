import { type Problem, ROOM_LIMITS } from '@dure/contract'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { connectionFacts } from '../../offline/connection.ts'
import { isLocalFile, takeFile } from '../../offline/going-files.ts'
import { Button } from '../../ui/button.tsx'
import { problemTitle } from '../../ui/problem.ts'
import { Status } from '../../ui/shape.tsx'
import { upload } from './upload.ts'

/** A file that is in the room, or still only on this device, and waits for the message that names it. */
export interface Attached {
  readonly id: string
  readonly name: string
}

interface Going {
  readonly key: string
  readonly file: File
  readonly share: number
  readonly refusal: Refused | null
}

/** What is refused here already, before anything is sent; or what the server answered. */
type Refused = Problem | 'too-large' | 'empty' | 'too-many' | 'no-room-here'

/** Sending the same bytes once more can help: there was no answer, or the server refused for a reason that passes. */
const canPass = (refusal: Refused): boolean =>
  typeof refusal !== 'string' && refusal.code !== 'unsupported-media' && refusal.code !== 'too-large'

/** Bringing files: progress while they go, and a reason with a way on when one is refused. */
export const useAttachments = (roomId: string, attached: readonly Attached[], keep: (files: Attached[]) => void) => {
  const [going, setGoing] = useState<readonly Going[]>([])
  const latest = useRef(attached)
  latest.current = attached
  const change = (key: string, how: Partial<Going>) =>
    setGoing((all) => all.map((one) => (one.key === key ? { ...one, ...how } : one)))
  const drop = (key: string) => setGoing((all) => all.filter((one) => one.key !== key))

  const start = async (file: File, key: string) => {
    if (file.size > ROOM_LIMITS.fileBytes) return change(key, { refusal: 'too-large' })
    if (file.size === 0) return change(key, { refusal: 'empty' })
    change(key, { refusal: null, share: 0 })
    const answer = await bring(file, (share) => change(key, { share }))
    if (answer !== null && !answer.ok) return change(key, { refusal: answer.problem })
    if (answer !== null) return attach(key, { id: answer.value.id, name: answer.value.name })
    // Nobody answers: it waits on this device for the message that names it, and goes before that.
    const local = await takeFile(file)
    return local === null ? change(key, { refusal: 'no-room-here' }) : attach(key, { id: local, name: file.name })
  }
  /** null: no answer, and none to be expected. */
  const bring = async (file: File, progress: (share: number) => void) => {
    if (connectionFacts().requestsFailingSince !== null) return null
    const answer = await upload(roomId, file, progress)
    return !answer.ok && answer.problem.code === 'overloaded' ? null : answer
  }
  const attach = (key: string, one: Attached) => {
    drop(key)
    // At once, not with the next drawing: another file may arrive before it.
    const kept = [...latest.current, one]
    latest.current = kept
    keep(kept)
  }
  const add = (files: readonly File[]) => {
    const mayCome = going.filter(({ refusal }) => refusal === null || canPass(refusal)).length
    const room = Math.max(0, ROOM_LIMITS.filesPerMessage - latest.current.length - mayCome)
    for (const [index, file] of files.entries()) {
      const key = crypto.randomUUID()
      const fits = index < room
      setGoing((all) => [...all, { key, file, share: 0, refusal: fits ? null : 'too-many' }])
      if (fits) void start(file, key)
    }
  }
  /** A file on its way, or one that may still go, holds the message back; one that never can does not. */
  const unsettled = going.some(({ refusal }) => refusal === null || canPass(refusal))
  return { going, unsettled, add, drop, again: (one: Going) => void start(one.file, one.key) }
}

type Attachments = ReturnType<typeof useAttachments>

export const AttachmentList = (props: {
  attachments: Attachments
  attached: readonly Attached[]
  keep: (files: Attached[]) => void
}) => {
  const { t } = useTranslation()
  const { attachments, attached, keep } = props
  if (attached.length === 0 && attachments.going.length === 0) return null
  return (
    <ul className="attachments">
      {attached.map((file) => (
        <li key={file.id}>
          {isLocalFile(file.id) ? (
            <Status shape="half" tone="information">
              {t('rooms.files.waits', { name: file.name })}
            </Status>
          ) : (
            <Status shape="circle" tone="success">
              {file.name}
            </Status>
          )}
          <Button look="quiet" size="small" onClick={() => keep(attached.filter(({ id }) => id !== file.id))}>
            {t('rooms.files.remove')}
          </Button>
        </li>
      ))}
      {attachments.going.map((one) => (
        <li key={one.key}>
          <span>{one.file.name}</span>
          {one.refusal === null ? (
            <progress value={one.share} max={1} aria-label={t('rooms.files.going', { name: one.file.name })} />
          ) : (
            <Refusal refusal={one.refusal} />
          )}
          {one.refusal === null || !canPass(one.refusal) ? null : (
            <Button look="quiet" size="small" onClick={() => attachments.again(one)}>
              {t('common.retry')}
            </Button>
          )}
          <Button look="quiet" size="small" onClick={() => attachments.drop(one.key)}>
            {t('rooms.files.remove')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

const HERE = {
  'too-large': 'rooms.files.tooLarge',
  empty: 'rooms.files.empty',
  'too-many': 'rooms.files.tooMany',
  'no-room-here': 'rooms.files.noRoomHere',
} as const

const Refusal = ({ refusal }: { refusal: Refused }) => {
  const { t } = useTranslation()
  const here = typeof refusal === 'string'
  const code = here ? refusal : refusal.code
  return (
    <span role="alert">
      <Status shape="cross" tone="danger">
        {here ? t(HERE[refusal], { count: ROOM_LIMITS.filesPerMessage }) : problemTitle(refusal, currentLanguage())}
      </Status>
      {code === 'unsupported-media' ? <span className="act-detail">{t('rooms.files.kinds')}</span> : null}
    </span>
  )
}

import { type Problem, ROOM_LIMITS } from '@dure/contract'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { currentLanguage } from '../../i18n/index.ts'
import { Button } from '../../ui/button.tsx'
import { problemTitle } from '../../ui/problem.ts'
import { Status } from '../../ui/shape.tsx'
import { upload } from './upload.ts'

/** A file that is in the room and waits for the message that names it. */
export interface Attached {
  readonly id: string
  readonly name: string
}

interface Going {
  readonly key: string
  readonly file: File
  readonly share: number
  readonly refusal: Problem | 'too-large' | null
}

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
    change(key, { refusal: null, share: 0 })
    const answer = await upload(roomId, file, (share) => change(key, { share }))
    if (!answer.ok) return change(key, { refusal: answer.problem })
    drop(key)
    keep([...latest.current, { id: answer.value.id, name: answer.value.name }])
  }
  const add = (files: readonly File[]) => {
    const room = ROOM_LIMITS.filesPerMessage - latest.current.length - going.length
    for (const file of files.slice(0, Math.max(0, room))) {
      const key = crypto.randomUUID()
      setGoing((all) => [...all, { key, file, share: 0, refusal: null }])
      void start(file, key)
    }
  }
  return { going, add, drop, again: (one: Going) => void start(one.file, one.key) }
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
          <Status shape="circle" tone="success">
            {file.name}
          </Status>
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
          {one.refusal === null || one.refusal === 'too-large' ? null : (
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

const Refusal = ({ refusal }: { refusal: Problem | 'too-large' }) => {
  const { t } = useTranslation()
  const code = refusal === 'too-large' ? 'too-large' : refusal.code
  return (
    <span role="alert">
      <Status shape="cross" tone="danger">
        {refusal === 'too-large' ? t('rooms.files.tooLarge') : problemTitle(refusal, currentLanguage())}
      </Status>
      {code === 'unsupported-media' ? <span className="act-detail">{t('rooms.files.kinds')}</span> : null}
      {code === 'overloaded' ? <span className="act-detail">{t('rooms.files.noAnswer')}</span> : null}
    </span>
  )
}

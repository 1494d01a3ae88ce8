import type { Problem } from '@dure/contract'
import { currentLanguage } from '../../i18n/index.ts'
import { problemTitle } from '../../ui/problem.ts'
import { Status } from '../../ui/shape.tsx'

/** A refusal, said where it was asked for. */
export const ProblemLine = ({ problem }: { problem: Problem | undefined }) =>
  problem === undefined ? null : (
    <p role="alert">
      <Status shape="cross" tone="danger">
        {problemTitle(problem, currentLanguage())}
      </Status>
    </p>
  )

/** A bar beside its number; the number is what is read, the bar is what is seen. */
export const Bar = ({
  parts,
  total,
}: {
  parts: readonly { value: number; look: 'main' | 'second' | 'third' }[]
  total: number
}) => (
  <svg className="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect className="bar-ground" x="0" y="0" width="100" height="10" />
    {parts.map((part, index) => {
      const before = parts.slice(0, index).reduce((sum, one) => sum + one.value, 0)
      const scale = total > 0 ? 100 / total : 0
      return (
        <rect
          key={part.look}
          className={`bar-${part.look}`}
          x={before * scale}
          y="0"
          width={part.value * scale}
          height="10"
        />
      )
    })}
  </svg>
)

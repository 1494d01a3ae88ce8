import { Link, type LinkProps } from '@tanstack/react-router'
import type { ButtonHTMLAttributes, ReactNode } from 'react'

export type ButtonLook = 'primary' | 'secondary' | 'quiet' | 'danger'
interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: ButtonLook
  readonly size?: 'small' | 'medium' | 'large'
}

export const Button = ({ look = 'secondary', size = 'medium', className = '', type, ...rest }: ButtonProps) => (
  <button
    type={type === 'submit' ? 'submit' : 'button'}
    className={`button look-${look} size-${size} ${className}`}
    {...rest}
  />
)

export const ButtonLink = (props: LinkProps & { look?: ButtonLook; children: ReactNode }) => {
  const { look = 'secondary', ...link } = props
  return <Link {...link} className={`button look-${look} size-medium`} />
}

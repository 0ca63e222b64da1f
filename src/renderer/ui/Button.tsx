import type { JSX, ReactNode, Ref } from 'react';
import './controls.css';

interface ButtonProps {
  children: ReactNode;
  onPress: () => void;
  testId: string;
  look?: 'main' | 'plain' | 'danger';
  /** It stays reachable by keyboard and is read out, but pressing does nothing. */
  disabled?: boolean;
  describedBy?: string;
  ref?: Ref<HTMLButtonElement>;
}

/** A large button: at least 64 px each way. A screen has one of look `main`. */
export function Button({
  children,
  onPress,
  testId,
  look = 'plain',
  disabled = false,
  describedBy,
  ref,
}: ButtonProps): JSX.Element {
  return (
    <button
      type="button"
      ref={ref}
      className={look === 'plain' ? 'button' : `button button-${look}`}
      data-testid={testId}
      aria-disabled={disabled}
      aria-describedby={describedBy}
      onClick={() => {
        if (!disabled) onPress();
      }}
    >
      {children}
    </button>
  );
}

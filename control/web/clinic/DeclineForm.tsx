import { useEffect, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { Button, Radios } from 'nhsuk-react-components';
import { declineReason } from '@sallyport/protocol';
import type { DeclineReason } from '@sallyport/protocol';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';

interface DeclineFormProps {
  onDeclined: (reason: DeclineReason) => Promise<unknown>;
}

/** Sends away whoever waits, with a reason that the laptop and the prison's team read; asks before it does. */
export function DeclineForm({ onDeclined }: DeclineFormProps): ReactNode {
  const { t } = useSpeech();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<DeclineReason>();
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [busy, setBusy] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (open) document.getElementById(fieldId)?.focus();
    else if (wasOpen.current) opener.current?.focus();
    wasOpen.current = open;
  }, [open]);
  const decline = async () => {
    if (reason === undefined) {
      setErrors([{ field: fieldId, words: t('decline.needReason') }]);
      document.getElementById(fieldId)?.focus();
      return;
    }
    setBusy(true);
    await onDeclined(reason);
    setBusy(false);
  };
  if (!open) {
    return (
      <Opener
        button={opener}
        onOpen={() => {
          setOpen(true);
        }}
      />
    );
  }
  return (
    <form
      noValidate
      className="app-confirm"
      data-testid="decline-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void decline();
      }}
    >
      <Radios
        {...formField(fieldId, errors, t)}
        idPrefix={fieldId}
        legend={t('decline.heading')}
        legendProps={{ size: 's' }}
        hint={t('decline.hint')}
      >
        {declineReason.options.map((option, index) => (
          <Radios.Item
            key={option}
            id={index === 0 ? fieldId : `${fieldId}-${option}`}
            value={option}
            checked={reason === option}
            data-testid={`decline-${option}`}
            onChange={() => {
              setReason(option);
              setErrors([]);
            }}
          >
            {t(`decline.${option}`)}
          </Radios.Item>
        ))}
      </Radios>
      <div className="nhsuk-button-group">
        <Button type="submit" small warning data-testid="decline-confirm" aria-disabled={busy}>
          {t('decline.confirm')}
        </Button>
        <Button
          type="button"
          small
          secondary
          data-testid="decline-cancel"
          onClick={() => {
            setOpen(false);
          }}
        >
          {t('confirm.no')}
        </Button>
      </div>
    </form>
  );
}

function Opener({ button, onOpen }: { button: RefObject<HTMLButtonElement | null>; onOpen: () => void }) {
  const { t } = useSpeech();
  return (
    <Button ref={button} type="button" small secondary data-testid="decline" onClick={onOpen}>
      {t('decline.open')}
    </Button>
  );
}

const fieldId = 'decline-reason';

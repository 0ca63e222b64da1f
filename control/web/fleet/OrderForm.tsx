import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Radios, TextInput } from 'nhsuk-react-components';
import type { ApprovalTask, ConsoleDevice, OrderKind } from '@sallyport/protocol';
import { ErrorSummary } from '../ui/ErrorSummary.tsx';
import type { FieldError } from '../ui/ErrorSummary.tsx';
import { formField } from '../ui/form-field.ts';
import type { FormField } from '../ui/form-field.ts';
import { useSpeech } from '../ui/Language.tsx';
import { useSession } from '../ui/Session.tsx';
import { wordsForTrouble } from '../ui/trouble.ts';
import { Consequences } from './Consequences.tsx';
import { checkOrder, possibleOrders } from './order-draft.ts';
import type { OrderDraft } from './order-draft.ts';
import { OrderApproval } from './OrderApproval.tsx';

interface OrderFormProps {
  device: ConsoleDevice;
  onOrdered: () => void;
}

/** Gives a laptop an order: which, why, its name typed to confirm, then the passkey. */
export function OrderForm({ device, onOrdered }: OrderFormProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const [draft, setDraft] = useState<OrderDraft>({ order: '', reason: '', name: '' });
  const [drafted, setDrafted] = useState<{ task: ApprovalTask; order: OrderKind }>();
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [busy, setBusy] = useState(false);

  const submit = async () => {
    const checked = checkOrder(draft, device);
    if (!checked.ok) {
      setErrors(checked.errors.map(({ field, words }) => ({ field, words: t(words) })));
      return;
    }
    setErrors([]);
    setBusy(true);
    const answer = await api.call('draftOrder', { body: checked.value });
    setBusy(false);
    if (answer.ok) setDrafted({ task: answer.value, order: checked.value.order });
    else setErrors([{ field: 'order-kind', words: wordsForTrouble(answer.trouble, t) }]);
  };
  const field = (id: string) => formField(id, errors, t);
  if (drafted !== undefined) {
    return (
      <OrderApproval
        device={device}
        task={drafted.task}
        order={drafted.order}
        onOrdered={onOrdered}
        onBack={() => {
          setDrafted(undefined);
        }}
      />
    );
  }
  return (
    <form
      noValidate
      data-testid="order-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void submit();
      }}
    >
      <ErrorSummary errors={errors} />
      <h2 className="nhsuk-heading-m">{t('order.heading', { laptop: device.name })}</h2>
      <Radios {...field('order-kind')} idPrefix="order-kind" legend={t('order.kind')} legendProps={{ size: 's' }}>
        {possibleOrders(device).map((order, index) => (
          <Radios.Item
            key={order}
            id={index === 0 ? 'order-kind' : `order-kind-${order}`}
            value={order}
            checked={draft.order === order}
            data-testid={`order-${order}`}
            hint={t(`order.hint.${order}`)}
            onChange={() => {
              setDraft({ ...draft, order });
            }}
          >
            {t(`order.${order}`)}
          </Radios.Item>
        ))}
      </Radios>
      {draft.order === '' ? null : <Consequences order={draft.order} laptop={device.name} />}
      <OrderWords draft={draft} laptop={device.name} field={field} onDraft={setDraft} />
      <Button type="submit" warning={draft.order === 'brick'} data-testid="order-continue" aria-disabled={busy}>
        {busy ? t('order.busy') : t('order.continue')}
      </Button>
    </form>
  );
}

interface OrderWordsProps {
  draft: OrderDraft;
  laptop: string;
  field: (id: string) => FormField;
  onDraft: (draft: OrderDraft) => void;
}

function OrderWords({ draft, laptop, field, onDraft }: OrderWordsProps) {
  const { t } = useSpeech();
  return (
    <>
      <TextInput
        {...field('order-reason')}
        label={t('order.reason')}
        hint={t('order.reasonHint')}
        value={draft.reason}
        maxLength={200}
        autoComplete="off"
        onChange={(event: { target: { value: string } }) => {
          onDraft({ ...draft, reason: event.target.value });
        }}
      />
      <TextInput
        {...field('order-name')}
        label={t('order.name', { laptop })}
        value={draft.name}
        autoComplete="off"
        spellCheck={false}
        width="20"
        onChange={(event: { target: { value: string } }) => {
          onDraft({ ...draft, name: event.target.value });
        }}
      />
    </>
  );
}

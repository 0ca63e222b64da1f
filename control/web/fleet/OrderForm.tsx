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
import { checkOrder, confirmationField, ordersForAll, wordsForLaptops } from './order-draft.ts';
import type { OrderDraft } from './order-draft.ts';
import { OrderApproval } from './OrderApproval.tsx';

interface OrderFormProps {
  /** At least one. */
  devices: readonly ConsoleDevice[];
  onOrdered: () => void;
}

/** Gives laptops an order: which, why, name or number typed to confirm, then the passkey. */
export function OrderForm({ devices, onOrdered }: OrderFormProps): ReactNode {
  const { t } = useSpeech();
  const { api } = useSession();
  const [draft, setDraft] = useState<OrderDraft>({ order: '', reason: '', confirmation: '' });
  const [drafted, setDrafted] = useState<{ task: ApprovalTask; order: OrderKind }>();
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [busy, setBusy] = useState(false);

  const submit = async () => {
    const checked = checkOrder(draft, devices);
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
  const laptops = wordsForLaptops(devices, t);
  if (drafted !== undefined) {
    return (
      <OrderApproval
        laptops={laptops}
        isList={devices.length > 1}
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
      <h2 className="nhsuk-heading-m">{t('order.heading', { laptop: laptops })}</h2>
      <Radios {...field('order-kind')} idPrefix="order-kind" legend={t('order.kind')} legendProps={{ size: 's' }}>
        {ordersForAll(devices).map((order, index) => (
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
      {draft.order === '' ? null : <Consequences order={draft.order} laptops={laptops} isList={devices.length > 1} />}
      <OrderWords draft={draft} devices={devices} field={field} onDraft={setDraft} />
      <Button type="submit" warning={draft.order === 'brick'} data-testid="order-continue" aria-disabled={busy}>
        {busy ? t('order.busy') : t('order.continue')}
      </Button>
    </form>
  );
}

interface OrderWordsProps extends Pick<OrderFormProps, 'devices'> {
  draft: OrderDraft;
  field: (id: string) => FormField;
  onDraft: (draft: OrderDraft) => void;
}

function OrderWords({ draft, devices, field, onDraft }: OrderWordsProps) {
  const { t } = useSpeech();
  const [laptop, another] = devices;
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
        {...field(confirmationField(devices))}
        label={another === undefined ? t('order.name', { laptop: laptop?.name ?? '' }) : t('several.confirm')}
        value={draft.confirmation}
        autoComplete="off"
        spellCheck={false}
        width="20"
        onChange={(event: { target: { value: string } }) => {
          onDraft({ ...draft, confirmation: event.target.value });
        }}
      />
    </>
  );
}

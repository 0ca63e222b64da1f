import type { ReactNode } from 'react';
import { InsetText } from 'nhsuk-react-components';
import { useSpeech } from '../ui/Language.tsx';
import { useList } from '../ui/use-list.ts';
import { sorted } from './order-progress.ts';

const topics = ['orders'] as const;

/** Says that somebody must look after an order; nothing while nobody must. */
export function AlarmedOrdersNote(): ReactNode {
  const { t } = useSpeech();
  const [list] = useList('fleetOrders', {}, topics);
  const count = list.state === 'loaded' ? sorted(list.value.orders).alarmed.length : 0;
  if (count === 0) return null;
  return (
    <InsetText className="app-trouble" data-testid="alarmed-note">
      <p>
        <a href="#/orders">{count === 1 ? t('orders.alarm.one') : t('orders.alarm.many', { count })}</a>
      </p>
    </InsetText>
  );
}

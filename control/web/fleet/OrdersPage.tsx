import type { ReactNode } from 'react';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useList } from '../ui/use-list.ts';
import { OrderCard } from './OrderCard.tsx';
import { PendingOrders } from './PendingOrders.tsx';

const topics = ['orders'] as const;

/** Every order of the fleet, the newest as control lists them. */
export function OrdersPage(): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('fleetOrders', {}, topics);
  return (
    <>
      <PageHeading words={t('fleet.orders')} />
      <PendingOrders />
      <h2 className="nhsuk-heading-m">{t('orders.given')}</h2>
      <LoadedList list={list} onRetry={read}>
        {({ orders }) =>
          orders.length === 0 ? (
            <p data-testid="no-orders">{t('fleet.noOrders')}</p>
          ) : (
            orders
              .toSorted((one, other) => other.queuedAt - one.queuedAt)
              .map((order) => <OrderCard key={order.id} order={order} withDevice />)
          )
        }
      </LoadedList>
    </>
  );
}

import type { ReactNode } from 'react';
import type { ConsoleOrder } from '@sallyport/protocol';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useList } from '../ui/use-list.ts';
import { OrderCard } from './OrderCard.tsx';
import { sorted } from './order-progress.ts';
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
      <LoadedList list={list} onRetry={read}>
        {({ orders }) =>
          orders.length === 0 ? <p data-testid="no-orders">{t('fleet.noOrders')}</p> : <Given orders={orders} />
        }
      </LoadedList>
    </>
  );
}

/** Those that somebody must look after come first. */
function Given({ orders }: { orders: readonly ConsoleOrder[] }) {
  const { t } = useSpeech();
  const { alarmed, others } = sorted(orders);
  return (
    <>
      {alarmed.length === 0 ? null : (
        <section data-testid="alarmed-orders">
          <h2 className="nhsuk-heading-m">{t('orders.alarmed', { count: alarmed.length })}</h2>
          {alarmed.map((order) => (
            <OrderCard key={order.id} order={order} withDevice />
          ))}
        </section>
      )}
      {others.length === 0 ? null : (
        <section data-testid="other-orders">
          <h2 className="nhsuk-heading-m">{t('orders.given')}</h2>
          {others.map((order) => (
            <OrderCard key={order.id} order={order} withDevice />
          ))}
        </section>
      )}
    </>
  );
}

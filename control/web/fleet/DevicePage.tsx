import { useState } from 'react';
import type { ReactNode } from 'react';
import { SummaryList } from 'nhsuk-react-components';
import type { ConsoleDevice } from '@sallyport/protocol';
import { CheckTag } from '../ui/CheckTag.tsx';
import { CustodyNote } from '../ui/CustodyNote.tsx';
import { DeviceNotices } from '../ui/DeviceNotices.tsx';
import { DeviceConnection, DeviceStateTag } from '../ui/DeviceState.tsx';
import { Fact } from '../ui/Fact.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { formatMoment } from '../ui/london-time.ts';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useList } from '../ui/use-list.ts';
import { CheckDetails } from './CheckDetails.tsx';
import { ErasureSteps } from './ErasureSteps.tsx';
import { OrderForm } from './OrderForm.tsx';
import { OrderCard } from './OrderCard.tsx';
import { possibleOrders } from './order-draft.ts';
import { PendingOrders } from './PendingOrders.tsx';

const topics = ['devices'] as const;
const orderTopics = ['orders'] as const;

/** One laptop: its state, the orders it had, and the orders it can be given. */
export function DevicePage({ id }: { id: string }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('fleetDevices', {}, topics);
  return (
    <>
      <p>
        <a className="nhsuk-back-link" href="#/">
          {t('fleet.devices')}
        </a>
      </p>
      <LoadedList list={list} onRetry={read}>
        {({ devices }) => {
          const device = devices.find((each) => each.id === id);
          return device === undefined ? <p>{t('fleet.noSuchDevice')}</p> : <Device device={device} />;
        }}
      </LoadedList>
    </>
  );
}

function Device({ device }: { device: ConsoleDevice }) {
  const { t, language } = useSpeech();
  const [orders, readOrders] = useList('fleetOrders', {}, orderTopics);
  const [again, setAgain] = useState(0);
  return (
    <>
      <PageHeading words={device.name} caption={device.site.name} />
      <SummaryList>
        <Fact name={t('appointment.state')}>
          <DeviceStateTag device={device} />
        </Fact>
        {device.lease === null || device.erasure !== null ? null : (
          <Fact name={t('lease.name')}>
            <span data-testid="lease" data-standing={device.lease.standing}>
              {t('lease.dates', {
                suspends: formatMoment(device.lease.suspendsAt, language),
                erases: formatMoment(device.lease.erasesAt, language),
              })}
            </span>
          </Fact>
        )}
        <Fact name={t('fleet.connection')}>
          <DeviceConnection device={device} />
          <DeviceNotices device={device} />
        </Fact>
        <Fact name={t('custody.where')}>
          <CustodyNote device={device} />
        </Fact>
        <Fact name={t('check.name')}>
          <CheckTag check={device.check} />
          {device.check === null ? null : <CheckDetails report={device.check.report} />}
        </Fact>
        {device.shareDestroyedAt === null ? null : (
          <Fact name={t('fleet.share')}>
            <span data-testid="share-destroyed">
              {t('fleet.shareDestroyed', { when: formatMoment(device.shareDestroyedAt, language, true) })}
            </span>
          </Fact>
        )}
        {device.erasure === null ? null : (
          <Fact name={t('erasure.name')}>
            <span data-testid="erasure-stage" data-stage={device.erasure.stage}>
              {t(`order.state.${device.erasure.stage}`)}
            </span>
            <ErasureSteps erasure={device.erasure} />
          </Fact>
        )}
      </SummaryList>
      <PendingOrders device={device.id} />
      <h2 className="nhsuk-heading-m">{t('fleet.orders')}</h2>
      <LoadedList list={orders} onRetry={readOrders}>
        {(value) => {
          const mine = value.orders.filter((order) => order.device.id === device.id);
          if (mine.length === 0) return <p data-testid="no-orders">{t('fleet.noOrders')}</p>;
          return mine.map((order) => <OrderCard key={order.id} order={order} />);
        }}
      </LoadedList>
      {possibleOrders(device).length === 0 ? null : (
        <OrderForm
          key={again}
          devices={[device]}
          onOrdered={() => {
            setAgain(again + 1);
            readOrders();
          }}
        />
      )}
    </>
  );
}

import type { ReactNode } from 'react';
import { Button } from 'nhsuk-react-components';
import type { ConsoleDevice } from '@sallyport/protocol';
import { DeviceTable } from '../ui/DeviceTable.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { OverdueBanner } from '../ui/OverdueBanner.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useList } from '../ui/use-list.ts';
import { AlarmedOrdersNote } from './AlarmedOrdersNote.tsx';
import { PendingOrdersNote } from './PendingOrders.tsx';

const topics = ['devices'] as const;

/** Every laptop of the fleet with its live state. */
export function DevicesPage(): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('fleetDevices', {}, topics);
  return (
    <>
      <PageHeading words={t('fleet.devices')} />
      <AlarmedOrdersNote />
      <PendingOrdersNote />
      <LoadedList list={list} onRetry={read}>
        {({ devices }) =>
          devices.length === 0 ? <p data-testid="no-devices">{t('fleet.noDevices')}</p> : <Devices devices={devices} />
        }
      </LoadedList>
      <div className="nhsuk-button-group">
        <Button as="a" href="#/enrol" data-testid="enrol">
          {t('fleet.enrol')}
        </Button>
        <Button as="a" href="#/several" secondary data-testid="order-several">
          {t('several.heading')}
        </Button>
      </div>
    </>
  );
}

function Devices({ devices }: { devices: readonly ConsoleDevice[] }) {
  const { t } = useSpeech();
  const connected = devices.filter((device) => device.connected).length;
  return (
    <>
      <OverdueBanner devices={devices} linkTo={({ id }) => `#/laptop/${id}`} withSite />
      <p>{t('fleet.count', { all: devices.length, connected })}</p>
      <DeviceTable devices={devices} withSite name={(device) => <a href={`#/laptop/${device.id}`}>{device.name}</a>} />
    </>
  );
}

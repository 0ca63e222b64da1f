import type { ReactNode } from 'react';
import { Button, Table } from 'nhsuk-react-components';
import type { ConsoleDevice } from '@sallyport/protocol';
import { DeviceConnection, DeviceStateTag } from '../ui/DeviceState.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { useList } from '../ui/use-list.ts';

const topics = ['devices'] as const;

/** Every laptop of the fleet with its live state. */
export function DevicesPage(): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('fleetDevices', {}, topics);
  return (
    <>
      <PageHeading words={t('fleet.devices')} />
      <LoadedList list={list} onRetry={read}>
        {({ devices }) =>
          devices.length === 0 ? <p data-testid="no-devices">{t('fleet.noDevices')}</p> : <Devices devices={devices} />
        }
      </LoadedList>
      <p>
        <Button as="a" href="#/enrol" data-testid="enrol">
          {t('fleet.enrol')}
        </Button>
      </p>
    </>
  );
}

function Devices({ devices }: { devices: readonly ConsoleDevice[] }) {
  const { t } = useSpeech();
  const connected = devices.filter((device) => device.connected).length;
  return (
    <>
      <p>{t('fleet.count', { all: devices.length, connected })}</p>
      <Table responsive firstCellIsHeader>
        <Table.Head>
          <Table.Row>
            <Table.Cell>{t('appointment.laptop')}</Table.Cell>
            <Table.Cell>{t('fleet.site')}</Table.Cell>
            <Table.Cell>{t('appointment.state')}</Table.Cell>
            <Table.Cell>{t('fleet.connection')}</Table.Cell>
          </Table.Row>
        </Table.Head>
        <Table.Body>
          {devices.map((device) => (
            <Table.Row key={device.id} data-testid="device" data-device={device.name}>
              <Table.Cell>
                <a href={`#/laptop/${device.id}`}>{device.name}</a>
              </Table.Cell>
              <Table.Cell>{device.site.name}</Table.Cell>
              <Table.Cell>
                <DeviceStateTag device={device} />
              </Table.Cell>
              <Table.Cell>
                <DeviceConnection device={device} />
              </Table.Cell>
            </Table.Row>
          ))}
        </Table.Body>
      </Table>
    </>
  );
}

import { useState } from 'react';
import type { ReactNode } from 'react';
import { Table } from 'nhsuk-react-components';
import type { ConsoleDevice, SignedInPerson } from '@sallyport/protocol';
import { siteName } from '../ui/appointments.ts';
import { DeviceConnection, DeviceStateTag } from '../ui/DeviceState.tsx';
import { useSpeech } from '../ui/Language.tsx';
import { LoadedList } from '../ui/LoadedList.tsx';
import { PageHeading } from '../ui/PageHeading.tsx';
import { ProblemBox } from '../ui/TroubleBox.tsx';
import { useList } from '../ui/use-list.ts';
import { LockButton } from './LockButton.tsx';

const topics = ['devices'] as const;

/** The prison's laptops with their live state. */
export function LaptopsPage({ person }: { person: SignedInPerson }): ReactNode {
  const { t } = useSpeech();
  const [list, read] = useList('siteDevices', {}, topics);
  const [problem, setProblem] = useState<string>();
  return (
    <>
      <ProblemBox words={problem} />
      <PageHeading words={t('key.laptops')} caption={siteName(person)} />
      <LoadedList list={list} onRetry={read}>
        {({ devices }) =>
          devices.length === 0 ? <p>{t('key.noLaptops')}</p> : <Laptops devices={devices} onProblem={setProblem} />
        }
      </LoadedList>
    </>
  );
}

interface LaptopsProps {
  devices: readonly ConsoleDevice[];
  onProblem: (words: string | undefined) => void;
}

function Laptops({ devices, onProblem }: LaptopsProps) {
  const { t } = useSpeech();
  return (
    <Table responsive firstCellIsHeader>
      <Table.Head>
        <Table.Row>
          <Table.Cell>{t('appointment.laptop')}</Table.Cell>
          <Table.Cell>{t('appointment.state')}</Table.Cell>
          <Table.Cell>{t('key.connection')}</Table.Cell>
          <Table.Cell>{t('key.actions')}</Table.Cell>
        </Table.Row>
      </Table.Head>
      <Table.Body>
        {devices.map((device) => (
          <Table.Row key={device.id} data-testid="device" data-device={device.name}>
            <Table.Cell>{device.name}</Table.Cell>
            <Table.Cell>
              <DeviceStateTag device={device} />
            </Table.Cell>
            <Table.Cell>
              <DeviceConnection device={device} />
            </Table.Cell>
            <Table.Cell>
              <LockButton device={device} onProblem={onProblem} />
            </Table.Cell>
          </Table.Row>
        ))}
      </Table.Body>
    </Table>
  );
}
